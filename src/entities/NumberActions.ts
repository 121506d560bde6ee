import { Effect, Option } from "effect"
import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { isOurs, NumberActionRefused } from "../domain/numbers/PhoneNumber.ts"
import { Inteliquent } from "../layers/vendors/Inteliquent.ts"
import type { BlockRefused } from "../layers/vendors/McpInventory.ts"
import { McpInventory } from "../layers/vendors/McpInventory.ts"
import { Plivo } from "../layers/vendors/Plivo.ts"
import type { VendorError } from "../layers/vendors/VendorError.ts"

const bought = { _tag: "Bought" as const }
const lost = { _tag: "Lost" as const }

/** Inteliquent's API gives back reservations only. */
const disconnectByHand = (e164: string) =>
  new NumberActionRefused({
    e164,
    action: "Release",
    detail: "a number that was bought from Inteliquent is disconnected in the carrier's portal",
    retryable: false
  })

/** What a phone number does outside: each is safe to do again. */
export const makeNumberActions = Effect.fnUntraced(function* (e164: string) {
  const plivo = yield* Plivo
  const inteliquent = yield* Inteliquent
  const inventory = yield* McpInventory

  const refuse = (action: string) => (error: VendorError) =>
    new NumberActionRefused({ e164, action, detail: error.message, retryable: error.retryable })

  const isRented = plivo.rented(e164).pipe(Effect.map(Option.isSome), Effect.mapError(refuse("Order")))

  /**
   * Buys the number from Plivo. `lookFirst`: an earlier try may have gone through. Whatever the vendor answers, the
   * account's own list has the last word, so that a purchase whose answer was lost is found and not made again.
   */
  const buy = Effect.fn("PhoneNumber.buy")(function* (lookFirst: boolean) {
    if (lookFirst && (yield* isRented)) return bought
    return yield* plivo.buy(e164).pipe(
      Effect.as(bought),
      Effect.catchTags({
        NumberNotAvailable: () => Effect.map(isRented, (ours) => (ours ? bought : lost)),
        VendorError: (error) => {
          const refusal = refuse("Order")(error)
          return error.committed === "unknown"
            ? Effect.map(isRented, (ours) => (ours ? bought : { _tag: "InDoubt" as const, refusal }))
            : Effect.succeed({ _tag: "Refused" as const, refusal })
        }
      })
    )
  })

  const inInventory = <A, R>(action: string, call: Effect.Effect<A, VendorError | BlockRefused, R>) =>
    call.pipe(
      Effect.catchTags({
        VendorError: (error) => Effect.fail(refuse(action)(error)),
        BlockRefused: ({ detail }) => Effect.fail(new NumberActionRefused({ e164, action, detail, retryable: false }))
      })
    )
  const block = inInventory("Block", inventory.blockNumber(e164))
  const unblock = inInventory("Unblock", inventory.unblockNumber(e164))

  const release = (state: PhoneNumberState) =>
    state.vendor === "inteliquent" && isOurs(state)
      ? Effect.fail(disconnectByHand(e164))
      : (state.vendor === "inteliquent"
          ? inteliquent.release([e164])
          : state.status === "reserved"
            ? Effect.void
            : plivo.release(e164)
        ).pipe(Effect.mapError(refuse("Release")))

  return { buy, isRented, block, unblock, release }
})
