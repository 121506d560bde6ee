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
}

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

const post = (request: WebhookRequest, isPrivateAllowed: boolean) =>
  Effect.callback<WebhookAnswer, WebhookNotSent>((resume, signal) => {
    const url = new URL(request.url)
    const send = url.protocol === "https:" ? https.request : http.request
    const failed = (error: Error) => {
      const detail = error instanceof AddressRefused ? error.message : `${url.host} cannot be reached: ${error.message}`
      resume(new WebhookNotSent({ detail }))
    }
    const outgoing = send(url, {
      method: "POST",
      headers: { ...request.headers, "content-length": String(Buffer.byteLength(request.body)) },
      // A connection of its own: one that is kept could outlive what its address was looked at for.
      agent: false,
      signal,
      lookup: guardedLookup(isPrivateAllowed ? () => true : isPublicAddress)
    })
    outgoing.on("error", failed)
    outgoing.on("response", (response) => {
      const chunks: Array<Buffer> = []
      let bytes = 0
      const answer = () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8", 0, maxAnswerBytes).slice(0, shownLength),
            retryAfterSeconds: retryAfterOf(response.headers["retry-after"])
          })
        )
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
      const refusal = (url: string) => refusalOf(url, isPrivateAllowed)
      return WebhookSender.of({
        refusal,
        send: Effect.fn("WebhookSender.send")(function* (request) {
          const why = refusal(request.url)
          if (why !== undefined) return yield* new WebhookNotSent({ detail: `nothing is sent there: ${why}` })
          return yield* post(request, isPrivateAllowed).pipe(
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
