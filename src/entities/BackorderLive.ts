import { Clock, Config, Effect, Queue, Result, Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { BackorderEvent, BackorderRefusal, BackorderState } from "../domain/backorders/Backorder.ts"
import {
  BackorderActionRefused,
  BackorderUnknown,
  decideCancel,
  decideChecked,
  decideClose,
  decideDelivered,
  decideExpire,
  decideNoted,
  decidePlaced,
  decideRequest,
  isFinal,
  undelivered
} from "../domain/backorders/Backorder.ts"
import { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./Backorder.ts"
import { makeBackorderDelivery } from "./BackorderDelivery.ts"
import { backorderHistory, nextNoteAtMillis } from "./BackorderHistory.ts"
import { makeBackorderVendor } from "./BackorderVendor.ts"
import { parkingPoison, supervised } from "./Supervision.ts"

const positive = Schema.Finite.check(Schema.isGreaterThan(0))

/** Minutes between two looks at the vendor's order when no notification comes. */
const checkMinutes = Config.schema(positive, "BACKORDER_CHECK_MINUTES").pipe(Config.withDefault(10))

/** Hours between two status notes on the ticket. */
const noteHours = Config.schema(positive, "BACKORDER_NOTE_HOURS").pipe(Config.withDefault(4))

/** Days after which a back-order that is still open is cancelled at the vendor and given up. */
const expireDays = Config.schema(positive, "BACKORDER_EXPIRE_DAYS").pipe(Config.withDefault(60))

type Decide = (
  state: BackorderState,
  nowMillis: number
) => Result.Result<ReadonlyArray<BackorderEvent>, BackorderRefusal>

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const times = {
    checkEveryMillis: (yield* checkMinutes) * 60_000,
    noteEveryMillis: (yield* noteHours) * 3_600_000,
    expireAfterMillis: (yield* expireDays) * 86_400_000
  }
  const backorder = yield* makeAggregate(backorderHistory(times), entityId)
  const vendor = yield* makeBackorderVendor(entityId)
  const tickets = yield* makeBackorderDelivery(entityId)
  const wakes = yield* Queue.sliding<string>(1)

  const command = (name: string, payload: { readonly commandKey: string }, decide: Decide) => ({
    name,
    key: payload.commandKey,
    payload,
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema,
    decide,
    reply: (state: BackorderState) => state
  })
  /** A step on the way that has no answer of its own. */
  const step = (decide: Decide) => backorder.execute({ ...command("step", { commandKey: "" }, decide), key: undefined })

  const placeOpen = Effect.fnUntraced(function* (state: BackorderState) {
    if (state.status !== "requested" || state.request === null) return state
    const vendorOrderId = yield* vendor.place(state.request)
    return yield* step((now, nowMillis) => decidePlaced(now, vendorOrderId, nowMillis))
  })

  const check = Effect.fnUntraced(function* (state: BackorderState, trigger: string) {
    if (state.vendorOrderId === null || isFinal(state) || state.vendorClosed) return state
    const report = yield* vendor.look(state.vendorOrderId)
    return yield* step((now, nowMillis) => decideChecked(now, report, trigger, nowMillis))
  })

  const deliverReceived = Effect.fnUntraced(function* (state: BackorderState) {
    if (state.request === null || undelivered(state).length === 0) return state
    const numbers = yield* tickets.deliver(state, state.request)
    return yield* step((now) => decideDelivered(now, numbers))
  })

  const closeWhenDone = Effect.fnUntraced(function* (state: BackorderState) {
    const decision = decideClose(state)
    if (state.request === null || Result.isFailure(decision) || decision.success.length === 0) return state
    yield* tickets.end(state, state.request, "closed")
    return yield* step(decideClose)
  })

  const noteOrExpire = Effect.fnUntraced(function* (state: BackorderState) {
    if (state.request === null || isFinal(state) || state.placedAtMillis === null) return
    const nowMillis = yield* Clock.currentTimeMillis
    if (nowMillis - state.placedAtMillis >= times.expireAfterMillis) {
      if (state.vendorOrderId !== null) yield* vendor.cancel(state.vendorOrderId)
      yield* tickets.end(state, state.request, "expired")
      yield* step(decideExpire)
    } else if (nowMillis >= nextNoteAtMillis(state, times)) {
      yield* tickets.noteStatus(state, state.request, nowMillis + times.checkEveryMillis)
      yield* step((now) => decideNoted(now, nowMillis))
    }
  })

  /** Everything that is due: place, look, deliver, close, tell the ticket. Each step is journaled before the next. */
  const tend = Effect.fnUntraced(function* (trigger: string) {
    const known = yield* backorder.state
    if (known.status === "unknown" || isFinal(known)) return
    const looked = yield* check(yield* placeOpen(known), trigger)
    yield* noteOrExpire(yield* closeWhenDone(yield* deliverReceived(looked)))
  })

  yield* supervised(
    `Backorder/${entityId}`,
    Queue.take(wakes).pipe(
      Effect.flatMap((trigger) =>
        tend(trigger).pipe(
          Effect.catch((error) =>
            Effect.logWarning("the back-order could not be looked after; its timer tries again").pipe(
              Effect.annotateLogs({ backorderId: entityId, reason: error.message }),
              // Nothing new happened, but the timer moves on.
              Effect.andThen(step(() => Result.succeed([]))),
              Effect.ignore
            )
          )
        )
      ),
      Effect.forever
    )
  )

  const place = Effect.fnUntraced(function* (payload: typeof Contract.Place.payloadSchema.Type) {
    const before = yield* backorder.answered(command("Place", payload, () => Result.succeed([])))
    if (before) return before.value
    yield* placeOpen(yield* step((state) => decideRequest(state, payload.request)))
    return yield* backorder.execute(command("Place", payload, () => Result.succeed([])))
  })

  const checkNow = Effect.fnUntraced(function* (payload: typeof Contract.CheckNow.payloadSchema.Type) {
    const before = yield* backorder.answered(command("CheckNow", payload, () => Result.succeed([])))
    if (before) return before.value
    const state = yield* backorder.state
    if (state.status === "unknown") return yield* new BackorderUnknown({ backorderId: entityId })
    yield* check(yield* placeOpen(state), payload.trigger)
    yield* Queue.offer(wakes, payload.trigger)
    return yield* backorder.execute(command("CheckNow", payload, () => Result.succeed([])))
  })

  const cancel = Effect.fnUntraced(function* (payload: typeof Contract.Cancel.payloadSchema.Type) {
    const decide: Decide = (state) => decideCancel(state, payload.reason)
    const before = yield* backorder.answered(command("Cancel", payload, decide))
    if (before) return before.value
    const state = yield* backorder.state
    const decision = decide(state, 0)
    if (Result.isSuccess(decision) && decision.success.length > 0 && state.request !== null) {
      if (state.vendorOrderId !== null) yield* vendor.cancel(state.vendorOrderId)
      yield* tickets
        .end(state, state.request, "cancelled")
        .pipe(
          Effect.mapError(
            ({ detail, retryable }) =>
              new BackorderActionRefused({ backorderId: entityId, action: "Cancel", detail, retryable })
          )
        )
    }
    return yield* backorder.execute(command("Cancel", payload, decide))
  })

  const guarded = <A, E, R>(name: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "Backorder", entityId, command: name }, payload, run)

  return Contract.Backorder.of({
    Place: ({ payload }) => guarded("Place", payload, place(payload)),
    CheckNow: ({ payload }) => guarded("CheckNow", payload, checkNow(payload)),
    Cancel: ({ payload }) => guarded("Cancel", payload, cancel(payload)),
    Get: () =>
      backorder.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new BackorderUnknown({ backorderId: entityId })
        ),
        Rpc.fork
      ),
    Wake: ({ payload }) => Effect.asVoid(Queue.offer(wakes, payload.trigger))
  })
}).pipe(Effect.orDie)

/** Most commands that one back-order lets wait. */
const mailboxCapacity = 256

export const BackorderLive = Contract.Backorder.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
