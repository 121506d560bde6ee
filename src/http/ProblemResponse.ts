import { Cause, Effect, Option } from "effect"
import { HttpServerResponse, ProblemDetails } from "effect/http"
import * as Portal from "./api/PortalProblems.ts"
import * as Requests from "./api/RequestProblems.ts"
import type { Problem } from "./Problem.ts"
import { bodyTooLarge, internalError, problemOfError, routeUnknown, unreadableBody } from "./ProblemDetails.ts"
import { RequestId } from "./RequestId.ts"

/** The id that the edge gave the request; where there is no edge, the trace under which its work is noted. */
export const currentRequestId: Effect.Effect<string | undefined> = Effect.gen(function* () {
  const span = yield* Effect.option(Effect.currentParentSpan)
  return (yield* RequestId) ?? Option.getOrUndefined(Option.map(span, ({ traceId }) => traceId))
})

const isOfPortal = (problem: Problem): boolean =>
  problem instanceof Portal.PortalUnauthorized ||
  problem instanceof Portal.PortalLoginRefused ||
  problem instanceof Portal.PortalSessionRefused

/** Headers that a problem implies (RFC 9110): Retry-After, Allow, WWW-Authenticate. */
const headersOf = (problem: Problem): Record<string, string> => ({
  "cache-control": "no-store",
  ...("retryAfterSeconds" in problem ? { "retry-after": String(problem.retryAfterSeconds) } : {}),
  ...(problem instanceof Requests.MethodNotAllowed ? { allow: problem.allow.join(", ") } : {}),
  ...(problem instanceof Requests.Unauthorized ? { "www-authenticate": 'Bearer realm="tandem"' } : {}),
  ...(isOfPortal(problem) ? { "www-authenticate": 'Bearer realm="tandem-portal"' } : {})
})

/** A problem as `application/problem+json` (RFC 9457), with the request's id as its `instance`. */
export const problemResponse = (problem: Problem): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.map(currentRequestId, (requestId) =>
    HttpServerResponse.jsonUnsafe(
      { ...problem, ...(requestId === undefined ? {} : { instance: requestId }) },
      { status: problem.status, contentType: ProblemDetails.contentType, headers: headersOf(problem) }
    )
  )

/**
 * The last word on a request that failed: any cause as a problem, logged when it is our mistake. Interruption (the client
 * has gone) stays what it is.
 */
export const problemOfCause = <E>(cause: Cause.Cause<E>): Effect.Effect<HttpServerResponse.HttpServerResponse, E> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
  const problem = problemOfError(Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause)))
  return problem === internalError
    ? Effect.andThen(Effect.logError("request failed", cause), problemResponse(problem))
    : problemResponse(problem)
}

/** Bare refusals of Effect's HTTP modules (415, 413, 404 …) as problems; all other answers as they are. */
export const asProblemResponse = (
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const problem = bareProblems[response.status]
  return problem === undefined || response.headers["content-type"]?.startsWith("application/")
    ? Effect.succeed(response)
    : problemResponse(problem)
}

const bareProblems: Readonly<Record<number, Problem>> = {
  400: unreadableBody,
  404: routeUnknown,
  413: bodyTooLarge,
  415: new Requests.UnsupportedMediaType({ detail: "Send the body as application/json." }),
  500: internalError
}
