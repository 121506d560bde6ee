import { Clock, Effect, Result } from "effect"
import type { BackorderEvent, BackorderRefusal, BackorderState } from "../domain/backorders/Backorder.ts"
import { isComplete, isFinal, undelivered } from "../domain/backorders/Backorder.ts"
import {
  decideChecked,
  decideDelivered,
  decideDeliveryBegin,
  decideEnd,
  decideEnding,
  decideNoted,
  decidePlaced,
  decidePlacing
} from "../domain/backorders/BackorderDecisions.ts"
import type { CommandError, JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { makeBackorderDelivery } from "./BackorderDelivery.ts"
import type { BackorderTimes } from "./BackorderHistory.ts"
import { expiresAtMillis, isWatched, nextNoteAtMillis } from "./BackorderHistory.ts"
import type { makeBackorderVendor } from "./BackorderVendor.ts"

export type Decide = (
  state: BackorderState,
  nowMillis: number
) => Result.Result<ReadonlyArray<BackorderEvent>, BackorderRefusal>

interface Means {
  readonly times: BackorderTimes
  readonly state: Effect.Effect<BackorderState, JournalUnavailable>
  /** Adds to the history what the back-order does by itself. */
  readonly write: (decide: Decide) => Effect.Effect<BackorderState, BackorderRefusal | CommandError>
  readonly vendor: Effect.Success<ReturnType<typeof makeBackorderVendor>>
  readonly tickets: Effect.Success<ReturnType<typeof makeBackorderDelivery>>
}

const outcomeOf = (event: BackorderEvent): string => {
  if (event._tag === "BackorderCancelled") return "cancelled"
  return event._tag === "BackorderExpired" ? "expired" : "closed"
}

/** What may be due, each step by itself and safe to do again: none of them relies on another having worked. */
export const makeBackorderSteps = ({ state, tickets, times, vendor, write }: Means) => {
  /** Journaled before it is acted on, as is every intention. */
  const expireWhenDue = Effect.gen(function* () {
    const now = yield* state
    const nowMillis = yield* Clock.currentTimeMillis
    if (isFinal(now) || isComplete(now) || now.ending !== null || nowMillis < expiresAtMillis(now, times)) return
    yield* write((known) => decideEnding(known, { outcome: "expired", reason: "it waited too long" }))
  })

  const withdraw = Effect.fnUntraced(function* (now: BackorderState, trigger: string) {
    if (now.request === null) return
    const report = yield* vendor.withdraw(now.request, now.vendorOrderId)
    yield* write((known, nowMillis) => decideChecked(known, report, trigger, nowMillis))
  })

  /** Places, looks or lets go at the vendor, whichever is due. */
  const attendVendor = Effect.fnUntraced(function* (trigger: string) {
    const now = yield* state
    if (now.request === null) return
    if (isFinal(now)) {
      if (isWatched(now, yield* Clock.currentTimeMillis)) yield* withdraw(now, trigger)
    } else if (now.vendorClosed) {
      return
    } else if (now.ending !== null) {
      yield* withdraw(now, trigger)
    } else if (now.vendorOrderId === null) {
      const vendorOrderId = yield* vendor.place(now.request, write(decidePlacing))
      yield* write((known, nowMillis) => decidePlaced(known, vendorOrderId, nowMillis))
    } else {
      const report = yield* vendor.look(now.request, now.vendorOrderId)
      yield* write((known, nowMillis) => decideChecked(known, report, trigger, nowMillis))
    }
  })

  const deliver = Effect.gen(function* () {
    while (undelivered(yield* state).length > 0) {
      const now = yield* write(decideDeliveryBegin)
      if (now.request === null) return
      yield* tickets.deliver(now, now.request)
      yield* write((known) => decideDelivered(known, now.delivering))
    }
  })

  const endWhenDone = Effect.gen(function* () {
    const now = yield* state
    const [end] = Result.getOrElse(decideEnd(now), () => [])
    if (now.request === null || end === undefined) return
    yield* tickets.end(now, now.request, outcomeOf(end))
    yield* write(decideEnd)
  })

  const noteWhenDue = Effect.gen(function* () {
    const now = yield* state
    const nowMillis = yield* Clock.currentTimeMillis
    if (now.request === null || isFinal(now) || nowMillis < nextNoteAtMillis(now, times)) return
    yield* tickets.noteStatus(now, now.request, nowMillis + times.checkEveryMillis)
    yield* write((known) => decideNoted(known, nowMillis))
  })

  return { expireWhenDue, attendVendor, deliver, endWhenDone, noteWhenDue }
}
