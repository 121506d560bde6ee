import { Effect } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { decideAdd, decideExpire, decideRemove, ListEntryUnknown } from "../domain/fraud/lists/ListEntry.ts"
import * as Contract from "./ListEntry.ts"
import { listEntryHistory } from "./ListEntryHistory.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison, tended } from "./Supervision.ts"

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const book = yield* makeStateBook(listEntryHistory, entityId, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })
  const wake = yield* tended(
    `ListEntry/${entityId}`,
    (_: string) => book.note(decideExpire),
    "an entry of a list could not be looked after; its timer comes again"
  )

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "ListEntry", entityId, command }, payload, run)

  return Contract.ListEntry.of({
    Add: ({ payload }) =>
      guarded(
        "Add",
        payload,
        book.record("Add", payload, (state, nowMillis) => decideAdd(state, payload, nowMillis))
      ),
    Remove: ({ payload }) =>
      guarded(
        "Remove",
        payload,
        book.record("Remove", payload, (state) => decideRemove(state, payload.reason, payload.by))
      ),
    Get: () =>
      book.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          ({ kind, list, value }) => new ListEntryUnknown({ list, kind, value })
        ),
        Rpc.fork
      ),
    Wake: ({ payload }) => wake(payload.trigger)
  })
})

/** Most commands that one entry lets wait. */
const mailboxCapacity = 64

/** Short, since an import touches thousands of entries once. */
export const ListEntryLive = Contract.ListEntry.toLayer(behaviour, { maxIdleTime: "1 minute", mailboxCapacity })
