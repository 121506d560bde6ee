import { Schema } from "effect"
import { createHmac, timingSafeEqual } from "node:crypto"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import {
  emptyReply,
  failureStatus,
  isoTime,
  jsonReply,
  parseJson,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { SinkState } from "./SinkState.ts"

/** How far the signature's time may be from now, in seconds. */
const toleranceSeconds = 300

/** Messages that one question lists at most. */
const maxListed = 10_000

const decode = Schema.decodeUnknownOption(
  Schema.Struct({
    message_id: Schema.String,
    client_id: Schema.String,
    domain: Schema.String,
    sender_number: Schema.String,
    message_body: Schema.String,
    queued_at: Schema.String,
    attempt: Schema.Int
  })
)

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether the request is signed as standardwebhooks.com says, version 1. */
const isSigned = ({ headers, nowMillis, text }: VendorCall, secret: string): boolean => {
  const id = headers["webhook-id"] ?? ""
  const seconds = headers["webhook-timestamp"] ?? ""
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(nowMillis / 1_000 - Number(seconds)) > toleranceSeconds) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  const wanted = `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${text}`).digest("base64")}`
  return (headers["webhook-signature"] ?? "").split(" ").some((given) => equal(given, wanted))
}

const numberIn = (call: VendorCall, name: string, otherwise: number): number => {
  const text = call.url.searchParams.get(name) ?? ""
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise
}

/** Where the sandbox's messages end: a receiver that knows each by its delivery key and watches their order. */
export class Sink implements Vendor {
  readonly name = "sink"
  readonly prefix = "/sandbox/sink"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly state = new SinkState()
  readonly #credentials: SandboxCredentials["sink"]

  constructor(credentials: SandboxCredentials["sink"]) {
    this.#credentials = credentials
    const path = "/sandbox/sink"
    this.routes = [
      { method: "POST", path, operation: "receive", handle: (call) => this.#receive(call) },
      { method: "GET", path, operation: "report", isControl: true, handle: () => jsonReply(200, this.state.report()) },
      { method: "DELETE", path, operation: "clear", isControl: true, handle: () => this.#clear() },
      {
        method: "GET",
        path: "/sandbox/sink/messages",
        operation: "messages",
        isControl: true,
        handle: (call) =>
          jsonReply(200, {
            items: this.state.messages(
              numberIn(call, "after", 0),
              Math.min(numberIn(call, "limit", maxListed), maxListed)
            )
          })
      }
    ]
  }

  failure(kind: VendorFailure): VendorReply {
    return jsonReply(failureStatus[kind], { error: kind })
  }

  #receive(call: VendorCall): VendorReply {
    if (!isSigned(call, this.#credentials.secret)) {
      this.state.unsigned += 1
      return this.failure("unauthorized")
    }
    const body = decode(parseJson(call.text))
    if (body._tag === "None" || body.value.message_id !== call.headers["webhook-id"]) {
      this.state.malformed += 1
      return jsonReply(400, { error: "malformed" })
    }
    const { client_id, domain, message_body, message_id, queued_at, sender_number } = body.value
    this.state.take(
      {
        messageId: message_id,
        clientId: client_id,
        domain,
        sender: sender_number,
        text: message_body,
        queuedAt: queued_at
      },
      isoTime(call.nowMillis)
    )
    return jsonReply(202, { message_id })
  }

  #clear(): VendorReply {
    this.state.clear()
    return emptyReply(204)
  }
}
