import type { RetryPace } from "./DeliveryRetries.ts"
import { maxRetryAfterMillis, pauseMillis } from "./DeliveryRetries.ts"

/** Longest error that is kept of an attempt, in characters. */
export const maxErrorLength = 500

/** What came of one attempt: the receiver's answer, or why there is none. */
export type AttemptResult =
  | {
      readonly kind: "answered"
      readonly status: number
      readonly text: string
      readonly retryAfterSeconds: number | undefined
    }
  | { readonly kind: "unanswered"; readonly detail: string }
  /** The message itself cannot be sent, now or later. */
  | { readonly kind: "unsendable"; readonly detail: string }
  /** It was not sent, and that is not the receiver's fault. */
  | { readonly kind: "postponed"; readonly detail: string }

/** Why an attempt did not deliver; the label of metrics. */
export type FailureReason =
  "refused" | "rate_limited" | "server_error" | "no_answer" | "redirected" | "unsendable" | "postponed"

/**
 * What becomes of a message after an attempt: `queued` goes again when it is due, `failed` was refused for good, `dead` has
 * used up its attempts. Only an operator sends the last two again.
 */
export type DeliveryOutcome =
  | { readonly status: "delivered" }
  | {
      readonly status: "queued"
      readonly dueAtMillis: number
      readonly error: string
      readonly reason: FailureReason
    }
  | { readonly status: "failed" | "dead"; readonly error: string; readonly reason: FailureReason }

/** 4xx answers that say "not now" rather than "never" (RFC 9110, RFC 8470, RFC 6585). */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429])

const reasonOf = (result: AttemptResult): FailureReason => {
  if (result.kind === "unanswered") return "no_answer"
  if (result.kind !== "answered") return result.kind
  if (result.status === 429) return "rate_limited"
  if (result.status >= 500) return "server_error"
  return result.status >= 300 && result.status < 400 ? "redirected" : "refused"
}

const errorOf = (result: AttemptResult): string =>
  (result.kind === "answered" ? `HTTP ${result.status}: ${result.text}` : result.detail)
    // Postgres keeps no NUL, and no reader wants the others.
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, maxErrorLength)

const isForGood = (result: AttemptResult): boolean =>
  result.kind === "unsendable" ||
  (result.kind === "answered" && result.status >= 400 && result.status < 500 && !passing.has(result.status))

/** Whether the receiver itself is in trouble or overrun, so that it would be in vain to send it others now. */
export const isReceiverDown = (result: AttemptResult): boolean =>
  result.kind === "unanswered" || (result.kind === "answered" && (result.status >= 500 || result.status === 429))

export const isDelivered = (result: AttemptResult): boolean =>
  result.kind === "answered" && result.status >= 200 && result.status < 300

/** `attempts` counts this one; `chance` is from 0 up to 1. */
export const outcomeOf = (
  result: AttemptResult,
  attempts: number,
  pace: RetryPace & { readonly maxAttempts: number },
  nowMillis: number,
  chance: number
): DeliveryOutcome => {
  if (isDelivered(result)) return { status: "delivered" }
  const error = errorOf(result)
  const reason = reasonOf(result)
  if (isForGood(result)) return { status: "failed", error, reason }
  if (attempts >= pace.maxAttempts) return { status: "dead", error, reason }
  const askedMillis = result.kind === "answered" ? (result.retryAfterSeconds ?? 0) * 1_000 : 0
  const waitMillis = Math.max(pauseMillis(attempts, chance, pace), Math.min(askedMillis, maxRetryAfterMillis))
  return { status: "queued", dueAtMillis: nowMillis + waitMillis, error, reason }
}
