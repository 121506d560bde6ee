import { Schema } from "effect"
import type { CallTally } from "./CallTally.ts"
import { addTallies, emptyTally } from "./CallTally.ts"

/** The windows that figures are told for, and the length of the buckets that each is made of. */
export const periods = { "1m": 60, "5m": 300, "1h": 3_600, "24h": 86_400 } as const
export const Period = Schema.Literals(["1m", "5m", "1h", "24h"])
export type Period = typeof Period.Type

const bucketSeconds: Readonly<Record<Period, number>> = { "1m": 1, "5m": 5, "1h": 60, "24h": 900 }

const periodNames = Period.literals

/** One bucket more than a window has, since the oldest and the newest are both begun. */
const maxBuckets = (period: Period): number => periods[period] / bucketSeconds[period] + 1

interface Bucket {
  readonly startMillis: number
  readonly tally: CallTally
}

type Series = ReadonlyArray<Bucket>

/** The figures of one gateway over the last day, in at most 320 buckets; lives in memory. */
export type GatewayFigures = Readonly<Record<Period, Series>>

export const noFigures: GatewayFigures = { "1m": [], "5m": [], "1h": [], "24h": [] }

const addTo = (series: Series, startMillis: number, tally: CallTally): Series => {
  const last = series.at(-1)
  if (last === undefined || last.startMillis < startMillis) return [...series, { startMillis, tally }]
  if (last.startMillis === startMillis)
    return [...series.slice(0, -1), { startMillis, tally: addTallies(last.tally, tally) }]
  const at = series.findIndex((bucket) => bucket.startMillis >= startMillis)
  const found = series[at]
  return found?.startMillis === startMillis
    ? series.with(at, { startMillis, tally: addTallies(found.tally, tally) })
    : series.toSpliced(at, 0, { startMillis, tally })
}

const startOf = (period: Period, atMillis: number): number => {
  const bucketMillis = bucketSeconds[period] * 1_000
  return Math.floor(atMillis / bucketMillis) * bucketMillis
}

const attemptsIn = (series: Series, fromMillis: number, toMillis: number): number =>
  series.reduce(
    (sum, { startMillis, tally }) =>
      startMillis >= fromMillis && startMillis <= toMillis ? sum + tally.attempts : sum,
    0
  )

/** Calls in the same second and in the minute up to it: what peaks are the largest of. */
export const peaksAt = ({ "1m": seconds }: Pick<GatewayFigures, "1m">, atMillis: number) => {
  const second = startOf("1m", atMillis)
  return {
    peakCps: attemptsIn(seconds, second, second),
    peakCpm: attemptsIn(seconds, second - 59_000, second)
  }
}

/**
 * Adds what happened at an instant. What is older than a window is left out of it; what comes from the future, as from a
 * switch whose clock is ahead, counts as happening now. Each call must come once: figures know no calls.
 */
export const record = (
  figures: GatewayFigures,
  tally: CallTally,
  atMillis: number,
  nowMillis: number
): GatewayFigures => {
  const at = Math.min(atMillis, nowMillis)
  const seconds = kept("1m", addTo(figures["1m"], startOf("1m", at), tally), nowMillis)
  const withPeaks =
    tally.attempts > 0 ? addTallies({ ...tally }, { ...emptyTally, ...peaksAt({ "1m": seconds }, at) }) : tally
  const next = (period: Period) => kept(period, addTo(figures[period], startOf(period, at), withPeaks), nowMillis)
  return { "1m": seconds, "5m": next("5m"), "1h": next("1h"), "24h": next("24h") }
}

const kept = (period: Period, series: Series, nowMillis: number): Series => {
  const from = startOf(period, nowMillis) - periods[period] * 1_000
  const first = series.findIndex(({ startMillis }) => startMillis >= from)
  return first === -1 ? [] : series.slice(Math.max(first, series.length - maxBuckets(period)))
}

/**
 * Adds a minute that was kept outside the memory, without what was not kept: the shorter windows stay as they are, for
 * nobody knows any more in which second of it the calls were.
 */
