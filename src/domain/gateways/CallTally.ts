import { Schema } from "effect"
import type { CallEnd } from "../fraud/CallAttempt.ts"

/** An answered call that is shorter than this counts as short. */
export const shortCallMillis = 10_000

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What is added up, each a whole number that never falls. */
const counters = {
  /** Calls that were let through to the network. */
  attempts: count,
  answered: count,
  userBusy: count,
  noAnswer: count,
  rejectedByUser: count,
  /** Calls that we refused ourselves; they are no attempts. */
  blocked: count,
  fraudCalls: count,
  shortCalls: count,
  /** Sum over answered calls, from the answer to the end. */
  durationMillis: count,
  /** Sum over answered calls, from the INVITE to the answer. */
  setupMillis: count,
  /** Sum of post-dial delays (from the INVITE to the first ringing) over the `pddCalls` that told one. */
  pddMillis: count,
  pddCalls: count,
  probes: count,
  probesAnswered: count
}

/** Figures of a stretch of time that can be added to others; the peaks are the largest of any part of it. */
export const CallTally = Schema.Struct({ ...counters, peakCps: count, peakCpm: count, peakConcurrent: count })
export type CallTally = typeof CallTally.Type

export const emptyTally: CallTally = {
  attempts: 0,
  answered: 0,
  userBusy: 0,
  noAnswer: 0,
  rejectedByUser: 0,
  blocked: 0,
  fraudCalls: 0,
  shortCalls: 0,
  durationMillis: 0,
  setupMillis: 0,
  pddMillis: 0,
  pddCalls: 0,
  probes: 0,
  probesAnswered: 0,
  peakCps: 0,
  peakCpm: 0,
  peakConcurrent: 0
}

const fields = Object.keys(emptyTally) as ReadonlyArray<keyof CallTally>
const isPeak = (field: keyof CallTally) => field.startsWith("peak")

/** Whatever is not a whole number from 0 counts as nothing: a broken clock of a switch must not turn a counter back. */
const sane = (value: number) => (Number.isFinite(value) && value > 0 ? Math.round(value) : 0)

export const addTallies = (one: CallTally, other: CallTally): CallTally => {
  const sum: { -readonly [K in keyof CallTally]: number } = { ...one }
  for (const field of fields) {
    sum[field] = isPeak(field) ? Math.max(sum[field], sane(other[field])) : sum[field] + sane(other[field])
  }
  return sum
}

export const isEmptyTally = (tally: CallTally): boolean => fields.every((field) => tally[field] === 0)

/**
 * How a call that did not reach an answer ended, by its final SIP status (RFC 3261 §21) as ITU-T E.425 divides attempts:
 * busy (486, 600), no answer (480 for a subscriber who is away or does not pick up, 487 for a caller who gave up while it
 * rang), rejected by the user (603, 607 and 608 of RFC 8197 and RFC 8688), or a failure of the network.
 */
const outcomeOf = (sipCode: number): "userBusy" | "noAnswer" | "rejectedByUser" | undefined => {
  if (sipCode === 486 || sipCode === 600) return "userBusy"
  if (sipCode === 480 || sipCode === 487) return "noAnswer"
  return sipCode === 603 || sipCode === 607 || sipCode === 608 ? "rejectedByUser" : undefined
}

/** What one ended call adds. `blocked`: we refused it, so that its status is our own. `pddMillis` null: nobody told. */
export const tallyOfCall = (
  call: CallEnd,
  said: { readonly fraud: boolean; readonly blocked: boolean; readonly pddMillis: number | null }
): CallTally => {
  const fraudCalls = said.fraud ? 1 : 0
  if (said.blocked) return { ...emptyTally, blocked: 1, fraudCalls }
  const pdd = said.pddMillis === null ? {} : { pddMillis: sane(said.pddMillis), pddCalls: 1 }
  const attempt = { ...emptyTally, ...pdd, attempts: 1, fraudCalls }
  if (call.answeredAtMillis !== null) {
    return {
      ...attempt,
      answered: 1,
      shortCalls: call.durationMillis < shortCallMillis ? 1 : 0,
      durationMillis: sane(call.durationMillis),
      setupMillis: sane(call.ringMillis)
    }
  }
  const outcome = outcomeOf(call.sipCode)
  return outcome === undefined ? attempt : { ...attempt, [outcome]: 1 }
}
