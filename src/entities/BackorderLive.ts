import { Cause, Config, Effect, Option, Result, Schema, Semaphore } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { BackorderActionRefused, BackorderUnknown, isComplete, isFinal } from "../domain/backorders/Backorder.ts"
import { decideCancelled, decideEnding, decideRequest } from "../domain/backorders/BackorderDecisions.ts"
import * as Contract from "./Backorder.ts"
import { makeBackorderDelivery } from "./BackorderDelivery.ts"
import { backorderHistory } from "./BackorderHistory.ts"
import type { Decide } from "./BackorderSteps.ts"
import { makeBackorderSteps } from "./BackorderSteps.ts"
import { makeBackorderVendor } from "./BackorderVendor.ts"
import type { Asked } from "./StateBook.ts"
import { makeStateBook } from "./StateBook.ts"
import type { StepFailed } from "./StepFailed.ts"
import { parkingPoison, tended } from "./Supervision.ts"

const positive = Schema.Finite.check(Schema.isGreaterThan(0))

/** Minutes between two looks at the vendor's order when no notification comes. */
const checkMinutes = Config.schema(positive, "BACKORDER_CHECK_MINUTES").pipe(Config.withDefault(10))

/** Hours between two status notes on the ticket. */
const noteHours = Config.schema(positive, "BACKORDER_NOTE_HOURS").pipe(Config.withDefault(4))

/** Days after which a back-order that is still open is cancelled at the vendor and given up. */
const expireDays = Config.schema(positive, "BACKORDER_EXPIRE_DAYS").pipe(Config.withDefault(60))

const nothing: Decide = () => Result.succeed([])

const timesOf = Effect.gen(function* () {
  return {
    checkEveryMillis: (yield* checkMinutes) * 60_000,
    noteEveryMillis: (yield* noteHours) * 3_600_000,
    expireAfterMillis: (yield* expireDays) * 86_400_000
  }
})

/** One back-order's history, its steps, and the turn that they take. */
const makeActor = Effect.fnUntraced(function* (backorderId: string) {
  const times = yield* timesOf
  const book = yield* makeStateBook(backorderHistory(times), backorderId, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })
  const turn = yield* Semaphore.make(1)
  const steps = makeBackorderSteps({
    times,
    state: book.state,
    write: book.note,
    vendor: yield* makeBackorderVendor(backorderId),
    tickets: yield* makeBackorderDelivery(backorderId)
  })

  /** Commands and the timer act one after the other, since two that look at the vendor at once would both place. */
  const alone = turn.withPermit

  return { backorderId, book, steps, alone }
})
type Actor = Effect.Success<ReturnType<typeof makeActor>>

/** A refusal in a line; a bug with its stack. */
const reasonOf = <E extends { readonly _tag: string }>(cause: Cause.Cause<E>): string =>
  Option.match(Cause.findErrorOption(cause), {
    onNone: () => Cause.pretty(cause),
    onSome: (error) => ("detail" in error ? String(error.detail) : error._tag)
  })

/** Everything that is due: place, look, deliver, end, tell the ticket. Each step is journaled before the next. */
const tend = Effect.fnUntraced(function* ({ alone, backorderId, book, steps }: Actor, trigger: string) {
  /** Whether the step came to its end. One that does not, for whatever reason, keeps none of the others from theirs. */
  const tried = <A, E extends { readonly _tag: string }, R>(step: string, run: Effect.Effect<A, E, R>) =>
    alone(run).pipe(
      Effect.as(true),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.interrupt
          : Effect.logWarning("a back-order's step failed; the timer tries again").pipe(
              Effect.annotateLogs({ backorderId, step, reason: reasonOf(cause) }),
              Effect.as(false)
            )
      )
    )

  if ((yield* book.state).status === "unknown") return
  const worked = [
    yield* tried("expire", steps.expireWhenDue),
    yield* tried("vendor", steps.attendVendor(trigger)),
    yield* tried("deliver", steps.deliver),
    yield* tried("end", steps.endWhenDone),
    yield* tried("note", steps.noteWhenDue)
  ]
  // When nothing new happened, the timer moves on all the same.
  if (worked.includes(false) || isFinal(yield* book.state)) yield* book.note(nothing)
})

const place = ({ backorderId, book, steps }: Actor, { request }: typeof Contract.Place.payloadSchema.Type) =>
  Effect.gen(function* () {
    const before = yield* book.note((now, nowMillis) => decideRequest(now, request, nowMillis))
    if (before.status === "requested") yield* steps.attendVendor("place")
    const now = yield* book.state
    if (now.ending === null || isComplete(now)) return
    const detail = `the back-order was ${now.ending.outcome}: ${now.ending.reason}`
    return yield* new BackorderActionRefused({ backorderId, action: "Place", detail, retryable: false })
  })

const checkNow = ({ backorderId, book, steps }: Actor, { trigger }: typeof Contract.CheckNow.payloadSchema.Type) =>
  Effect.gen(function* () {
    if ((yield* book.state).status === "unknown") return yield* new BackorderUnknown({ backorderId })
    yield* steps.attendVendor(trigger)
  })

/** Once begun, a cancellation comes to its end by the timer, also when a step towards it fails now. */
const cancel = ({ backorderId, book, steps }: Actor, { reason }: typeof Contract.Cancel.payloadSchema.Type) =>
  Effect.gen(function* () {
    const ending = { outcome: "cancelled" as const, reason }
    const refuse = ({ detail, retryable }: StepFailed) =>
      Effect.fail(new BackorderActionRefused({ backorderId, action: "Cancel", detail, retryable }))
    if (Result.isFailure(decideEnding(yield* book.state, ending))) return
    yield* book.note((state) => decideEnding(state, ending))
    yield* steps.attendVendor("cancel")
    yield* steps.deliver.pipe(Effect.catchTag("StepFailed", refuse))
    yield* steps.endWhenDone.pipe(Effect.catchTag("StepFailed", refuse))
  })

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const actor = yield* makeActor(entityId)
  const { alone, book } = actor
  const wake = yield* tended(
    `Backorder/${entityId}`,
    (trigger: string) => tend(actor, trigger),
    "the back-order could not be looked after; its timer tries again"
  )

  const acting = <E, R>(name: string, payload: Asked, decide: Decide, run: Effect.Effect<unknown, E, R>) =>
    parkingPoison(
      { entityType: "Backorder", entityId, command: name },
      payload,
      alone(book.actOnce(name, payload, decide, run))
    )

  return Contract.Backorder.of({
    Place: ({ payload }) => acting("Place", payload, nothing, place(actor, payload)),
    CheckNow: ({ payload }) =>
      acting("CheckNow", payload, nothing, checkNow(actor, payload)).pipe(Effect.tap(wake(payload.trigger))),
    Cancel: ({ payload }) => acting("Cancel", payload, decideCancelled, cancel(actor, payload)),
    Get: () =>
      book.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new BackorderUnknown({ backorderId: entityId })
        ),
        Rpc.fork
      ),
    Wake: ({ payload }) => wake(payload.trigger)
  })
}).pipe(Effect.orDie)

/** Most commands that one back-order lets wait. */
const mailboxCapacity = 256

export const BackorderLive = Contract.Backorder.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
