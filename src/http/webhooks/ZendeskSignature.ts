import { DateTime, Option } from "effect"
import type { Headers } from "effect/http"
import { createHmac, timingSafeEqual } from "node:crypto"

/** A delivery that was signed longer ago, or that far in the future, is refused. */
export const toleranceMillis = 5 * 60_000

export const signatureHeader = "x-zendesk-webhook-signature"
export const timestampHeader = "x-zendesk-webhook-signature-timestamp"

export type SignatureVerdict = "missing" | "wrong" | "stale" | "right"

/**
 * Base64 of HMAC-SHA256 over the timestamp header and the raw body. Source: Zendesk, "Verifying webhook authenticity".
 */
export const zendeskSignature = (secret: string, timestamp: string, body: Uint8Array): string =>
  createHmac("sha256", secret).update(timestamp).update(body).digest("base64")

const same = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether the delivery comes from who knows the secret, and was signed just now. */
export const judgeSignature = (
  secret: string,
  headers: Headers.Headers,
  body: Uint8Array,
  nowMillis: number
): SignatureVerdict => {
  const signature = headers[signatureHeader]
  const timestamp = headers[timestampHeader]
  if (signature === undefined || timestamp === undefined) return "missing"
  if (!same(signature, zendeskSignature(secret, timestamp, body))) return "wrong"
  const signedAtMillis = Option.map(DateTime.make(timestamp), DateTime.toEpochMillis)
  return Option.exists(signedAtMillis, (at) => Math.abs(nowMillis - at) <= toleranceMillis) ? "right" : "stale"
}