export const restore = (
  figures: GatewayFigures,
  minute: CallTally,
  atMillis: number,
  nowMillis: number
): GatewayFigures => ({
  ...figures,
  "1h": kept("1h", addTo(figures["1h"], startOf("1h", atMillis), minute), nowMillis),
  "24h": kept("24h", addTo(figures["24h"], startOf("24h", atMillis), minute), nowMillis)
})

/** The sum over the window that ends now, of buckets that began in the second of `sinceMillis` or later. */
export const tallyOver = (figures: GatewayFigures, period: Period, nowMillis: number, sinceMillis = 0): CallTally => {
  const from = Math.max(
    startOf(period, nowMillis) - (periods[period] - bucketSeconds[period]) * 1_000,
    startOf("1m", sinceMillis)
  )
  const sum = figures[period].reduce(
    (tally, bucket) => (bucket.startMillis >= from ? addTallies(tally, bucket.tally) : tally),
    emptyTally
  )
  if (period !== "1m") return sum
  const peakCps = figures["1m"].reduce(
    (peak, bucket) => (bucket.startMillis >= from ? Math.max(peak, bucket.tally.attempts) : peak),
    0
  )
  return { ...sum, peakCps, peakCpm: Math.max(sum.peakCpm, sum.attempts) }
}

/** The period of that many seconds. */
export const periodOf = (windowSeconds: number): Period =>
  periodNames.find((period) => periods[period] >= windowSeconds) ?? "24h"

/** Ratios are 0 to 1. Null: there was nothing to make the figure of. */
export const Summary = Schema.Struct({
  attempts: Schema.Int,
  answered: Schema.Int,
  blocked: Schema.Int,
  fraudCalls: Schema.Int,
  shortCalls: Schema.Int,
  fraudRate: Schema.NullOr(Schema.Finite),
  /** Answer-seizure ratio: answered calls among attempts (ITU-T E.411, E.425). */
  asr: Schema.NullOr(Schema.Finite),
  /** Network effectiveness ratio: answered, busy, unanswered and user-rejected among attempts (ITU-T E.425). */
  ner: Schema.NullOr(Schema.Finite),
  /** Average call duration, also called ALOC: the time of answered calls, over their number. */
  acdSeconds: Schema.NullOr(Schema.Finite),
  /** Average from the INVITE to the first ringing. */
  pddMillis: Schema.NullOr(Schema.Finite),
  /** Average from the INVITE to the answer. */
  setupMillis: Schema.NullOr(Schema.Finite),
  /** Short calls among answered ones. */
  shortCallRatio: Schema.NullOr(Schema.Finite),
  peakCps: Schema.Int,
  peakCpm: Schema.Int,
  peakConcurrent: Schema.Int,
  /** Probes that were answered, in per cent. */
  uptimePercent: Schema.NullOr(Schema.Finite)
})
export type Summary = typeof Summary.Type

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

export const summaryOf = (tally: CallTally): Summary => {
  const { answered, attempts, blocked, fraudCalls, noAnswer, rejectedByUser, shortCalls, userBusy } = tally
  const acdMillis = ratio(tally.durationMillis, answered)
  const uptime = ratio(tally.probesAnswered, tally.probes)
  return {
    attempts,
    answered,
    blocked,
    fraudCalls,
    shortCalls,
    fraudRate: ratio(Math.min(fraudCalls, attempts + blocked), attempts + blocked),
    asr: ratio(Math.min(answered, attempts), attempts),
    ner: ratio(Math.min(answered + userBusy + noAnswer + rejectedByUser, attempts), attempts),
    acdSeconds: acdMillis === null ? null : acdMillis / 1_000,
    pddMillis: ratio(tally.pddMillis, tally.pddCalls),
    setupMillis: ratio(tally.setupMillis, answered),
    shortCallRatio: ratio(Math.min(shortCalls, answered), answered),
    peakCps: tally.peakCps,
    peakCpm: tally.peakCpm,
    peakConcurrent: tally.peakConcurrent,
    uptimePercent: uptime === null ? null : uptime * 100
  }
}
