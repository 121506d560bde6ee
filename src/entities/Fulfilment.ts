import { Array, Context, Effect, Layer, Option, Schema } from "effect"
import type { Delivery, FailedNumber } from "../domain/orders/Order.ts"
import type { Country } from "../domain/numbers/RequestedLine.ts"
import { isOurs } from "../domain/numbers/PhoneNumber.ts"
import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { maxNumbersPerAddition, McpInventory } from "../layers/vendors/McpInventory.ts"
import { fingerprintOf } from "./Aggregate.ts"
import { callEntity } from "./EntityCalls.ts"
import { PhoneNumber } from "./PhoneNumber.ts"

/** A step towards a ticket's numbers failed. `retryable`: the same step may work later. */
export class StepFailed extends Schema.TaggedError<StepFailed>()("StepFailed", {
  detail: Schema.String,
  retryable: Schema.Boolean
}) {}

export const stepFailed = (error: { readonly _tag: string; readonly message: string; readonly retryable?: boolean }) =>
  new StepFailed({
    detail: error.message === "" ? error._tag : error.message,
    retryable: error.retryable ?? error._tag === "JournalUnavailable"
  })

interface Goods {
  readonly orderId: string
  readonly country: Country
  readonly numbers: ReadonlyArray<string>
}

/**
 * Carries bought numbers into the inventory and then blocks them one by one, in sequence. Safe to do again: what is done
 * already stays done and is told again. A block that fails never undoes an addition.
 */
export class Fulfilment extends Context.Service<
  Fulfilment,
  { readonly deliver: (goods: Goods) => Effect.Effect<Delivery, StepFailed> }
>()("tandem/entities/Fulfilment") {
  static readonly layer = Layer.effect(
    Fulfilment,
    Effect.gen(function* () {
      const inventory = yield* McpInventory
      const numberOf = yield* PhoneNumber.client

      const stateOf = (e164: string) => callEntity(numberOf(e164).Get()).pipe(Effect.mapError(stepFailed))

      const recordInventory = (e164: string, inventoryLogId: string | null, failure: string | null) => {
        const commandKey = `inventory:${fingerprintOf(e164, [inventoryLogId, failure])}`
        return callEntity(numberOf(e164).RecordInventory({ commandKey, inventoryLogId, failure })).pipe(
          Effect.mapError(stepFailed)
        )
      }

      const add = Effect.fnUntraced(function* (goods: Goods, states: ReadonlyArray<PhoneNumberState>) {
        const missing = states.filter((state) => state.status === "ordered").map((state) => state.e164)
        const failed: Array<FailedNumber> = []
        let logId: string | null = null
        for (const chunk of Array.chunksOf(missing, maxNumbersPerAddition)) {
          const addition = yield* inventory
            .addNumbers({
              numbers: chunk.map((e164) => ({ e164, country: goods.country })),
              orderReference: goods.orderId
            })
            .pipe(
              Effect.catch((error) =>
                error.retryable
                  ? Effect.fail(stepFailed(error))
                  : Effect.succeed({ added: [], failed: chunk.map((e164) => ({ e164, error: error.message })) })
              )
            )
          const chunkLogId = "logIdentifier" in addition ? (addition.logIdentifier ?? null) : null
          logId = chunkLogId ?? logId
          yield* Effect.forEach(addition.added, (e164) => recordInventory(e164, chunkLogId, null), { concurrency: 8 })
          for (const each of addition.failed) {
            yield* recordInventory(each.e164, chunkLogId, each.error)
            failed.push({ e164: each.e164, detail: each.error })
          }
        }
        return { failed, logId }
      })

      const block = (e164: string, orderId: string) =>
        callEntity(numberOf(e164).Block({ commandKey: `block:${orderId}` })).pipe(
          Effect.as(Option.none<FailedNumber>()),
          Effect.catch((error) =>
            error._tag === "JournalUnavailable"
              ? Effect.fail(stepFailed(error))
              : Effect.succeed(
                  Option.some({ e164, detail: error._tag === "NumberActionRefused" ? error.detail : error._tag })
                )
          )
        )

      const deliver = Effect.fn("Fulfilment.deliver")(function* (goods: Goods) {
        const states = (yield* Effect.forEach(goods.numbers, stateOf, { concurrency: 8 })).filter(isOurs)
        const { failed, logId } = yield* add(goods, states)
        const added = states.map((state) => state.e164).filter((e164) => !failed.some((each) => each.e164 === e164))
        const blockFailed: Array<FailedNumber> = []
        for (const e164 of added) {
          const failure = yield* block(e164, goods.orderId)
          if (Option.isSome(failure)) blockFailed.push(failure.value)
        }
        const blocked = added.filter((e164) => !blockFailed.some((each) => each.e164 === e164))
        return { added, addFailed: failed, blocked, blockFailed, inventoryLogId: logId }
      })

      return Fulfilment.of({ deliver })
    })
  )
}
