import { Clock, Context, Effect, FiberSet, Layer, Metric } from "effect"
import type { CallAttempt, CallEnd } from "../../domain/fraud/CallAttempt.ts"
import { checkTimes } from "../../domain/fraud/calls/CallTimes.ts"
import type { AskedCall, FieldProblem, Read } from "../../domain/fraud/calls/SwitchCall.ts"
import { readAttempt, readEnd } from "../../domain/fraud/calls/SwitchCall.ts"
import type { Screened } from "../../entities/CallScreen.ts"
import { CallScreen } from "../../entities/CallScreen.ts"
import { Passports } from "../../layers/fraud/Passports.ts"
import { callRetentionDays } from "../../layers/storage/calls/CallRetentionDays.ts"
import { CallRecords } from "../../layers/storage/CallRecords.ts"

/** Most calls or CDRs in one request. */
export const maxBatch = 1_000

const invalid = Metric.counter("acm_invalid_requests_total", {
  description: "Questions and CDRs of switches that could not be understood",
  incremental: true
})

const timeWords: Readonly<Record<NonNullable<ReturnType<typeof checkTimes>>["reason"], string>> = {
  not_an_instant: "is no instant",
  in_the_future: "is in the future",
  older_than_retention: "is older than calls are kept",
  out_of_order: "is before what came before it",
  too_long: "makes the call longer than calls can be"
}

export type Asked =
  | { readonly ok: true; readonly call: CallAttempt; readonly screened: Screened }
  | { readonly ok: false; readonly problems: ReadonlyArray<FieldProblem> }

/** What became of a CDR. */
export type EndReceipt =
  | { readonly callId: string; readonly status: "counted" | "duplicate" }
  | { readonly callId: string; readonly status: "refused"; readonly problems: ReadonlyArray<FieldProblem> }

const callIdOf = (body: unknown): string =>
  typeof body === "object" && body !== null && "call_id" in body && typeof body.call_id === "string" ? body.call_id : ""

const inTime = <A extends CallAttempt | CallEnd>(value: A, field: string, nowMillis: number, retentionDays: number) => {
  const refused = checkTimes(value, nowMillis, retentionDays)
  return refused === undefined ? [] : [{ field, message: timeWords[refused.reason] }]
}

/** Reads questions and CDRs whose times can be. */
const makeReader = (clock: Clock.Clock, retentionDays: number) => ({
  attempt: (body: unknown): Read<AskedCall> => {
    const now = clock.currentTimeMillisUnsafe()
    const read = readAttempt(body, now)
    if (!read.ok) return read
    const { call, identity } = read.value
    const problems = inTime(call, "timestamp", now, retentionDays)
    if (problems.length > 0) return { ok: false, problems }
    // A switch whose clock is ahead must not push its windows into the future.
    return { ok: true, value: { identity, call: call.atMillis > now ? { ...call, atMillis: now } : call } }
  },
  end: (body: unknown): Read<CallEnd> => {
    const read = readEnd(body)
    if (!read.ok) return read
    const problems = inTime(read.value, "end_time", clock.currentTimeMillisUnsafe(), retentionDays)
    return problems.length > 0 ? { ok: false, problems } : read
  }
})

const makeAsking = Effect.fnUntraced(function* (reader: ReturnType<typeof makeReader>) {
  const screen = yield* CallScreen
  const passports = yield* Passports
  const context = yield* Effect.context<never>()
  const run = yield* FiberSet.makeRuntime<never, void, never>()

  /** Answers at once, unless a signature must be checked or slices live elsewhere. */
  return (body: unknown, answer: (asked: Asked) => void): void => {
    const read = reader.attempt(body)
    if (!read.ok) {
      invalid.updateUnsafe(1, context)
      return answer({ ok: false, problems: read.problems })
    }
    const { call, identity } = read.value
    const go = (checked: CallAttempt) =>
      screen.screen(checked, (screened) => answer({ ok: true, call: checked, screened }))
    if (identity === "") return go(call)
    const { aNumber, assertedNumber, atMillis, bNumber } = call
    run(
      passports
        .verify({ identity, aNumber: assertedNumber || aNumber, bNumber, atMillis })
        .pipe(Effect.map(({ attestation }) => go({ ...call, attestation })))
    )
  }
})

const makeEnding = Effect.fnUntraced(function* (reader: ReturnType<typeof makeReader>) {
  const screen = yield* CallScreen
  const records = yield* CallRecords
  const context = yield* Effect.context<never>()

  /** A call that nobody judged in time is judged now, for the windows and the alerts. */
  const count = (end: CallEnd): void => {
    if (end.unchecked) screen.screen(end, () => screen.ended(end))
    else screen.ended(end)
  }

  /** Keeps CDRs, each that is sound on its own, and is answered after the commit. What is counted is counted to its end. */
  return (bodies: ReadonlyArray<unknown>) =>
    Effect.gen(function* () {
      const reads = bodies.map(reader.end)
      const ends = reads.flatMap((read) => (read.ok ? [read.value] : []))
      const outcomes = ends.length === 0 ? [] : yield* records.recordEnds(ends)
      let next = 0
      return reads.map((read, i): EndReceipt => {
        if (!read.ok) {
          invalid.updateUnsafe(1, context)
          return { callId: callIdOf(bodies[i]), status: "refused", problems: read.problems }
        }
        const status = outcomes[next++] ?? "duplicate"
        if (status === "counted") count(read.value)
        return { callId: read.value.callId, status }
      })
    }).pipe(Effect.uninterruptible)
})

const make = Effect.gen(function* () {
  const reader = makeReader(yield* Clock.Clock, yield* callRetentionDays)
  const { isAwake } = yield* CallScreen
  return { ask: yield* makeAsking(reader), end: yield* makeEnding(reader), isAwake }
})

/** Where what switches say is read and answered, by whatever way it comes. */
export class SwitchDesk extends Context.Service<SwitchDesk, Effect.Success<typeof make>>()("tandem/http/SwitchDesk") {
  static readonly layer = Layer.effect(SwitchDesk, make)
}
