import { Array, Context, Effect, Layer, Option, Schema } from "effect"
import type { Delivery, FailedNumber } from "../domain/orders/Order.ts"
import type { Country } from "../domain/numbers/RequestedLine.ts"
import { isOurs } from "../domain/numbers/PhoneNumber.ts"
import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { maxNumbersPerAddition, McpInventory } from "../layers/vendors/McpInventory.ts"
import { callEntity, freshKey } from "./EntityCalls.ts"
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

/** Waits before the second and the third pass over what could not be blocked; longer than a circuit stays open. */
const blockPasses = ["5 seconds", "35 seconds"] as const

interface BlockFailure extends FailedNumber {
  readonly retryable: boolean
}

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
        return freshKey.pipe(
          Effect.flatMap((commandKey) =>
            callEntity(numberOf(e164).RecordInventory({ commandKey, inventoryLogId, failure }))
          ),
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

      const block = (e164: string) =>
        freshKey.pipe(
          Effect.flatMap((commandKey) => callEntity(numberOf(e164).Block({ commandKey }))),
          Effect.as(Option.none<BlockFailure>()),
          Effect.catch((error) =>
            error._tag === "JournalUnavailable"
              ? Effect.fail(stepFailed(error))
              : Effect.succeed(
                  Option.some<BlockFailure>(
                    error._tag === "NumberActionRefused"
                      ? { e164, detail: error.detail, retryable: error.retryable }
                      : { e164, detail: error._tag, retryable: false }
                  )
                )
          )
        )

      /** One number a call, in sequence. What failed for a passing reason gets another pass after a while. */
      const blockAll = Effect.fnUntraced(function* (numbers: ReadonlyArray<string>) {
        let left = numbers
        const failed: Array<BlockFailure> = []
        for (const wait of ["0 millis", ...blockPasses] as const) {
          yield* Effect.sleep(wait)
          const failures: Array<BlockFailure> = []
          for (const e164 of left) {
            const failure = yield* block(e164)
            if (Option.isSome(failure)) failures.push(failure.value)
          }
          failed.push(...failures.filter((each) => !each.retryable))
          const again = failures.filter((each) => each.retryable)
          left = again.map((each) => each.e164)
          if (left.length === 0) return failed
          if (wait === blockPasses.at(-1)) failed.push(...again)
        }
        return failed
      })

      const deliver = Effect.fn("Fulfilment.deliver")(function* (goods: Goods) {
        const states = (yield* Effect.forEach(goods.numbers, stateOf, { concurrency: 8 })).filter(isOurs)
        const { failed, logId } = yield* add(goods, states)
        const added = states.map((state) => state.e164).filter((e164) => !failed.some((each) => each.e164 === e164))
        const blockFailed = yield* blockAll(added)
        const blocked = added.filter((e164) => !blockFailed.some((each) => each.e164 === e164))
        return {
          added,
          addFailed: failed,
          blocked,
          blockFailed: blockFailed.map(({ detail, e164 }) => ({ e164, detail })),
          inventoryLogId: logId
        }
      })

      return Fulfilment.of({ deliver })
    })
  )
}
