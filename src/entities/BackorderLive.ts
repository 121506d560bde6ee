import { Cause, Config, Effect, Option, Queue, Result, Schema, Semaphore } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { BackorderState } from "../domain/backorders/Backorder.ts"
import { BackorderActionRefused, BackorderUnknown, isComplete, isFinal } from "../domain/backorders/Backorder.ts"
import { decideCancelled, decideEnding, decideRequest } from "../domain/backorders/BackorderDecisions.ts"
import { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./Backorder.ts"
import { makeBackorderDelivery } from "./BackorderDelivery.ts"
import { backorderHistory } from "./BackorderHistory.ts"
import type { Decide } from "./BackorderSteps.ts"
import { makeBackorderSteps } from "./BackorderSteps.ts"
import { makeBackorderVendor } from "./BackorderVendor.ts"
import type { StepFailed } from "./StepFailed.ts"
import { parkingPoison, supervised } from "./Supervision.ts"

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
  const history = yield* makeAggregate(backorderHistory(times), backorderId)
  const turn = yield* Semaphore.make(1)

  const command = (name: string, payload: { readonly commandKey: string }, decide: Decide) => ({
    name,
    key: payload.commandKey,
    payload,
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema,
    decide,
    reply: (state: BackorderState) => state
  })
  const write = (decide: Decide) => history.execute({ ...command("step", { commandKey: "" }, decide), key: undefined })

  const steps = makeBackorderSteps({
    times,
    state: history.state,
    write,
    vendor: yield* makeBackorderVendor(backorderId),
    tickets: yield* makeBackorderDelivery(backorderId)
  })

  /** Commands and the timer act one after the other, since two that look at the vendor at once would both place. */
  const alone = turn.withPermit

  return { backorderId, history, command, write, steps, alone }
})
type Actor = Effect.Success<ReturnType<typeof makeActor>>

/** A refusal in a line; a bug with its stack. */
const reasonOf = <E extends { readonly _tag: string }>(cause: Cause.Cause<E>): string =>
  Option.match(Cause.findErrorOption(cause), {
    onNone: () => Cause.pretty(cause),
    onSome: (error) => ("detail" in error ? String(error.detail) : error._tag)
  })

/** Everything that is due: place, look, deliver, end, tell the ticket. Each step is journaled before the next. */
const tend = Effect.fnUntraced(function* ({ alone, backorderId, history, steps, write }: Actor, trigger: string) {
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

  if ((yield* history.state).status === "unknown") return
  const worked = [
    yield* tried("expire", steps.expireWhenDue),
    yield* tried("vendor", steps.attendVendor(trigger)),
    yield* tried("deliver", steps.deliver),
    yield* tried("end", steps.endWhenDone),
    yield* tried("note", steps.noteWhenDue)
  ]
  // When nothing new happened, the timer moves on all the same.
  if (worked.includes(false) || isFinal(yield* history.state)) yield* write(nothing)
})

const place = Effect.fnUntraced(function* (
  { backorderId, command, history, steps, write }: Actor,
  payload: typeof Contract.Place.payloadSchema.Type
) {
  const before = yield* history.answered(command("Place", payload, nothing))
  if (before) return before.value
  const state = yield* write((now, nowMillis) => decideRequest(now, payload.request, nowMillis))
  if (state.status === "requested") yield* steps.attendVendor("place")
  const { ending } = yield* history.state
  if (ending !== null && !isComplete(yield* history.state)) {
    const detail = `the back-order was ${ending.outcome}: ${ending.reason}`
    return yield* new BackorderActionRefused({ backorderId, action: "Place", detail, retryable: false })
  }
  return yield* history.execute(command("Place", payload, nothing))
})

const checkNow = Effect.fnUntraced(function* (
  { backorderId, command, history, steps }: Actor,
  payload: typeof Contract.CheckNow.payloadSchema.Type
) {
  const before = yield* history.answered(command("CheckNow", payload, nothing))
  if (before) return before.value
  if ((yield* history.state).status === "unknown") return yield* new BackorderUnknown({ backorderId })
  yield* steps.attendVendor(payload.trigger)
  return yield* history.execute(command("CheckNow", payload, nothing))
})

/** Once begun, a cancellation comes to its end by the timer, also when a step towards it fails now. */
const cancel = Effect.fnUntraced(function* (
  { backorderId, command, history, steps, write }: Actor,
  payload: typeof Contract.Cancel.payloadSchema.Type
) {
  const before = yield* history.answered(command("Cancel", payload, decideCancelled))
  if (before) return before.value
  const ending = { outcome: "cancelled" as const, reason: payload.reason }
  const refuse = ({ detail, retryable }: StepFailed) =>
    Effect.fail(new BackorderActionRefused({ backorderId, action: "Cancel", detail, retryable }))
  if (Result.isSuccess(decideEnding(yield* history.state, ending))) {
    yield* write((state) => decideEnding(state, ending))
    yield* steps.attendVendor("cancel")
    yield* steps.deliver.pipe(Effect.catchTag("StepFailed", refuse))
    yield* steps.endWhenDone.pipe(Effect.catchTag("StepFailed", refuse))
  }
  return yield* history.execute(command("Cancel", payload, decideCancelled))
})

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const actor = yield* makeActor(entityId)
  const { alone, history } = actor
  const wakes = yield* Queue.sliding<string>(1)

  yield* supervised(
    `Backorder/${entityId}`,
    Queue.take(wakes).pipe(
      Effect.flatMap((trigger) => tend(actor, trigger)),
      Effect.catch((error) =>
        Effect.logWarning("the back-order could not be looked after; its timer tries again", error)
      ),
      Effect.forever
    )
  )

  const guarded = <A, E, R>(name: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "Backorder", entityId, command: name }, payload, alone(run))

  return Contract.Backorder.of({
    Place: ({ payload }) => guarded("Place", payload, place(actor, payload)),
    CheckNow: ({ payload }) =>
      guarded("CheckNow", payload, checkNow(actor, payload)).pipe(Effect.tap(Queue.offer(wakes, payload.trigger))),
    Cancel: ({ payload }) => guarded("Cancel", payload, cancel(actor, payload)),
    Get: () =>
      history.state.pipe(
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
