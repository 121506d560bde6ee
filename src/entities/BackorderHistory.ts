import type { BackorderState } from "../domain/backorders/Backorder.ts"
import {
  BackorderEvent,
  evolveBackorder,
  inDoubtUntilMillis,
  isFinal,
  undelivered,
  unknownBackorder
} from "../domain/backorders/Backorder.ts"
import type { Definition } from "./Aggregate.ts"

/** How soon a step that did not come to its end is tried again. */
const tryAgainMillis = 30_000

/** How often a back-order looks at the vendor and writes to the ticket, and how long it waits in all. */
export interface BackorderTimes {
  readonly checkEveryMillis: number
  readonly noteEveryMillis: number
  readonly expireAfterMillis: number
}

const sinceMillis = (state: BackorderState): number => state.placedAtMillis ?? state.requestedAtMillis ?? 0

export const nextNoteAtMillis = (state: BackorderState, times: BackorderTimes): number =>
  (state.notedAtMillis ?? sinceMillis(state)) + times.noteEveryMillis

export const expiresAtMillis = (state: BackorderState, times: BackorderTimes): number =>
  sinceMillis(state) + times.expireAfterMillis

/** After the end, as long as an order whose answer was lost may still turn up at the vendor. */
export const isWatched = (state: BackorderState, nowMillis: number): boolean =>
  isFinal(state) && nowMillis < (inDoubtUntilMillis(state) ?? 0)

const wakeAtMillis = (state: BackorderState, nowMillis: number, times: BackorderTimes): number | null => {
  if (state.status === "unknown") return null
  const soonAtMillis = nowMillis + Math.min(tryAgainMillis, times.checkEveryMillis)
  if (undelivered(state).length > 0 || isWatched(state, nowMillis)) return soonAtMillis
  if (isFinal(state)) return null
  if (state.status === "requested" || state.ending !== null || state.vendorClosed) return soonAtMillis
  const next = Math.min(
    nowMillis + times.checkEveryMillis,
    nextNoteAtMillis(state, times),
    expiresAtMillis(state, times)
  )
  return Math.max(next, soonAtMillis)
}

export const backorderHistory = (times: BackorderTimes): Definition<BackorderState, BackorderEvent> => ({
  entityType: "Backorder",
  initial: unknownBackorder,
  evolve: evolveBackorder,
  event: BackorderEvent,
  wakeAtMillis: (state, nowMillis) => wakeAtMillis(state, nowMillis, times),
  row: (state) =>
    state.request === null
      ? undefined
      : {
          table: "backorders",
          row: {
            backorder_id: state.backorderId,
            order_id: state.request.orderId,
            line: state.request.line,
            status: state.status,
            reference: state.request.reference,
            vendor_order_id: state.vendorOrderId,
            locality: state.request.locality,
            quantity: state.request.quantity,
            received: state.received.length,
            delivered: state.delivered.length,
            desired_due_at: state.desiredDueAt,
            checked_at: state.checkedAtMillis === null ? null : new Date(state.checkedAtMillis).toISOString()
          }
        }
})
