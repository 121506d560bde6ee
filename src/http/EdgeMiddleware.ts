import { ByteSize, Clock, Effect } from "effect"
import type { Types } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Metrics } from "../layers/observability/Metrics.ts"
import { Admission } from "./Admission.ts"
import { MethodNotAllowed } from "./api/RequestProblems.ts"
import { Draining } from "./Draining.ts"
import type { Problem } from "./Problem.ts"
import { bodyTooLarge } from "./ProblemDetails.ts"
import { asProblemResponse, problemOfCause } from "./ProblemResponse.ts"
import { RequestId, requestIdOf } from "./RequestId.ts"
import { type RouteMatch, RouteTable } from "./RouteTable.ts"
import { busyRetryAfterSeconds, maxBodyBytes, requestTimeoutMillis } from "./ServerLimits.ts"
import { RequestTimedOut } from "./ServerProblems.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** Answered also when the server has too much to do: whoever asks must learn that the process lives. */
const alwaysAdmitted: ReadonlySet<string> = new Set(["/health/live", "/health/ready", "/metrics"])

/** nginx's number for a client that did not wait for the answer; it is only counted, never sent. */
const clientClosedRequest = 499

const securityHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin"
}

const timedOut = new RequestTimedOut({
  detail: "The work may still be going on. Send the same request again, with the same Idempotency-Key.",
  timeoutMillis: requestTimeoutMillis,
  retryAfterSeconds: busyRetryAfterSeconds
})

/** Refusals that need no look at the body. */
const refusalOf = (request: Request, match: RouteMatch) => {
  if (match.allow.length > 0) {
    return new MethodNotAllowed({ detail: `Use ${match.allow.join(" or ")}.`, allow: [...match.allow] })
  }
  return Number(request.headers["content-length"] ?? 0) > maxBodyBytes ? bodyTooLarge : undefined
}

/** At the level that suits its status: only what went wrong at our side is worth a line by default. */
const logAnswer = (request: Request, route: string, status: number, millis: number) =>
  (status >= 500 ? Effect.logInfo : Effect.logDebug)("answered").pipe(
    Effect.annotateLogs({ method: request.method, route, status, durationMillis: Math.round(millis) })
  )

/**
 * What every request passes: its id, the limits, the deadline, the last error map, the security headers, the metrics and
 * the access log line. In: a route's effect. Out: always an answer, unless the client has gone.
 */
const edge = Effect.gen(function* () {
  const admission = yield* Admission
  const metrics = yield* Metrics
  const table = yield* RouteTable
  const draining = yield* Draining

  const limited = <E>(
    request: Request,
    match: RouteMatch,
    route: Effect.Effect<Response, E>
  ): Effect.Effect<Response, E | Problem> => {
    const refusal = refusalOf(request, match)
    if (refusal !== undefined) return Effect.fail(refusal)
    if (alwaysAdmitted.has(match.template ?? "")) return route
    // The server's own part of a request cannot be interrupted; the route can, so that work ends when the client goes.
    return admission
      .admit(route)
      .pipe(
        Effect.timeoutOrElse({ duration: requestTimeoutMillis, orElse: () => Effect.fail(timedOut) }),
        Effect.interruptible
      )
  }

  const observed = Effect.fnUntraced(function* (request: Request, template: string, startedAt: bigint, status: number) {
    const millis = Number((yield* Clock.currentTimeNanos) - startedAt) / 1e6
    yield* metrics.answered({ method: request.method, route: template, status, seconds: millis / 1000 })
    yield* metrics.inFlight(yield* admission.admitted)
    yield* logAnswer(request, template, status, millis)
  })

  return (route: Effect.Effect<Response, Types.unhandled>) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const startedAt = yield* Clock.currentTimeNanos
      const requestId = requestIdOf(request.headers, yield* Effect.option(Effect.currentSpan))
      const match = table.match(request.method, request.url)
      const template = match.template ?? "unmatched"
      return yield* limited(request, match, route).pipe(
        Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBodyBytes)),
        Effect.catchCause((cause) => problemOfCause(cause)),
        Effect.flatMap(asProblemResponse),
        Effect.flatMap(draining.ending),
        Effect.map(HttpServerResponse.setHeaders({ ...securityHeaders, "x-request-id": requestId })),
        Effect.tap((response) => observed(request, template, startedAt, response.status)),
        Effect.onInterrupt(() => observed(request, template, startedAt, clientClosedRequest)),
        Effect.provideService(RequestId, requestId),
        Effect.annotateLogs({ requestId })
      )
    })
})

export const layer = HttpRouter.middleware(edge, { global: true })
