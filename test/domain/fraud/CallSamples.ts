import type { CallAttempt, CallEnd } from "../../../src/domain/fraud/CallAttempt.ts"
import { FraudEngine } from "../../../src/domain/fraud/FraudEngine.ts"
import type { Finding, RuleName, Verdict } from "../../../src/domain/fraud/Finding.ts"
import type { RuleSet } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"

/** Thursday noon in Lagos. */
export const noon = Date.UTC(2026, 0, 15, 11, 0, 0)

let calls = 0

export const attempt = (more: Partial<CallAttempt> = {}): CallAttempt => ({
  callId: `call-${calls++}`,
  atMillis: noon,
  aNumber: "+2348031234567",
  bNumber: "+2348055500001",
  assertedNumber: "",
  displayName: "",
  userAgent: "",
  sourceIp: "198.51.100.7",
  sourceGroup: 1,
  gatewayId: "",
  carrierId: "",
  region: "",
  attestation: "missing",
  ...more
})

/** A call that was answered and lasted so long, or that the caller gave up. */
export const endOf = (
  call: CallAttempt,
  { seconds, ringMillis = 4_000, sipCode }: { seconds: number; ringMillis?: number; sipCode?: number }
): CallEnd => {
  const answeredAtMillis = seconds > 0 ? call.atMillis + ringMillis : null
  return {
    ...call,
    answeredAtMillis,
    endedAtMillis: call.atMillis + ringMillis + seconds * 1000,
    ringMillis,
    durationMillis: seconds * 1000,
    sipCode: sipCode ?? (seconds > 0 ? 200 : 487),
    unchecked: false
  }
}

/** Mobile numbers of one network that are not next to each other. */
export const mobile = (n: number): string => `+234803${String((n * 7_919 + 13) % 10_000_000).padStart(7, "0")}`

/** As `mobile`, of another network. */
export const called = (n: number): string => `+234805${String((n * 6_007 + 29) % 10_000_000).padStart(7, "0")}`

/** A small engine: what a test needs is created at once. */
export const engineWith = (rules: RuleSet = defaultRules) =>
  new FraudEngine(rules, { callers: 4_000, callees: 4_000, sources: 200 })

export const found = (findings: ReadonlyArray<Finding>, rule: RuleName): Finding | undefined =>
  findings.find((finding) => finding.rule === rule)

export const finds = (verdict: Verdict, rule: RuleName): boolean => found(verdict.findings, rule) !== undefined
