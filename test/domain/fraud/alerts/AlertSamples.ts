import type { AlertReport } from "../../../../src/domain/fraud/alerts/AlertReport.ts"
import type { CallAttempt } from "../../../../src/domain/fraud/CallAttempt.ts"
import type { Finding } from "../../../../src/domain/fraud/Finding.ts"

const call: CallAttempt = {
  callId: "call-0",
  atMillis: 1_000,
  aNumber: "+2348030000000",
  bNumber: "+2348010000001",
  assertedNumber: "",
  displayName: "",
  userAgent: "",
  sourceIp: "192.0.2.1",
  sourceGroup: 10,
  gatewayId: "gw-1",
  carrierId: "carrier-1",
  region: "",
  attestation: "unchecked"
}

const finding: Finding = {
  rule: "call_masking",
  type: "CALL_MASKING",
  severity: "HIGH",
  confidence: 0.9,
  evidence: "5 callers reached +2348010000001 within 5 s",
  subject: "+2348010000001",
  aNumberCount: 5,
  windowMillis: 5_000,
  shadow: false
}

interface Given {
  readonly finding?: Partial<Finding>
  readonly call?: Partial<CallAttempt>
  readonly action?: AlertReport["action"]
  readonly disconnected?: boolean
}

/** The `n`th call of a masking attack on one number, as the detection reports it. */
export const reportOf = (n: number, given: Given = {}): AlertReport => ({
  finding: { ...finding, ...given.finding },
  call: { ...call, callId: `call-${n}`, aNumber: `+23480300${10_000 + n}`, atMillis: 1_000 + n, ...given.call },
  action: given.action ?? "block",
  latencyMicros: 250,
  ...(given.disconnected === undefined ? {} : { disconnected: given.disconnected })
})
