import { Array, Context, Effect, Layer } from "effect"
import type { Sharding } from "effect/cluster"
import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { isOurs } from "../domain/numbers/PhoneNumber.ts"
import type { Country } from "../domain/numbers/RequestedLine.ts"
import type { Delivery, FailedNumber } from "../domain/orders/Order.ts"
import { maxNumbersPerAddition, McpInventory } from "../layers/vendors/McpInventory.ts"
import { callEntity, freshKey } from "./EntityCalls.ts"
import { blockAll } from "./NumberBlocking.ts"
import { PhoneNumber } from "./PhoneNumber.ts"
import type { StepFailed } from "./StepFailed.ts"
import { stepFailed } from "./StepFailed.ts"

interface Goods {
  readonly orderId: string
  readonly country: Country
  readonly numbers: ReadonlyArray<string>
}

const stateOf = Effect.fnUntraced(function* (e164: string) {
  const numberOf = yield* PhoneNumber.client
  return yield* callEntity(numberOf(e164).Get()).pipe(Effect.mapError(stepFailed))
})

const recordInventory = Effect.fnUntraced(function* (
  e164: string,
  inventoryLogId: string | null,
  failure: string | null
) {
  const numberOf = yield* PhoneNumber.client
  const commandKey = yield* freshKey
  return yield* callEntity(numberOf(e164).RecordInventory({ commandKey, inventoryLogId, failure })).pipe(
    Effect.mapError(stepFailed)
  )
})

/** Adds one batch; a refusal that will not pass counts for each of its numbers. */
const addBatch = Effect.fnUntraced(function* (goods: Goods, numbers: ReadonlyArray<string>) {
  const inventory = yield* McpInventory
  const { country, orderId } = goods
  const addition = yield* inventory
    .addNumbers({ numbers: numbers.map((e164) => ({ e164, country })), orderReference: orderId })
    .pipe(
      Effect.map(({ added, failed, logIdentifier }) => ({ added, failed, logId: logIdentifier ?? null })),
      Effect.catch((error) =>
        error.retryable
          ? Effect.fail(stepFailed(error))
          : Effect.succeed({ added: [], failed: numbers.map((e164) => ({ e164, error: error.message })), logId: null })
      )
    )
  yield* Effect.forEach(addition.added, (e164) => recordInventory(e164, addition.logId, null), { concurrency: 8 })
  yield* Effect.forEach(addition.failed, ({ e164, error }) => recordInventory(e164, addition.logId, error))
  return addition
})

const add = Effect.fnUntraced(function* (goods: Goods, states: ReadonlyArray<PhoneNumberState>) {
  const missing = states.filter((state) => state.status === "ordered").map((state) => state.e164)
  const failed: Array<FailedNumber> = []
  let logId: string | null = null
  for (const batch of Array.chunksOf(missing, maxNumbersPerAddition)) {
    const addition = yield* addBatch(goods, batch)
    failed.push(...addition.failed.map(({ e164, error }) => ({ e164, detail: error })))
    logId = addition.logId ?? logId
  }
  return { failed, logId }
})

/**
 * Carries bought numbers into the inventory and then blocks them one by one, in sequence. Safe to do again: what is done
 * already stays done and is told again. A block that fails never undoes an addition.
 */
const deliver = Effect.fn("Fulfilment.deliver")(function* (goods: Goods) {
  const states = (yield* Effect.forEach(goods.numbers, stateOf, { concurrency: 8 })).filter(isOurs)
  const { failed, logId } = yield* add(goods, states)
  const added = states.map((state) => state.e164).filter((e164) => !failed.some((each) => each.e164 === e164))
  const blockFailed = yield* blockAll(added)
  const blocked = added.filter((e164) => !blockFailed.some((each) => each.e164 === e164))
  return { added, addFailed: failed, blocked, blockFailed, inventoryLogId: logId }
})

/** From bought to in the inventory and blocked. */
export class Fulfilment extends Context.Service<
  Fulfilment,
  { readonly deliver: (goods: Goods) => Effect.Effect<Delivery, StepFailed> }
>()("tandem/entities/Fulfilment") {
  static readonly layer = Layer.effect(
    Fulfilment,
    Effect.gen(function* () {
      const services = yield* Effect.context<McpInventory | Sharding.Sharding>()
      return Fulfilment.of({ deliver: (goods) => Effect.provide(deliver(goods), services) })
    })
  )
}
