import type { CallTotals } from "../../../domain/fraud/calls/CallFigures.ts"
import type { VerdictAction } from "../../../domain/fraud/Finding.ts"

/** From the first instant on, up to the last one without it. */
export interface CallPeriod {
  readonly fromMillis: number
  readonly toMillis: number
}

export interface CallFilter {
  readonly aNumber?: string | undefined
  readonly bNumber?: string | undefined
  readonly gatewayId?: string | undefined
  readonly action?: VerdictAction | undefined
  /** Only calls that a verdict flagged or stopped, or only the others. */
  readonly flagged?: boolean | undefined
}

/** Newest first: the calls after this one are those that started before it. */
export interface StartedBefore {
  readonly atMillis: number
  readonly callId: string
}

export interface CallSummary {
  readonly totals: CallTotals
  readonly byAction: ReadonlyArray<{ readonly action: VerdictAction | "none"; readonly totals: CallTotals }>
  /** Most calls first. */
  readonly byGateway: ReadonlyArray<{ readonly gatewayId: string; readonly totals: CallTotals }>
}
