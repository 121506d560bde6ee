import type { CallAttempt } from "../CallAttempt.ts"
import type { Finding, VerdictAction } from "../Finding.ts"

/** One finding about one call, as the detection tells it to the alerts. */
export interface AlertReport {
  readonly finding: Finding
  readonly call: CallAttempt
  /** What the switch was told to do with the call. */
  readonly action: VerdictAction
  /** From the call's arrival at the detection to the finding, in microseconds. */
  readonly latencyMicros: number
  /** Calls of the pattern that had been set up already were ended. */
  readonly disconnected?: boolean
}
