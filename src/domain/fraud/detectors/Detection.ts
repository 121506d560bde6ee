import type { CallAttempt } from "../CallAttempt.ts"
import type { Finding } from "../Finding.ts"
import type { CalledFeatures } from "../windows/CalledWindows.ts"
import type { CallerFeatures } from "../windows/CallerWindows.ts"
import type { SourceFeatures } from "../windows/SourceWindows.ts"

/** What the windows know of the caller, the called number and the source of one call; a part may be out of reach. */
export interface CallFeatures {
  readonly caller: CallerFeatures | undefined
  readonly called: CalledFeatures | undefined
  readonly source: SourceFeatures | undefined
}

/** What a detector says of a call; the rule's mode and name are added by whoever runs it. */
export type Detection = Omit<Finding, "rule" | "shadow">

/** A detector: a pure function of the call, bounded windows and parameters. Undefined: nothing is wrong. */
export type Detector<P> = (call: CallAttempt, features: CallFeatures, parameters: P) => Detection | undefined

export const detection = (
  type: Detection["type"],
  severity: Detection["severity"],
  confidence: number,
  subject: string,
  evidence: string,
  more: { readonly aNumberCount?: number; readonly windowMillis?: number } = {}
): Detection => ({
  type,
  severity,
  confidence: Math.min(0.99, Math.max(0, confidence)),
  subject,
  evidence,
  aNumberCount: more.aNumberCount ?? 1,
  windowMillis: more.windowMillis ?? 0
})

/** The caller as it is named in an alert. */
export const nameOfCaller = (call: CallAttempt): string => call.aNumber || `withheld number from ${call.sourceIp}`

export const minutes = (millis: number): string => {
  const value = Math.round(millis / 60_000)
  return value === 1 ? "1 minute" : `${value} minutes`
}
