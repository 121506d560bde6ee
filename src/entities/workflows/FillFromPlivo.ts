import { Effect, Result } from "effect"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { maxPageSize, Plivo } from "../../layers/vendors/Plivo.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { stepFailed } from "../StepFailed.ts"
import { PhoneNumber } from "../PhoneNumber.ts"
import type { Wish } from "./Wish.ts"
import { holdOf, reserve } from "./Wish.ts"

/** Most pages of offers that one round looks at. */
const maxPages = 60

/** How often the offers are searched again when numbers were sold to others meanwhile. */
const maxRounds = 5

/**
 * Buys up to the wanted quantity from Plivo, one number after the other through its actor. Begins with what an earlier
 * try already reserved or bought for this line, so that a crash in the middle buys nothing twice.
 */
export const fillFromPlivo = Effect.fn("FillFromPlivo")(function* (wish: Wish) {
  const plivo = yield* Plivo
  const rows = yield* NumberRows
  const numberOf = yield* PhoneNumber.client
  const hold = holdOf(wish, "plivo")
  const bought = new Set<string>()
  const reserved = new Set<string>()
  let found = 0

  for (const row of yield* rows.ofOrderLine(wish.orderId, wish.lineNumber).pipe(Effect.mapError(stepFailed))) {
    if (row.vendor !== "plivo" || row.backorderId !== null) continue
    if (row.status === "reserved" || row.status === "ordering") reserved.add(row.e164)
    else if (row.status !== "released") bought.add(row.e164)
  }
  found = bought.size + reserved.size

  const collect = Effect.fnUntraced(function* (wanted: number) {
    let offset = 0
    for (let page = 0; page < maxPages && reserved.size < wanted; page++) {
      const offers = yield* plivo
        .search({ country: wish.line.country, locality: wish.line.locality, offset, limit: maxPageSize })
        .pipe(Effect.mapError(stepFailed))
      for (const offer of offers.numbers) {
        if (reserved.size >= wanted) break
        if (bought.has(offer.e164) || reserved.has(offer.e164)) continue
        if (yield* reserve(offer.e164, hold)) reserved.add(offer.e164)
      }
      if (offers.nextOffset === undefined) return
      offset = offers.nextOffset
    }
  })

  const order = Effect.fnUntraced(function* (e164: string) {
    const commandKey = yield* freshKey
    const outcome = yield* Effect.result(callEntity(numberOf(e164).Order({ commandKey, reference: wish.orderId })))
    reserved.delete(e164)
    if (Result.isSuccess(outcome)) bought.add(e164)
    else if (outcome.failure._tag !== "NumberNotAvailable") return yield* stepFailed(outcome.failure)
  })

  for (let round = 0; round < maxRounds && bought.size < wish.quantity; round++) {
    yield* collect(wish.quantity - bought.size)
    found = Math.max(found, bought.size + reserved.size)
    if (reserved.size === 0) break
    // All outcomes are awaited even when one fails: what was bought must be known before anybody else is asked.
    const outcomes = yield* Effect.forEach([...reserved], (e164) => Effect.result(order(e164)), { concurrency: 4 })
    const failure = outcomes.find(Result.isFailure)
    if (failure) return yield* failure.failure
  }
  return { numbers: [...bought].sort(), found, vendorOrderIds: [] as ReadonlyArray<string> }
})
