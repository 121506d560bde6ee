import { Result } from "effect"
import type {
  BackorderEnding,
  BackorderEvent,
  BackorderRefusal,
  BackorderRequest,
  BackorderState
} from "./Backorder.ts"
import { BackorderStatusRefused, BackorderUnknown, isComplete, isFinal, isUnplaced, undelivered } from "./Backorder.ts"

/** Most numbers that are carried into the inventory and told in one comment. */
export const maxDeliveryBatch = 100

type Decision = Result.Result<ReadonlyArray<BackorderEvent>, BackorderRefusal>

const nothing: Decision = Result.succeed([])

const refused = (state: BackorderState, command: string) =>
  Result.fail(
    state.status === "unknown"
      ? new BackorderUnknown({ backorderId: state.backorderId })
      : new BackorderStatusRefused({ backorderId: state.backorderId, status: state.status, command })
  )

/** A later run of the ticket asks again for what ended before the vendor took it. */
const isAskedAgain = (state: BackorderState, request: BackorderRequest): boolean =>
  isFinal(state) && isUnplaced(state) && (request.generation ?? 1) > (state.request?.generation ?? 1)

export const decideRequest = (state: BackorderState, request: BackorderRequest, atMillis: number): Decision =>
  state.status === "unknown" || isAskedAgain(state, request)
    ? Result.succeed([{ _tag: "BackorderRequested", request, atMillis }])
    : nothing

/** Written down before the request is sent, so that a lost answer is never forgotten. */
export const decidePlacing = (state: BackorderState, atMillis: number): Decision =>
  state.status === "requested" ? Result.succeed([{ _tag: "BackorderPlacing", atMillis }]) : refused(state, "Place")

export const decidePlaced = (state: BackorderState, vendorOrderId: string, atMillis: number): Decision =>
  state.status === "requested"
    ? Result.succeed([{ _tag: "BackorderPlaced", vendorOrderId, atMillis }])
    : state.status === "unknown"
      ? refused(state, "Place")
      : nothing

/** What one look at the vendor's orders under our reference tells. */
export interface VendorReport {
  /** The one that stands; null when there is none. */
  readonly vendorOrderId: string | null
  /** Numbers that are ours, of whichever of the orders. */
  readonly numbers: ReadonlyArray<string>
  /** None of the orders is open. */
  readonly closed: boolean
  readonly desiredDueAt: string | null
}

const adoption = (state: BackorderState, vendorOrderId: string | null, atMillis: number): Array<BackorderEvent> => {
  if (vendorOrderId === null || vendorOrderId === state.vendorOrderId) return []
  return [
    state.status === "requested"
      ? { _tag: "BackorderPlaced", vendorOrderId, atMillis }
      : { _tag: "BackorderAdopted", vendorOrderId }
  ]
}

/** Numbers that are known already change nothing; those that turn up after the end are received all the same. */
export const decideChecked = (
  state: BackorderState,
  report: VendorReport,
  trigger: string,
  atMillis: number
): Decision => {
  if (state.status === "unknown") return refused(state, "Check")
  const fresh = [...new Set(report.numbers)].filter((e164) => !state.received.includes(e164))
  if (isFinal(state) && fresh.length === 0) return nothing
  const events = adoption(state, report.vendorOrderId, atMillis)
  if (!isFinal(state)) {
    events.push({ _tag: "BackorderChecked", atMillis, trigger, desiredDueAt: report.desiredDueAt })
  }
  if (fresh.length > 0) events.push({ _tag: "BackorderNumbersReceived", numbers: fresh })
  if (report.closed && !state.vendorClosed) events.push({ _tag: "BackorderVendorClosed" })
  return Result.succeed(events)
}

/** Fixes which numbers the next comment tells of, so that it is the same after a crash. */
export const decideDeliveryBegin = (state: BackorderState): Decision => {
  const numbers = undelivered(state).slice(0, maxDeliveryBatch)
  return state.delivering.length > 0 || numbers.length === 0
    ? nothing
    : Result.succeed([{ _tag: "BackorderDeliveryBegun", numbers }])
}

export const decideDelivered = (state: BackorderState, numbers: ReadonlyArray<string>): Decision => {
  const fresh = undelivered(state).filter((e164) => numbers.includes(e164))
  return fresh.length === 0 ? nothing : Result.succeed([{ _tag: "BackorderNumbersDelivered", numbers: fresh }])
}

const endOf = (ending: BackorderEnding): BackorderEvent =>
  ending.outcome === "expired" ? { _tag: "BackorderExpired" } : { _tag: "BackorderCancelled", reason: ending.reason }

/**
 * Ends when the vendor is done and every number that came has been carried through. When all came after all, it closes,
 * whatever was asked for meanwhile.
 */
export const decideEnd = (state: BackorderState): Decision => {
  if (state.status === "unknown" || isFinal(state) || undelivered(state).length > 0) return nothing
  if (isComplete(state)) return Result.succeed([{ _tag: "BackorderClosed" }])
  if (!state.vendorClosed) return nothing
  return Result.succeed([state.ending === null ? { _tag: "BackorderClosed" } : endOf(state.ending)])
}

/** Asks for the end; it comes when the vendor's orders are cancelled and what it assigned until then is delivered. */
export const decideEnding = (state: BackorderState, ending: BackorderEnding): Decision => {
  if (state.status === ending.outcome) return nothing
  if (state.status === "unknown" || isFinal(state) || isComplete(state)) return refused(state, "Cancel")
  return state.ending === null ? Result.succeed([{ _tag: "BackorderEndingBegun", ending }]) : nothing
}

/** What the one who cancels is told: nothing when it is cancelled, a refusal when the back-order ended otherwise. */
export const decideCancelled = (state: BackorderState): Decision =>
  state.status === "cancelled" ? nothing : refused(state, "Cancel")

export const decideNoted = (state: BackorderState, atMillis: number): Decision =>
  isFinal(state) ? nothing : Result.succeed([{ _tag: "BackorderStatusNoted", atMillis }])
