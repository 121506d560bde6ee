import { Clock, Effect } from "effect"
import { createHmac } from "node:crypto"
import { send } from "../server/TestServer.ts"

export const secret = "a secret that nobody knows"

export interface Delivery {
  readonly body: string
  readonly invocationId?: string
  readonly signature?: string | null
  readonly ageMillis?: number
  readonly path?: string
}

/** Headers like Zendesk's: timestamp and body are signed with the secret, and the invocation is named. */
export const signedHeaders = ({ body, invocationId, signature, ageMillis = 0 }: Delivery) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const timestamp = new Date(now - ageMillis).toISOString()
    const sealed = createHmac("sha256", secret).update(timestamp).update(body).digest("base64")
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "x-zendesk-webhook-signature-timestamp": timestamp
    }
    if (signature !== null) headers["x-zendesk-webhook-signature"] = signature ?? sealed
    if (invocationId !== undefined) headers["x-zendesk-webhook-invocation-id"] = invocationId
    return headers
  })

export const deliver = (origin: string, delivery: Delivery) =>
  Effect.flatMap(signedHeaders(delivery), (headers) =>
    send(`${origin}${delivery.path ?? "/webhooks/zendesk"}`, { method: "POST", headers, body: delivery.body })
  )

export const ticketBody = (id: number | string, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    ticket: {
      id,
      subject: "New numbers",
      description: "Please order 5 numbers in area code 212.",
      status: "open",
      ...more
    }
  })
