import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { CalledNumber } from "../../../http/api/CallsApi.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne } from "../../Output.ts"

export const threat = Command.make(
  "threat",
  {
    output,
    number: Argument.String("number").pipe(
      Argument.withDescription("A called number (E.164, or as dialled in Nigeria)"),
      Argument.withSchema(CalledNumber)
    )
  },
  Effect.fnUntraced(function* ({ number, output }) {
    yield* printOne(output, yield* withApi((api) => api.fraudThreat.get({ params: { number } })))
  })
).pipe(
  Command.withDescription("Say how many distinct callers a number has just now, and how near that is to call masking"),
  Command.withExamples([
    { command: "tandem fraud threat +2348059876543", description: "Is somebody attacking this number?" }
  ])
)
