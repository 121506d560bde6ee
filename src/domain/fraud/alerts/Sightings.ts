import { worseSeverity } from "../FraudType.ts"
import type { VerdictAction } from "../Finding.ts"
import type { AlertReport } from "./AlertReport.ts"
import type { AlertAction, AlertCall, AlertPattern, Sighting } from "./FraudAlert.ts"
import { maxANumbers, maxCalls } from "./FraudAlert.ts"

/** Longest evidence that an alert keeps, in characters. */
export const maxEvidenceLength = 1_000

/** Longest subject, number or id that an alert keeps, in characters: what came over the wire may be anything. */
export const maxWordLength = 200

/** Calls, and sources, that one sighting names. */
export const maxSightingCalls = 10
export const maxSightingIps = 20

const word = (text: string) => (text.length <= maxWordLength ? text : text.slice(0, maxWordLength))

/** A call that is led elsewhere does not reach the called number either, so it counts as blocked. */
const actions: Readonly<Record<VerdictAction, AlertAction>> = {
  allow: "NONE",
  flag: "NONE",
  penalty_billing: "NONE",
  redirect: "BLOCKED",
  block: "BLOCKED"
}

const strengths: Readonly<Record<AlertAction, number>> = { NONE: 0, BLOCKED: 1, DISCONNECTED: 2 }

export const strongerAction = (one: AlertAction, other: AlertAction): AlertAction =>
  strengths[one] >= strengths[other] ? one : other

/** Those that are known, and the new ones after them, up to the bound. */
export const namedOnce = (known: ReadonlyArray<string>, more: ReadonlyArray<string>, max: number) =>
  known.length >= max ? known : [...new Set([...known, ...more])].slice(0, max)

/** The first call and the newest ones, up to the bound. */
export const firstAndNewest = (known: ReadonlyArray<AlertCall>, more: ReadonlyArray<AlertCall>) => {
  const all = [...known, ...more]
  return all.length <= maxCalls ? all : [...all.slice(0, 1), ...all.slice(1 - maxCalls)]
}

/** Names the pattern of a finding; one open alert gathers what has the same key. */
export const patternKeyOf = ({ subject, type }: AlertReport["finding"]) => `${type}:${word(subject)}`

export const patternOf = ({ call, finding }: AlertReport): AlertPattern => ({
  key: patternKeyOf(finding),
  type: finding.type,
  rule: finding.rule,
  subject: word(finding.subject),
  bNumber: word(call.bNumber)
})

const callOf = ({ action, call }: AlertReport): AlertCall => ({
  callId: word(call.callId),
  aNumber: word(call.aNumber),
  bNumber: word(call.bNumber),
  atMillis: call.atMillis,
  sourceIp: word(call.sourceIp),
  action
})

/**
 * Gathers findings of one pattern into one sighting. It is made for floods: adding one more costs the same however many
 * there are. The findings about one call are expected one after the other, so a call is counted when its id is another
 * one than the last.
 */
export const makeGathering = (first: AlertReport, detectedAtMillis: number) => {
  const aNumbers = new Set<string>()
  const sourceIps = new Set<string>()
  const newest: Array<AlertCall> = []
  const firstCall = callOf(first)
  const totals = {
    findings: 0,
    calls: 0,
    severity: first.finding.severity,
    confidence: 0,
    evidence: first.finding.evidence,
    aNumberCount: 0,
    action: "NONE" as AlertAction,
    windowMillis: 0,
    firstAtMillis: first.call.atMillis,
    lastAtMillis: first.call.atMillis
  }
  let lastCallId: string | undefined

  const add = (report: AlertReport) => {
    const { call, finding } = report
    totals.findings += 1
    if (worseSeverity(finding.severity, totals.severity) === finding.severity) totals.evidence = finding.evidence
    totals.severity = worseSeverity(totals.severity, finding.severity)
    totals.confidence = Math.max(totals.confidence, finding.confidence)
    totals.aNumberCount = Math.max(totals.aNumberCount, finding.aNumberCount)
    totals.windowMillis = Math.max(totals.windowMillis, finding.windowMillis)
    totals.action = strongerAction(
      totals.action,
      report.disconnected === true ? "DISCONNECTED" : actions[report.action]
    )
    if (call.callId === lastCallId) return
    lastCallId = call.callId
    totals.calls += 1
    totals.firstAtMillis = Math.min(totals.firstAtMillis, call.atMillis)
    totals.lastAtMillis = Math.max(totals.lastAtMillis, call.atMillis)
    if (call.aNumber !== "" && aNumbers.size < maxANumbers) aNumbers.add(word(call.aNumber))
    if (call.sourceIp !== "" && sourceIps.size < maxSightingIps) sourceIps.add(word(call.sourceIp))
    if (totals.calls === 1) return
    newest[(totals.calls - 2) % (maxSightingCalls - 1)] = callOf(report)
  }

  const sighting = (): Sighting => {
    const oldest = totals.calls > maxSightingCalls ? (totals.calls - 1) % (maxSightingCalls - 1) : 0
    return {
      ...totals,
      evidence: totals.evidence.slice(0, maxEvidenceLength),
      aNumbers: [...aNumbers],
      sourceIps: [...sourceIps],
      sample: [firstCall, ...newest.slice(oldest), ...newest.slice(0, oldest)],
      latencyMillis: first.latencyMicros / 1_000,
      detectedAtMillis
    }
  }

  add(first)
  return { add, sighting, severity: () => totals.severity }
}

export type Gathering = ReturnType<typeof makeGathering>
