import type { Context } from "effect"
import { Clock, Effect, Metric } from "effect"
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { TLSSocket } from "node:tls"
import packageJson from "../../../package.json" with { type: "json" }
import { isRequestId } from "../RequestId.ts"
import { parseJson, readBody, unparsable } from "../RequestBody.ts"
import type { Asking, BrokerAnswer, BrokerError, ErrorMore, Reply } from "./BrokerAnswers.ts"
import { errorAnswer } from "./BrokerAnswers.ts"
import { BrokerDesk } from "./BrokerDesk.ts"
import { makeReplying } from "./Replying.ts"
import type { Route } from "./BrokerRoutes.ts"
import { idOf, routesOf } from "./BrokerRoutes.ts"
import type { BrokerSettings } from "./BrokerSettings.ts"
import { maxInFlight } from "./BrokerSettings.ts"
import { countedBy } from "./CountedBy.ts"
import { makeIdentification } from "./Identification.ts"
import type { Client, Identity } from "./PeerIdentity.ts"
import { makeRateWindows, rateHeaders, type Spending } from "./RateWindows.ts"

const requests = Metric.counter("proxy_requests_total", {
  description: "Requests of the broker's clients, by method, endpoint and status",
  incremental: true
})
const seconds = Metric.histogram("proxy_request_duration_seconds", {
  description: "From a request's headers to its answer",
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
})
const validations = Metric.counter("proxy_certificate_validations_total", {
  description: "Requests by what their certificate was found to be",
  incremental: true
})

const send = (response: ServerResponse, answer: BrokerAnswer, more: Readonly<Record<string, string>>): void => {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "strict-transport-security": "max-age=31536000",
    ...more,
    ...answer.headers,
    ...(answer.close === true ? { connection: "close" } : {})
  })
  response.end(text)
}

type Refused = Extract<Identity, { is: "refused" }>

const makeBegin =
  (clock: Clock.Clock) =>
  ({ headers }: IncomingMessage): Asking => {
    const given = headers["x-request-id"]
    return {
      requestId: isRequestId(given) ? given : `req_${randomUUID().slice(24)}${randomUUID().slice(0, 8)}`,
      atMillis: clock.currentTimeMillisUnsafe()
    }
  }

/** Works on a request that was read: who asks, how much it may ask, what is answered. */
const makeWork = Effect.fnUntraced(function* (identification: Effect.Success<ReturnType<typeof makeIdentification>>) {
  const { identify, identifyAtHand } = identification
  const context: Context.Context<never> = yield* Effect.context<never>()
  const replying = yield* makeReplying
  const { spend, take } = yield* makeRateWindows

  const countValidation = countedBy(validations, ["result"], context)
  const validated = (result: "valid" | "invalid" | "revoked") => countValidation([result])

  const refuse = (asking: Asking, { error, message }: Refused): BrokerAnswer => {
    validated(error === "authorization_error" ? "revoked" : "invalid")
    return errorAnswer(asking, error, message, { close: true })
  }

  const workFor = (client: Client, spending: Spending, { request, route, given, respond }: Work) => {
    const { asking, path, text } = given
    const headers = { ...rateHeaders(spending), "x-request-id": asking.requestId }
    const reply: Reply = (answer) => respond(answer, headers)
    if (!spending.allowed) {
      const { retryAfterSeconds } = spending
      const message = `more than ${spending.limit} requests in 60 seconds`
      return reply(errorAnswer(asking, "rate_limit_exceeded", message, { retryAfterSeconds }))
    }
    const body = route.method === "POST" ? parseJson(text) : null
    if (body === unparsable) return reply(errorAnswer(asking, "validation_error", "the body is not JSON"))
    const key = request.headers["idempotency-key"]
    const idempotencyKey = typeof key === "string" ? key : undefined
    route.run(client, asking, { body, id: idOf(path), idempotencyKey }, reply)
  }

  /** With what is at hand, which is nearly always all; otherwise once the database has answered. */
  const work = (socket: TLSSocket, asked: Work): void => {
    const { given, request, respond } = asked
    const later = (effect: Effect.Effect<void>) => replying(given.asking, respond, effect)
    const workOn = (identity: Identity): void => {
      if (identity.is === "refused") return respond(refuse(given.asking, identity))
      validated("valid")
      const { clientId, rateLimit } = identity
      const spending = spend(clientId, rateLimit)
      if (spending !== undefined) return workFor(identity, spending, asked)
      later(Effect.map(take(clientId, rateLimit), (spent) => workFor(identity, spent, asked)))
    }
    try {
      const identity = identifyAtHand(request, socket)
      if (identity !== undefined) return workOn(identity)
    } catch (defect) {
      return later(Effect.die(defect))
    }
    later(Effect.orDie(Effect.map(identify(request, socket), workOn)))
  }

  return { refuse, work }
})

