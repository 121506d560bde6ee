import { createHmac } from "node:crypto"
import type { Delivery } from "../webhooks/Delivery.ts"
import { wholeSeconds } from "./ZendeskTickets.ts"

const accountId = "9876543"
const webhookId = "01SANDBOXWEBHOOK0000000001"

/** The base64 of the HMAC-SHA256 over timestamp and raw body (https://developer.zendesk.com/documentation/webhooks/verifying/). */
const signature = (secret: string, timestamp: string, body: string): string =>
  createHmac("sha256", secret)
    .update(timestamp + body)
    .digest("base64")

/** The headers of one attempt; every attempt is signed at its own time. */
export const zendeskWebhookHeaders = (
  delivery: Delivery,
  secret: string,
  nowMillis: number
): Readonly<Record<string, string>> => {
  const timestamp = wholeSeconds(nowMillis)
  return {
    "x-zendesk-account-id": accountId,
    "x-zendesk-webhook-id": webhookId,
    "x-zendesk-webhook-invocation-id": delivery.invocationId,
    "x-zendesk-webhook-signature": signature(secret, timestamp, delivery.body),
    "x-zendesk-webhook-signature-timestamp": timestamp,
    "user-agent": "Zendesk Webhook"
  }
}
