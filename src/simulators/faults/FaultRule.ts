import { Schema } from "effect"
import { VendorName } from "../wire/Vendor.ts"

/** Longest time that a fault may hold a connection or delay an answer. */
const maxWaitMillis = 300_000

/**
 * `timeoutBeforeCommit` and `timeoutAfterCommit` hold the connection open for `holdMillis`, then break it without an
 * answer; the first changes nothing at the vendor, the second has changed it. `timeoutLateCommit` never answers and changes
 * the vendor's state only after `holdMillis`, when the caller has given up; with `delayMillis` the connection breaks that
 * soon. `malformedBody` commits, then sends half of the answer's body. `slow` waits `delayMillis` before anything else and
 * can be combined with another rule. The two kinds of notification faults apply to the webhooks that Zendesk and
 * Inteliquent send.
 */
export const FaultKind = Schema.Literals([
  "timeoutBeforeCommit",
  "timeoutAfterCommit",
  "timeoutLateCommit",
  "rateLimited",
  "serverError",
  "malformedBody",
  "slow",
  "unauthorized",
  "duplicateNotification",
  "lostNotification"
])
export type FaultKind = typeof FaultKind.Type

const WaitMillis = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: maxWaitMillis })))

/**
 * Which calls are struck, how often and how. `operation` is an operation's name, or a regular expression over
 * `METHOD /path`; left out, every call of the vendor matches. Vendor `*` is every vendor.
 */
export const FaultRule = Schema.Struct({
  vendor: Schema.Union([VendorName, Schema.Literal("*")]),
  kind: FaultKind,
  operation: Schema.optionalKey(Schema.String.pipe(Schema.check(Schema.isMaxLength(500)))),
  probability: Schema.optionalKey(Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })))),
  times: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))),
  holdMillis: Schema.optionalKey(WaitMillis),
  delayMillis: Schema.optionalKey(WaitMillis),
  retryAfterSeconds: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 3600 })))),
  status: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 500, maximum: 599 }))))
})
export type FaultRule = typeof FaultRule.Type

export const maxFaultRules = 100

export const FaultRules = Schema.Array(FaultRule).pipe(Schema.check(Schema.isMaxLength(maxFaultRules)))

export const defaultHoldMillis = 60_000
export const defaultDelayMillis = 1_000
export const defaultRetryAfterSeconds = 1
