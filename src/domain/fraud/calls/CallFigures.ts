/** Totals of a period, for one slice of its calls. */
export interface CallTotals {
  readonly calls: number
  /** Calls whose CDR is there. */
  readonly ended: number
  readonly answered: number
  /** Calls that reached their destination, answered or not; ITU-T E.425's effective ones. */
  readonly effective: number
  /** Ended calls that no verdict kept from the network. */
  readonly offered: number
  readonly answeredMillis: number
  /** Calls that got a verdict. */
  readonly scored: number
  readonly flagged: number
  /** Calls with a finding of a hidden or forged caller that counts. */
  readonly masked: number
  readonly degraded: number
  /** Calls that were set up without a verdict, by their CDR. */
  readonly unchecked: number
}

/** Rates in percent, durations in seconds; null when there is nothing to divide by. */
export interface CallKpis {
  readonly asrPercent: number | null
  readonly nerPercent: number | null
  readonly acdSeconds: number | null
  readonly maskingPercent: number | null
}

export const noTotals: CallTotals = {
  calls: 0,
  ended: 0,
  answered: 0,
  effective: 0,
  offered: 0,
  answeredMillis: 0,
  scored: 0,
  flagged: 0,
  masked: 0,
  degraded: 0,
  unchecked: 0
}

export const addTotals = (one: CallTotals, other: CallTotals): CallTotals => ({
  calls: one.calls + other.calls,
  ended: one.ended + other.ended,
  answered: one.answered + other.answered,
  effective: one.effective + other.effective,
  offered: one.offered + other.offered,
  answeredMillis: one.answeredMillis + other.answeredMillis,
  scored: one.scored + other.scored,
  flagged: one.flagged + other.flagged,
  masked: one.masked + other.masked,
  degraded: one.degraded + other.degraded,
  unchecked: one.unchecked + other.unchecked
})

/**
 * SIP answers to calls that reached their destination, whatever the user then did (ITU-T E.425: answer, user busy, ring no
 * answer, terminal rejection): the statuses of RFC 6076's session establishment effectiveness, and 487, a caller who hung
 * up while it rang.
 */
export const effectiveSipCodes: ReadonlyArray<number> = [200, 480, 486, 487, 600, 603]

const percent = (part: number, whole: number) => (whole === 0 ? null : Math.round((part / whole) * 10_000) / 100)

/**
 * ASR is of all calls with a CDR, NER of those that were offered to the network, ACD of the answered ones, the masking rate
 * of those that got a verdict.
 */
export const kpisOf = (totals: CallTotals): CallKpis => ({
  asrPercent: percent(totals.answered, totals.ended),
  nerPercent: percent(totals.effective, totals.offered),
  acdSeconds: totals.answered === 0 ? null : Math.round(totals.answeredMillis / totals.answered) / 1_000,
  maskingPercent: percent(totals.masked, totals.scored)
})
