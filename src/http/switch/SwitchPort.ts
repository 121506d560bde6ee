import { Cause, Config, Context, Effect, Layer, Schema } from "effect"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { createServer } from "node:http"
import { closed, listening, urlOf } from "../NodeListener.ts"
import { parseJson, readBody, unparsable } from "../RequestBody.ts"
import { errorBody } from "./SwitchAnswers.ts"
import { switchAccess } from "./SwitchAccess.ts"
import { SwitchDesk } from "./SwitchDesk.ts"
import type { SwitchReply } from "./SwitchRoutes.ts"
import { switchRoutes } from "./SwitchRoutes.ts"

/** A switch that sends its request slower than this is cut off. */
const receiveTimeoutMillis = 10_000

/** How often it is looked for such ones. */
const checkMillis = 1_000

/** Longer than the idle time of a switch's own connections, so that it is never cut while it asks. */
const keepAliveMillis = 65_000

const settings = Config.all({
  host: Config.NonEmptyString("FRAUD_SWITCH_HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })), "FRAUD_SWITCH_PORT").pipe(
    Config.withDefault(8070)
  )
})

const write = (response: ServerResponse, { body, retryAfterSeconds, status }: SwitchReply): void => {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) })
  })
  response.end(text)
}

/**
 * Work of one kind that comes up in one turn of the event loop, done back to back at its end: a processor that does the same
 * again has it at hand, and a peer whose processor sleeps is woken once.
 */
const makeTurn = () => {
  let waiting: Array<() => void> = []
  const run = (): void => {
    const ready = waiting
    waiting = []
    for (const each of ready) each()
  }
  return (work: () => void): void => {
    if (waiting.push(work) === 1) setImmediate(run)
  }
}

const notNow: SwitchReply = {
  status: 503,
  body: errorBody("SERVICE_UNAVAILABLE", "there is no answer to this now"),
  retryAfterSeconds: 1
}

const ready: SwitchReply = { status: 200, body: { status: "ready" } }
const starting: SwitchReply = { status: 503, body: { status: "starting" }, retryAfterSeconds: 1 }

const makeHandler = Effect.fnUntraced(function* (isOpen: () => boolean) {
  const routes = yield* switchRoutes
  const refuse = yield* switchAccess
  const { isAwake } = yield* SwitchDesk
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const inTurn = makeTurn()
  const outTurn = makeTurn()

  return (request: IncomingMessage, response: ServerResponse): void => {
    const respond = (reply: SwitchReply) => {
      // Whoever waits for an answer while the port closes gets it, and asks elsewhere from then on.
      if (!isOpen() && !response.headersSent) response.setHeader("connection", "close")
      outTurn(() => write(response, reply))
    }
    const path = (request.url ?? "").split("?", 1)[0] ?? ""
    if (path === "/health/live") return respond({ status: 200, body: { status: "alive" } })
    if (path.startsWith("/health")) return respond(isAwake() ? ready : starting)
    const refusal = refuse(request)
    if (refusal !== undefined) {
      const status = refusal === "FORBIDDEN" ? 403 : 401
      return respond({ status, body: errorBody(refusal, "this port is for the switches that were named") })
    }
    const found = routes.get(path)
    if (found === undefined) return respond({ status: 404, body: errorBody("NOT_FOUND", "there is no such address") })
    if (request.method !== "POST") {
      response.setHeader("allow", "POST")
      return respond({ status: 405, body: errorBody("VALIDATION_ERROR", "only POST is taken here") })
    }
    const tooLarge = () =>
      respond({ status: 413, body: errorBody("VALIDATION_ERROR", `the body is longer than ${found.maxBytes} bytes`) })
    if (Number(request.headers["content-length"] ?? 0) > found.maxBytes) return tooLarge()
    const body = (text: string) => {
      const value = parseJson(text)
      if (value === unparsable) {
        return respond({ status: 400, body: errorBody("VALIDATION_ERROR", "the body is not JSON") })
      }
      // Nobody is above this: what is thrown here would end the whole node, and every call with it.
      try {
        found.route(value, respond)
      } catch (defect) {
        run(Effect.logError("a call could not be screened; the switch lets it pass", Cause.die(defect)))
        respond(notNow)
      }
    }
    readBody(request, found.maxBytes, (text) => inTurn(() => body(text)), tooLarge)
  }
})

/**
 * Where switches ask: plain HTTP of Node's own, since one question is a thousandth of a second's work. It serves at
 * `FRAUD_SWITCH_HOST` and `FRAUD_SWITCH_PORT`, to the networks of `FRAUD_SWITCH_NETWORKS`.
 */
export class SwitchPort extends Context.Service<SwitchPort, { readonly url: string }>()("tandem/http/SwitchPort") {
  static readonly layer = Layer.effect(
    SwitchPort,
    Effect.gen(function* () {
      const { host, port } = yield* settings
      const handler = yield* makeHandler(() => server.listening)
      const limits = {
        requestTimeout: receiveTimeoutMillis,
        connectionsCheckingInterval: checkMillis,
        keepAliveTimeout: keepAliveMillis
      }
      const server: Server = createServer(limits, handler)
      yield* Effect.acquireRelease(listening(server, host, port), () => closed(server))
      const url = urlOf("http", server, { host, port })
      yield* Effect.logInfo(`switches ask at ${url}`)
      return SwitchPort.of({ url })
    })
  )
}
