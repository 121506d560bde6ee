import { Effect, Option } from "effect"
import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { NumberActionRefused, NumberNotAvailable } from "../domain/numbers/PhoneNumber.ts"
import { Inteliquent } from "../layers/vendors/Inteliquent.ts"
import { McpInventory } from "../layers/vendors/McpInventory.ts"
import { Plivo } from "../layers/vendors/Plivo.ts"
import type { VendorError } from "../layers/vendors/VendorError.ts"

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
    if (lookFirst && (yield* isRented)) return
    yield* plivo.buy(e164).pipe(
      Effect.catchTags({
        NumberNotAvailable: () =>
          Effect.flatMap(isRented, (ours) => (ours ? Effect.void : new NumberNotAvailable({ e164, heldBy: null }))),
        VendorError: (error) =>
          error.committed === "unknown"
            ? Effect.flatMap(isRented, (ours) => (ours ? Effect.void : Effect.fail(refuse("Order")(error))))
            : Effect.fail(refuse("Order")(error))
      })
    )
  })

  const block = inventory.blockNumber(e164).pipe(
    Effect.catchTags({
      VendorError: (error) => Effect.fail(refuse("Block")(error)),
      BlockRefused: (error) =>
        Effect.fail(new NumberActionRefused({ e164, action: "Block", detail: error.detail, retryable: false }))
    })
  )

  const unblock = inventory.unblockNumber(e164).pipe(
    Effect.catchTags({
      VendorError: (error) => Effect.fail(refuse("Unblock")(error)),
      BlockRefused: (error) =>
        Effect.fail(new NumberActionRefused({ e164, action: "Unblock", detail: error.detail, retryable: false }))
    })
  )

  const release = (state: PhoneNumberState) =>
    (state.vendor === "inteliquent"
      ? inteliquent.release([e164])
      : state.status === "reserved"
        ? Effect.void
        : plivo.release(e164)
    ).pipe(Effect.mapError(refuse("Release")))

  return { buy, block, unblock, release }
})
