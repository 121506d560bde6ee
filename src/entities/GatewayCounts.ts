import { Clock, Duration, Effect, Schedule } from "effect"
import type { CallTally } from "../domain/gateways/CallTally.ts"
import { addTallies, emptyTally, isEmptyTally } from "../domain/gateways/CallTally.ts"
import type { GatewayFigures, Period } from "../domain/gateways/GatewayFigures.ts"
import { noFigures, peaksAt, record, restore, tallyOver } from "../domain/gateways/GatewayFigures.ts"
import { GatewayMetrics } from "../layers/storage/GatewayMetrics.ts"
import type { RecordCalls } from "./Gateway.ts"
import { supervised } from "./Supervision.ts"

const minuteMillis = 60_000
const dayMillis = 86_400_000

/** How often what was counted goes into the table: what a crash forgets at most. */
const keepEvery = Duration.minutes(1)

/** Minutes that wait for a database that is away; the oldest go first. */
const maxPendingMinutes = 120

/** Nodes that report on one gateway; the one that has been silent the longest is forgotten for a new one. */
const maxSources = 64

/** A node that says nothing for this long has no calls any more. */
const sourceSilentMillis = 15_000

interface Source {
  readonly sequence: number
  readonly concurrent: number
  readonly atMillis: number
}

/** Which node said last what is under way there, and how far its reports have come. */
const makeSources = () => {
  const sources = new Map<string, Source>()
  return {
    concurrentAt: (nowMillis: number): number =>
      [...sources.values()].reduce(
        (sum, { atMillis, concurrent }) => (nowMillis - atMillis < sourceSilentMillis ? sum + concurrent : sum),
        0
      ),
    /** False: the report came before. */
    accept: (source: string, { concurrent, sequence }: Pick<Source, "sequence" | "concurrent">, nowMillis: number) => {
      const before = sources.get(source)
      if (before !== undefined && sequence <= before.sequence) return false
      // Put last, so that the first one is the one that has been silent the longest.
      sources.delete(source)
      sources.set(source, { sequence, concurrent, atMillis: nowMillis })
      const [silent] = sources.keys()
      if (sources.size > maxSources && silent !== undefined) sources.delete(silent)
      return true
    }
  }
}

/** What one gateway does, counted in memory: restored when the actor is loaded, kept minute by minute. */
export const makeGatewayCounts = Effect.fnUntraced(function* (gatewayId: string) {
  const metrics = yield* GatewayMetrics
  let figures: GatewayFigures = noFigures
  const pending = new Map<number, CallTally>()
  const sources = makeSources()
  let restored = false

  const postpone = (minute: number, tally: CallTally) => {
    pending.set(minute, addTallies(pending.get(minute) ?? emptyTally, tally))
    const [oldest] = pending.keys()
    if (pending.size > maxPendingMinutes && oldest !== undefined) pending.delete(oldest)
  }

  const count = (tally: CallTally, atMillis: number, nowMillis: number) => {
    if (isEmptyTally(tally)) return
    const at = Math.min(atMillis, nowMillis)
    figures = record(figures, tally, at, nowMillis)
    const withPeaks = tally.attempts > 0 ? addTallies(tally, { ...emptyTally, ...peaksAt(figures, at) }) : tally
    postpone(Math.floor(at / minuteMillis) * minuteMillis, withPeaks)
  }

  const keep = Effect.gen(function* () {
    if (!restored) return
    for (const [minute, tally] of pending) {
      pending.delete(minute)
      yield* metrics
        .add(gatewayId, { atMillis: minute, tally })
        .pipe(Effect.onError(() => Effect.sync(() => postpone(minute, tally))))
    }
  })

  const restoreOnce = Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    const minutes = yield* metrics.since(gatewayId, nowMillis - dayMillis)
    for (const { atMillis, tally } of minutes) figures = restore(figures, tally, atMillis, nowMillis)
    restored = true
  }).pipe(Effect.retry(Schedule.spaced("5 seconds")), Effect.orDie)

  yield* supervised(
    `Gateway/${gatewayId}/minutes`,
    Effect.suspend(() => (restored ? Effect.void : restoreOnce)).pipe(
      Effect.andThen(
        Effect.sleep(keepEvery).pipe(
          Effect.andThen(keep),
          Effect.catch((error) => Effect.logWarning("a gateway's minutes could not be kept yet", error)),
          Effect.forever
        )
      )
    )
  )
  yield* Effect.addFinalizer(() => keep.pipe(Effect.timeout("2 seconds"), Effect.ignore))

  return {
    tallyOver: (period: Period, nowMillis: number, sinceMillis?: number) =>
      tallyOver(figures, period, nowMillis, sinceMillis),
    concurrentAt: sources.concurrentAt,
    count,
    /** False: this report came before. */
    report: ({ seconds, source, ...report }: typeof RecordCalls.payloadSchema.Type, nowMillis: number): boolean => {
      if (!sources.accept(source, report, nowMillis)) return false
      for (const { atMillis, tally } of seconds) count(tally, atMillis, nowMillis)
      count({ ...emptyTally, peakConcurrent: sources.concurrentAt(nowMillis) }, nowMillis, nowMillis)
      return true
    }
  }
})
export type GatewayCounts = Effect.Success<ReturnType<typeof makeGatewayCounts>>
