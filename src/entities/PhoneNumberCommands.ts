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
import { makeNumberActions } from "./NumberActions.ts"
import * as Contract from "./PhoneNumber.ts"
import { phoneNumberHistory } from "./PhoneNumberHistory.ts"
import type { Asked } from "./StateBook.ts"
import { makeStateBook } from "./StateBook.ts"

export type Decide = (state: PhoneNumberState) => Result.Result<ReadonlyArray<PhoneNumberEvent>, NumberRefusal>

/** One phone number's history, and the ways to add to it. */
const makeBook = Effect.fnUntraced(function* (e164: string) {
  const book = yield* makeStateBook(phoneNumberHistory, e164, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })

  /** Decides, acts outside when there is something to do, records. */
  const act = <R>(
    name: string,
    payload: Asked,
    decide: Decide,
    action: (state: PhoneNumberState) => Effect.Effect<void, NumberRefusal, R>
  ) =>
    book.actOnce(
      name,
      payload,
      decide,
      Effect.gen(function* () {
        const state = yield* book.state
        const decision = decide(state)
        if (Result.isSuccess(decision) && decision.success.length > 0) yield* action(state)
      })
    )

  return { ...book, act }
})

/** The commands of one phone number that do something outside. */
export const makePhoneNumberCommands = Effect.fnUntraced(function* (e164: string) {
  const book = yield* makeBook(e164)
  const actions = yield* makeNumberActions(e164)

  const buy = Effect.fnUntraced(function* (reference: string) {
    const state = yield* book.state
    if (isOurs(state)) return
    yield* book.note((now) => decideOrdering(now, reference))
    const outcome = yield* actions.buy(state.status === "ordering")
    if (outcome._tag === "Lost") {
      yield* book.note(decideLost)
      return yield* new NumberNotAvailable({ e164, heldBy: null })
    }
    if (outcome._tag === "Refused") yield* book.note((now) => decideOrderRefused(now, outcome.refusal.detail))
    if (outcome._tag !== "Bought") return yield* outcome.refusal
  })

  const order = (payload: Asked & { readonly reference: string }) =>
    book.actOnce("Order", payload, (state) => decideOrdered(state, null), buy(payload.reference))

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
