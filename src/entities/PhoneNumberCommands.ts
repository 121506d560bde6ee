import { Effect, Result } from "effect"
import type { NumberRefusal, PhoneNumberEvent, PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import {
  decideBlock,
  decideBlockFailed,
  decideLost,
  decideOrdered,
  decideOrdering,
  decideOrderRefused,
  decideRelease,
  decideReleaseHeld,
  isOurs,
  NumberActionRefused,
  NumberNotAvailable
} from "../domain/numbers/PhoneNumber.ts"
import { makeAggregate } from "./Aggregate.ts"
import { makeNumberActions } from "./NumberActions.ts"
import * as Contract from "./PhoneNumber.ts"
import { phoneNumberHistory } from "./PhoneNumberHistory.ts"

export type Decide = (state: PhoneNumberState) => Result.Result<ReadonlyArray<PhoneNumberEvent>, NumberRefusal>

interface Asked {
  readonly commandKey: string
}

const command = (name: string, payload: Asked, decide: Decide) => ({
  name,
  key: payload.commandKey,
  payload,
  success: Contract.Get.successSchema,
  error: Contract.Get.errorSchema,
  decide,
  reply: (state: PhoneNumberState) => state
})

/** One phone number's history, and the ways to add to it. */
const makeBook = Effect.fnUntraced(function* (e164: string) {
  const number = yield* makeAggregate(phoneNumberHistory, e164)

  const record = (name: string, payload: Asked, decide: Decide) => number.execute(command(name, payload, decide))

  /** A step on the way that has no answer of its own. */
  const note = (decide: Decide) => number.execute({ ...command("note", { commandKey: "" }, decide), key: undefined })

  const answered = (name: string, payload: Asked, decide: Decide) => number.answered(command(name, payload, decide))

  /** Decides, acts outside, records. A key that was answered before, or nothing left to do, acts no more. */
  const act = Effect.fnUntraced(function* <R>(
    name: string,
    payload: Asked,
    decide: Decide,
    action: (state: PhoneNumberState) => Effect.Effect<void, NumberRefusal, R>
  ) {
    const before = yield* answered(name, payload, decide)
    if (before) return before.value
    const state = yield* number.state
    const decision = decide(state)
    if (Result.isSuccess(decision) && decision.success.length > 0) yield* action(state)
    return yield* record(name, payload, decide)
  })

  return { state: number.state, record, note, answered, act }
})

/** The commands of one phone number that do something outside. */
export const makePhoneNumberCommands = Effect.fnUntraced(function* (e164: string) {
  const book = yield* makeBook(e164)
  const actions = yield* makeNumberActions(e164)

  const order = Effect.fnUntraced(function* (payload: Asked & { readonly reference: string }) {
    const decide: Decide = (state) => decideOrdered(state, null)
    const before = yield* book.answered("Order", payload, decide)
    if (before) return before.value
    const state = yield* book.state
    if (!isOurs(state)) {
      yield* book.note((now) => decideOrdering(now, payload.reference))
      const outcome = yield* actions.buy(state.status === "ordering")
      if (outcome._tag === "Lost") {
        yield* book.note(decideLost)
        return yield* new NumberNotAvailable({ e164, heldBy: null })
      }
      if (outcome._tag === "Refused") yield* book.note((now) => decideOrderRefused(now, outcome.refusal.detail))
      if (outcome._tag !== "Bought") return yield* outcome.refusal
    }
    return yield* book.record("Order", payload, decide)
  })

  const settle = Effect.fnUntraced(function* (payload: Asked) {
    const state = yield* book.state
    if (state.status !== "ordering") return state
    const rented = yield* actions.isRented
    return yield* book.record("Settle", payload, (now) =>
      rented ? decideOrdered(now, null) : decideOrderRefused(now, "the vendor has no such purchase")
    )
  })

  const block = (payload: Asked) =>
    book
      .act("Block", payload, decideBlock, () => actions.block)
      .pipe(
        Effect.tapError((error) =>
          error instanceof NumberActionRefused
            ? book.note((state) => decideBlockFailed(state, error.detail)).pipe(Effect.ignore)
            : Effect.void
        )
      )

  const release = (payload: typeof Contract.Release.payloadSchema.Type) => {
    const { onlyReservedFor, reason } = payload
    const decide: Decide = (now) =>
      onlyReservedFor ? decideReleaseHeld(now, onlyReservedFor, reason) : decideRelease(now, reason)
    return book.act("Release", payload, decide, actions.release)
  }

  return { ...book, unblocking: () => actions.unblock, order, settle, block, release }
})
