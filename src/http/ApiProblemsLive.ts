import { Effect, Layer } from "effect"
import { ApiProblems } from "./api/ApiProblems.ts"
import { asProblemResponse, problemOfCause } from "./ProblemResponse.ts"

export const ApiProblemsLive = Layer.succeed(ApiProblems, (httpEffect) =>
  httpEffect.pipe(Effect.flatMap(asProblemResponse), Effect.catchCause(problemOfCause))
)
