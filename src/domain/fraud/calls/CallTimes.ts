import { Schema } from "effect"
import type { CallAttempt, CallEnd } from "../CallAttempt.ts"

export const dayMillis = 86_400_000

/** How far a switch's clock may be ahead of ours. */
export const maxAheadMillis = 5 * 60_000

/** The longest call that a CDR may tell of: a SIP dialog does not live for weeks. */
export const maxCallMillis = 14 * dayMillis

/** A call's times cannot be: sending the same again would be refused again. */
export class CallTimesRefused extends Schema.TaggedError<CallTimesRefused>()("CallTimesRefused", {
  callId: Schema.String,
  reason: Schema.Literals(["not_an_instant", "in_the_future", "older_than_retention", "out_of_order", "too_long"])
}) {}

/** Whether it is a number of milliseconds that ECMAScript knows an instant for. */
export const isInstant = (millis: number): boolean => Number.isSafeInteger(millis) && Math.abs(millis) <= 8.64e15

const endReason = ({ answeredAtMillis, atMillis, durationMillis, endedAtMillis, ringMillis }: CallEnd) => {
  const answeredAt = answeredAtMillis ?? atMillis
  if (![answeredAt, endedAtMillis, ringMillis, durationMillis].every(isInstant)) return "not_an_instant"
  if (answeredAt < atMillis || endedAtMillis < answeredAt || ringMillis < 0 || durationMillis < 0) return "out_of_order"
  return Math.max(endedAtMillis - atMillis, ringMillis, durationMillis) > maxCallMillis ? "too_long" : undefined
}

/**
 * What is wrong with the times of a call or of its end, if anything is. They may be `maxAheadMillis` ahead of `nowMillis`
 * and no older than the retention.
 */
export const checkTimes = (
  call: CallAttempt | CallEnd,
  nowMillis: number,
  retentionDays: number
): CallTimesRefused | undefined => {
  const refused = (reason: CallTimesRefused["reason"]) => new CallTimesRefused({ callId: call.callId, reason })
  const last = "endedAtMillis" in call ? Math.max(call.atMillis, call.endedAtMillis) : call.atMillis
  if (!isInstant(call.atMillis)) return refused("not_an_instant")
  if (last > nowMillis + maxAheadMillis) return refused("in_the_future")
  if (call.atMillis < nowMillis - retentionDays * dayMillis) return refused("older_than_retention")
  const reason = "endedAtMillis" in call ? endReason(call) : undefined
  return reason === undefined ? undefined : refused(reason)
}

/** The UTC day of an instant, as YYYY-MM-DD. */
export const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)
