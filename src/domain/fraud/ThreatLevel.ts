import { Schema } from "effect"

export const ThreatLevel = Schema.Literals(["none", "low", "medium", "high", "critical"])
export type ThreatLevel = typeof ThreatLevel.Type

/** By how much of the threshold of `call_masking` a called number's distinct callers make up. */
export const threatLevelOf = (callers: number, threshold: number): ThreatLevel => {
  const ratio = callers / threshold
  return ratio >= 1 ? "critical" : ratio >= 0.8 ? "high" : ratio >= 0.6 ? "medium" : ratio >= 0.4 ? "low" : "none"
}

/** How threatened a called number is at a moment. */
export const Threat = Schema.Struct({
  bNumber: Schema.String,
  threatLevel: ThreatLevel,
  /** Within the masking window, which ends now. */
  distinctCallers: Schema.Int,
  threshold: Schema.Int,
  windowSeconds: Schema.Int,
  /** The threshold is reached. */
  requiresAction: Schema.Boolean
}).annotate({ identifier: "Threat" })
export type Threat = typeof Threat.Type

export const threatOf = (seen: {
  readonly bNumber: string
  readonly callers: number
  readonly threshold: number
  readonly windowSeconds: number
}): Threat => {
  const threatLevel = threatLevelOf(seen.callers, seen.threshold)
  return {
    bNumber: seen.bNumber,
    threatLevel,
    distinctCallers: seen.callers,
    threshold: seen.threshold,
    windowSeconds: seen.windowSeconds,
    requiresAction: threatLevel === "critical"
  }
}
