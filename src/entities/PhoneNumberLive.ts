import { Effect, Result } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { NumberRefusal, PhoneNumberEvent, PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import {
  decideActivated,
  decideActivationFailed,
  decideBlock,
  decideBlockFailed,
  decideLost,
  decideOrdered,
  decideOrdering,
  decideOrderRefused,
  decideRelease,
  decideReleaseHeld,
  decideReserve,
  decideUnblock,
  isOurs,
  NumberActionRefused,
  NumberNotAvailable,
  NumberUnknown
} from "../domain/numbers/PhoneNumber.ts"
import { makeAggregate } from "./Aggregate.ts"
import { makeNumberActions } from "./NumberActions.ts"
import * as Contract from "./PhoneNumber.ts"
import { phoneNumberHistory } from "./PhoneNumberHistory.ts"
import { parkingPoison } from "./Supervision.ts"

type Decide = (state: PhoneNumberState) => Result.Result<ReadonlyArray<PhoneNumberEvent>, NumberRefusal>

interface Asked {
  readonly commandKey: string
}

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const number = yield* makeAggregate(phoneNumberHistory, entityId)
  const actions = yield* makeNumberActions(entityId)

  const command = (name: string, payload: Asked, decide: Decide) => ({
    name,
    key: payload.commandKey,
    payload,
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema,
    decide,
    reply: (state: PhoneNumberState) => state
  })
  const record = (name: string, payload: Asked, decide: Decide) => number.execute(command(name, payload, decide))
  /** A step on the way that has no answer of its own. */
  const note = (decide: Decide) => number.execute({ ...command("note", { commandKey: "" }, decide), key: undefined })

  /** Decides, acts outside, records. A key that was answered before, or nothing left to do, acts no more. */
  const act = Effect.fnUntraced(function* <R>(
    name: string,
    payload: Asked,
    decide: Decide,
    action: Effect.Effect<void, NumberRefusal, R>
  ) {
    const before = yield* number.answered(command(name, payload, decide))
    if (before) return before.value
    const decision = decide(yield* number.state)
    if (Result.isSuccess(decision) && decision.success.length > 0) yield* action
    return yield* record(name, payload, decide)
  })

  const order = Effect.fnUntraced(function* (payload: Asked & { readonly reference: string }) {
    const decide: Decide = (state) => decideOrdered(state, null)
    const before = yield* number.answered(command("Order", payload, decide))
    if (before) return before.value
    const state = yield* number.state
    if (!isOurs(state)) {
      const lookFirst = state.status === "ordering"
      yield* note((now) => decideOrdering(now, payload.reference))
      const outcome = yield* actions.buy(lookFirst)
      if (outcome._tag === "Lost") {
        yield* note(decideLost)
        return yield* new NumberNotAvailable({ e164: entityId, heldBy: null })
      }
      if (outcome._tag === "Refused") yield* note((now) => decideOrderRefused(now, outcome.refusal.detail))
      if (outcome._tag !== "Bought") return yield* outcome.refusal
    }
    return yield* record("Order", payload, decide)
  })

  const block = (payload: Asked) =>
    act("Block", payload, decideBlock, actions.block).pipe(
      Effect.tapError((error) =>
        error instanceof NumberActionRefused
          ? note((state) => decideBlockFailed(state, error.detail)).pipe(Effect.ignore)
          : Effect.void
      )
    )

  const settle = Effect.fnUntraced(function* (payload: Asked) {
    const state = yield* number.state
    if (state.status !== "ordering") return state
    const rented = yield* actions.isRented
    return yield* record("Settle", payload, (now) =>
      rented ? decideOrdered(now, null) : decideOrderRefused(now, "the vendor has no such purchase")
    )
  })

  const release = Effect.fnUntraced(function* (payload: Asked & typeof Contract.Release.payloadSchema.Type) {
    const { onlyReservedFor, reason } = payload
    const decide: Decide = (now) =>
      onlyReservedFor ? decideReleaseHeld(now, onlyReservedFor, reason) : decideRelease(now, reason)
    return yield* act("Release", payload, decide, actions.release(yield* number.state))
  })

  const guarded = <A, E, R>(name: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "PhoneNumber", entityId, command: name }, payload, run)

  return Contract.PhoneNumber.of({
    Reserve: ({ payload }) =>
      guarded(
        "Reserve",
        payload,
        record("Reserve", payload, (state) => decideReserve(state, payload.hold))
      ),
    Order: ({ payload }) => guarded("Order", payload, order(payload)),
    RecordOrdered: ({ payload }) =>
      guarded(
        "RecordOrdered",
        payload,
        record("RecordOrdered", payload, (state) =>
          Result.flatMap(decideReserve(state, payload.hold), (reserved) => {
            const held = reserved.reduce(phoneNumberHistory.evolve, state)
            return Result.map(decideOrdered(held, payload.vendorOrderId), (ordered) => [...reserved, ...ordered])
          })
        )
      ),
    RecordInventory: ({ payload }) =>
      guarded(
        "RecordInventory",
        payload,
        record("RecordInventory", payload, (state) =>
          payload.failure === null
            ? decideActivated(state, payload.inventoryLogId)
            : decideActivationFailed(state, payload.failure)
        )
      ),
    Block: ({ payload }) => guarded("Block", payload, block(payload)),
    Unblock: ({ payload }) => guarded("Unblock", payload, act("Unblock", payload, decideUnblock, actions.unblock)),
    Settle: ({ payload }) => guarded("Settle", payload, settle(payload)),
    Release: ({ payload }) => guarded("Release", payload, release(payload)),
    Get: () =>
      number.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new NumberUnknown({ e164: entityId })
        ),
        Rpc.fork
      )
  })
})

/** Largest number of commands that one phone number lets wait. */
const mailboxCapacity = 256

export const PhoneNumberLive = Contract.PhoneNumber.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
