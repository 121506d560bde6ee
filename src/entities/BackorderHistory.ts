import type { BackorderState } from "../domain/backorders/Backorder.ts"
import {
  BackorderEvent,
  evolveBackorder,
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

export const nextNoteAtMillis = (state: BackorderState, times: BackorderTimes): number =>
  (state.notedAtMillis ?? state.placedAtMillis ?? 0) + times.noteEveryMillis

const wakeAtMillis = (state: BackorderState, nowMillis: number, times: BackorderTimes): number | null => {
  if (state.status === "unknown" || isFinal(state)) return null
  if (state.status === "requested" || undelivered(state).length > 0) return nowMillis + tryAgainMillis
  const next = Math.min(nowMillis + times.checkEveryMillis, nextNoteAtMillis(state, times))
  return Math.max(next, nowMillis + Math.min(tryAgainMillis, times.checkEveryMillis))
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
