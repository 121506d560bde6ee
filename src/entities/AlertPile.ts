import type { Severity } from "../domain/fraud/FraudType.ts"
import { severityRank, worseSeverity } from "../domain/fraud/FraudType.ts"
import type { AlertReport } from "../domain/fraud/alerts/AlertReport.ts"
import type { AlertPattern, Sighting } from "../domain/fraud/alerts/FraudAlert.ts"
import type { Gathering } from "../domain/fraud/alerts/Sightings.ts"
import { makeGathering, patternOf } from "../domain/fraud/alerts/Sightings.ts"

/** Patterns that one node gathers at the same time; findings of one more are not taken. */
export const maxPatterns = 10_000

/** A new pattern, and one that got worse, is written after this long at the latest. */
export const flushMillis = 300

/** A pattern that goes on is written less and less often, down to this: its alert would grow without end otherwise. */
export const longestPauseMillis = 5_000
const pauseGrowth = 1.2

/** One pattern; it is forgotten when nothing has been seen of it for a while. */
interface Entry {
  readonly pattern: AlertPattern
  gathering: Gathering | undefined
  dueAtMillis: number
  pauseMillis: number
  isSending: boolean
  /** The worst that was written. */
  severity: Severity
  /** The alert that took the last sighting. */
  alertId: string | undefined
}

/** What is to be written now. */
export interface Taken {
  readonly entry: { alertId: string | undefined }
  readonly pattern: AlertPattern
  readonly sighting: Sighting
}

/** Findings by pattern, and when each is to be written. Nothing here waits. */
export const makeAlertPile = () => {
  const entries = new Map<string, Entry>()
  let sending = 0

  const newEntry = (key: string, report: AlertReport, nowMillis: number): Entry => {
    const entry: Entry = {
      pattern: patternOf(report),
      gathering: undefined,
      dueAtMillis: nowMillis,
      pauseMillis: flushMillis,
      isSending: false,
      severity: "INFO",
      alertId: undefined
    }
    entries.set(key, entry)
    return entry
  }

  const add = (key: string, report: AlertReport, nowMillis: number): boolean => {
    const known = entries.get(key)
    if (known === undefined && entries.size >= maxPatterns) return false
    const entry = known ?? newEntry(key, report, nowMillis)
    if (entry.gathering === undefined) entry.gathering = makeGathering(report, nowMillis)
    else entry.gathering.add(report)
    if (severityRank(report.finding.severity) > severityRank(entry.severity)) {
      entry.dueAtMillis = Math.min(entry.dueAtMillis, nowMillis + flushMillis)
    }
    return true
  }

  const takeDue = (nowMillis: number, maxSending: number, everything: boolean): ReadonlyArray<Taken> => {
    const taken: Array<Taken> = []
    for (const [key, entry] of entries) {
      if (entry.isSending) continue
      if (entry.gathering === undefined) {
        if (nowMillis >= entry.dueAtMillis + longestPauseMillis) entries.delete(key)
        continue
      }
      if (sending >= maxSending || (!everything && nowMillis < entry.dueAtMillis)) continue
      const sighting = entry.gathering.sighting()
      entry.gathering = undefined
      entry.isSending = true
      entry.severity = worseSeverity(entry.severity, sighting.severity)
      sending += 1
      taken.push({ entry, pattern: entry.pattern, sighting })
    }
    return taken
  }

  return {
    add,
    /** What is due, and what is there at all when `everything` is asked for, while fewer than so many are on their way. */
    takeDue,
    /** The sighting is written, or given up. */
    done: ({ pattern }: Taken, nowMillis: number) => {
      const entry = entries.get(pattern.key)
      sending -= 1
      if (entry === undefined) return
      entry.isSending = false
      entry.dueAtMillis = nowMillis + entry.pauseMillis
      entry.pauseMillis = Math.min(entry.pauseMillis * pauseGrowth, longestPauseMillis)
    },
    isEmpty: () => entries.size === 0,
    isWritten: () => sending === 0 && ![...entries.values()].some(({ gathering }) => gathering !== undefined)
  }
}

export type Pile = ReturnType<typeof makeAlertPile>