interface Work {
  readonly request: IncomingMessage
  readonly route: Route
  readonly given: Reading
  readonly respond: Respond
}

interface Reading {
  readonly asking: Asking
  readonly path: string
  readonly text: string
}

const makeHealth =
  (startedAtMillis: number) =>
  (nowMillis: number): BrokerAnswer => ({
    status: 200,
    body: {
      status: "healthy",
      version: packageJson.version,
      timestamp: new Date(nowMillis).toISOString(),
      checks: { certificate: "ok" },
      uptime_seconds: Math.round((nowMillis - startedAtMillis) / 1000)
    }
  })

type Respond = (answer: BrokerAnswer, headers?: Readonly<Record<string, string>>) => void

/** Answers requests of the broker's listener. */
export const makeBrokerHandler = Effect.fnUntraced(function* ({ proxies }: BrokerSettings) {
  const clock = yield* Clock.Clock
  const context: Context.Context<never> = yield* Effect.context<never>()
  const identification = yield* makeIdentification(proxies)
  const { refuse, work } = yield* makeWork(identification)
  const routeOf = routesOf(yield* BrokerDesk)
  const begin = makeBegin(clock)
  const countRequest = countedBy(requests, ["method", "endpoint", "status"], context)
  const health = makeHealth(clock.currentTimeMillisUnsafe())
  let inFlight = 0

  const start = (request: IncomingMessage, socket: TLSSocket, route: Route, reading: Reading, respond: Respond) => {
    inFlight += 1
    let isOpen = true
    const once: Respond = (answer, headers) => {
      if (!isOpen) return
      isOpen = false
      inFlight -= 1
      respond(answer, headers)
    }
    work(socket, { request, route, given: reading, respond: once })
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const asking = begin(request)
    const path = (request.url ?? "").split("?", 1)[0] ?? ""
    const route = routeOf(path)
    const respond: Respond = (answer, headers = {}) => {
      const endpoint = route?.endpoint ?? "other"
      // Whatever else a client calls a method, it makes no counter of its own.
      const method = request.method === "GET" || request.method === "POST" ? request.method : "other"
      countRequest([method, endpoint, String(answer.status)])
      seconds.updateUnsafe((clock.currentTimeMillisUnsafe() - asking.atMillis) / 1000, context)
      send(response, answer, headers)
    }
    const refused = (error: BrokerError, message: string, more?: ErrorMore) =>
      respond(errorAnswer(asking, error, message, more))
    if (path === "/api/v1/health") return respond(health(asking.atMillis))
    const { socket } = request
    if (!(socket instanceof TLSSocket)) return refused("authentication_error", "TLS is needed", { close: true })
    // Whom TLS refuses is not read any further.
    const { refusal } = identification.peerBehind(socket)
    if (refusal !== null) {
      const message = `the client certificate is not accepted: ${refusal}`
      return respond(refuse(asking, { is: "refused", error: "authentication_error", message }))
    }
    if (route === undefined) return refused("not_found", "there is no such address")
    if (request.method !== route.method) {
      const answer = errorAnswer(asking, "method_not_allowed", `only ${route.method} is taken here`)
      return respond(answer, { allow: route.method })
    }
    if (inFlight >= maxInFlight) {
      return refused("service_unavailable", "too many requests are under way", { retryAfterSeconds: 1 })
    }
    const tooLarge = () =>
      refused("payload_too_large", `the body is longer than ${route.maxBytes} bytes`, { close: true })
    const read = (text: string) => start(request, socket, route, { asking, path, text }, respond)
    readBody(request, route.maxBytes, read, tooLarge)
  }
})
