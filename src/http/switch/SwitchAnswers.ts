import { severityRank } from "../../domain/fraud/FraudType.ts"
import type { Finding } from "../../domain/fraud/Finding.ts"
import { threatLevelOf } from "../../domain/fraud/ThreatLevel.ts"
import type { FieldProblem } from "../../domain/fraud/calls/SwitchCall.ts"
import type { CallAttempt } from "../../domain/fraud/CallAttempt.ts"
import type { Screened } from "../../entities/CallScreen.ts"

const declined = 603
const unavailable = 503
const movedTemporarily = 302

/** Longest reason that goes into a SIP header. */
const longestReason = 200

const worst = (findings: ReadonlyArray<Finding>): Finding | undefined => {
  let found: Finding | undefined
  for (const finding of findings) {
    if (finding.shadow) continue
    if (
      found === undefined ||
      severityRank(finding.severity) * finding.confidence > severityRank(found.severity) * found.confidence
    ) {
      found = finding
    }
  }
  return found
}

const reasonOf = ({ overload, verdict }: Screened): string => {
  if (overload) return "the gateway brings more calls than it may"
  if (verdict.listed !== null) return `${verdict.listed.list} list: ${verdict.listed.kind} ${verdict.listed.value}`
  return worst(verdict.findings)?.evidence ?? ""
}

const sipCodeOf = ({ overload, verdict }: Screened): number => {
  if (verdict.action === "block") return overload ? unavailable : declined
  return verdict.action === "redirect" ? movedTemporarily : 0
}

const headersOf = (call: CallAttempt, { verdict }: Screened): Readonly<Record<string, string>> => {
  const type = worst(verdict.findings)?.type ?? ""
  switch (verdict.action) {
    case "flag":
      return { "X-ACM-Flagged": type }
    case "penalty_billing":
      return {
        "X-ACM-Penalty-Billing": "international",
        "X-ACM-Fraud-Type": type,
        "X-ACM-Original-CLI": call.aNumber
      }
    default:
      return {}
  }
}

/** The answer to a switch's question, over HTTP and evapi alike. */
export const detectAnswer = (call: CallAttempt, screened: Screened) => {
  const { latencyMicros, redirectTo, verdict } = screened
  const types = verdict.findings.filter((finding) => !finding.shadow).map((finding) => finding.type)
  const listed = verdict.listed?.list === "block" ? ["BLACKLIST"] : []
  return {
    call_id: verdict.callId,
    is_fraud: verdict.action !== "allow" && !screened.overload,
    fraud_types: [...listed, ...new Set(types)],
    confidence: Math.round(verdict.score * 100),
    action: verdict.action,
    sip_code: sipCodeOf(screened),
    reason: reasonOf(screened).slice(0, longestReason),
    redirect_to: verdict.action === "redirect" ? redirectTo : "",
    headers: headersOf(call, screened),
    degraded: verdict.degraded,
    latency_us: Math.round(latencyMicros)
  }
}

export type DetectAnswer = ReturnType<typeof detectAnswer>

/** The answer to an event that a switch tells of without waiting for a verdict. */
export const eventAnswer = ({ callers, overload, verdict }: Screened, maskingThreshold: number) => ({
  status: "accepted",
  call_id: verdict.callId,
  detection_result: {
    detected: verdict.action !== "allow" && !overload,
    threat_level: threatLevelOf(callers, maskingThreshold),
    distinct_a_numbers: callers,
    action: verdict.action
  }
})

export type SwitchErrorCode = "VALIDATION_ERROR" | "UNAUTHORIZED" | "FORBIDDEN" | "NOT_FOUND" | "SERVICE_UNAVAILABLE"

/** The form of errors that switches of this contract know. */
export const errorBody = (code: SwitchErrorCode, message: string, details: ReadonlyArray<FieldProblem> = []) => ({
  error: { code, message, details }
})
