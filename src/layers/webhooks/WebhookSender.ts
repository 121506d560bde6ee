import { Config, Context, Effect, Layer, Schema } from "effect"
import { Buffer } from "node:buffer"
import * as http from "node:http"
import * as https from "node:https"
import { isIP } from "node:net"
import { isLoopbackAddress, isPublicAddress } from "../network/PublicAddress.ts"
import { AddressRefused, guardedLookup } from "./GuardedLookup.ts"

/** How long a receiver has for its answer, from the name's look-up on. */
export const answerTimeoutMillis = 10_000

/** Bytes of an answer that are read; nobody needs more than its status. */
export const maxAnswerBytes = 4_096

/** Characters of an answer that an operator is shown. */
const shownLength = 300

/** Nothing came back that could be understood, or nothing may be sent there. */
export class WebhookNotSent extends Schema.TaggedError<WebhookNotSent>()("WebhookNotSent", {
  detail: Schema.String
}) {}

export interface WebhookAnswer {
  readonly status: number
  readonly text: string
  /** Seconds, when the receiver said so. */
  readonly retryAfterSeconds: number | undefined
}

export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether the connection may be used again. It stays with the address that was looked at when it was made. */
  readonly keepAlive?: boolean
}

/** Connections of one receiver that are kept, and for how long nothing may come over one. */
const maxKeptPerReceiver = 64
const keptMillis = 10_000

/** For receivers in one's own network, and for trying things out. */
const allowPrivate = Config.Boolean("WEBHOOKS_OUT_ALLOW_PRIVATE").pipe(Config.withDefault(false))

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, "")

/** Why nothing may be sent to an address; undefined: it may, as far as the address itself tells. */
const refusalOf = (text: string, isPrivateAllowed: boolean): string | undefined => {
  if (!URL.canParse(text)) return "it is not an address"
  const url = new URL(text)
  const host = hostOf(url)
  if (url.username !== "" || url.password !== "") return "it has a user or a password in it"
  if (url.protocol === "http:") {
    const isLoopback = host === "localhost" || isLoopbackAddress(host)
    return isPrivateAllowed && isLoopback ? undefined : "it must begin with https://"
  }
  if (url.protocol !== "https:") return "it must begin with https://"
  if (isPrivateAllowed) return undefined
  if (host === "localhost" || host.endsWith(".localhost")) return "it is not of the public internet"
  return isIP(host) === 0 || isPublicAddress(host) ? undefined : "it is not of the public internet"
}

const retryAfterOf = (value: string | undefined) =>
  value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined

/** Connections that are kept for one receiver never lead elsewhere: the name is not looked up again. */
const makeAgents = () => {
  const options = { keepAlive: true, maxFreeSockets: maxKeptPerReceiver, timeout: keptMillis }
  return { http: new http.Agent(options), https: new https.Agent(options) }
}
type Agents = ReturnType<typeof makeAgents>

interface Way {
  readonly isPrivateAllowed: boolean
  /** Undefined: a connection of its own. */
  readonly agents: Agents | undefined
}

const agentOf = ({ protocol }: URL, { agents }: Way) =>
  agents === undefined ? false : protocol === "https:" ? agents.https : agents.http

const answerOf = (response: http.IncomingMessage, bytes: Buffer): WebhookAnswer => ({
  status: response.statusCode ?? 0,
  text: bytes.toString("utf8", 0, maxAnswerBytes).slice(0, shownLength),
  retryAfterSeconds: retryAfterOf(response.headers["retry-after"])
})

const post = (request: WebhookRequest, way: Way): Effect.Effect<WebhookAnswer, WebhookNotSent> =>
  Effect.callback<WebhookAnswer, WebhookNotSent>((resume, signal) => {
    const url = new URL(request.url)
    const send = url.protocol === "https:" ? https.request : http.request
    let isAnswering = false
    const failed = (error: Error) => {
      // The receiver had closed a connection that was kept: that says nothing of the receiver.
      if (outgoing.reusedSocket && !isAnswering) return resume(post(request, { ...way, agents: undefined }))
      const detail = error instanceof AddressRefused ? error.message : `${url.host} cannot be reached: ${error.message}`
      resume(new WebhookNotSent({ detail }))
    }
    const outgoing = send(url, {
      method: "POST",
      headers: { ...request.headers, "content-length": String(Buffer.byteLength(request.body)) },
      agent: agentOf(url, way),
      signal,
      lookup: guardedLookup(way.isPrivateAllowed ? () => true : isPublicAddress)
    })
    outgoing.on("error", failed)
    outgoing.on("response", (response) => {
      isAnswering = true
      const chunks: Array<Buffer> = []
      let bytes = 0
      const answer = () => resume(Effect.succeed(answerOf(response, Buffer.concat(chunks))))
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes < maxAnswerBytes) return
        answer()
        outgoing.destroy()
      })
      response.on("end", answer)
      response.on("error", failed)
    })
    outgoing.end(request.body)
  })

/**
 * Sends messages to addresses that others chose, and only to the public internet: what is within the plane's own network
 * would trust it. No redirect is followed, and no answer is waited for longer than {@link answerTimeoutMillis}.
 */
export class WebhookSender extends Context.Service<
  WebhookSender,
  {
    /** Why nothing may be sent there; undefined when nothing speaks against it. */
    readonly refusal: (url: string) => string | undefined
    readonly send: (request: WebhookRequest) => Effect.Effect<WebhookAnswer, WebhookNotSent>
  }
>()("tandem/layers/webhooks/WebhookSender") {
  static readonly layer = Layer.effect(
    WebhookSender,
    Effect.gen(function* () {
      const isPrivateAllowed = yield* allowPrivate
      const kept = yield* Effect.acquireRelease(Effect.sync(makeAgents), (agents) =>
        Effect.sync(() => {
          agents.http.destroy()
          agents.https.destroy()
        })
      )
      const refusal = (url: string) => refusalOf(url, isPrivateAllowed)
      return WebhookSender.of({
        refusal,
        send: Effect.fn("WebhookSender.send")(function* (request) {
          const why = refusal(request.url)
          if (why !== undefined) return yield* new WebhookNotSent({ detail: `nothing is sent there: ${why}` })
          return yield* post(request, { isPrivateAllowed, agents: request.keepAlive === true ? kept : undefined }).pipe(
            Effect.timeoutOrElse({
              duration: answerTimeoutMillis,
              orElse: () => Effect.fail(new WebhookNotSent({ detail: "there was no answer in time" }))
            })
          )
        })
      })
    })
  )
}
