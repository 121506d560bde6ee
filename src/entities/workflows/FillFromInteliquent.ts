import { Effect, Option } from "effect"
import type { NumberHold } from "../../domain/numbers/PhoneNumber.ts"
import { areaCodeOf } from "../../domain/numbers/E164.ts"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { Inteliquent, maxNumbersPerOrder } from "../../layers/vendors/Inteliquent.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { stepFailed } from "../Fulfilment.ts"
import { PhoneNumber } from "../PhoneNumber.ts"
import type { Wish } from "./FillFromPlivo.ts"

/** Most vendor orders for one line; each holds up to {@link maxNumbersPerOrder} numbers. */
const maxOrders = 20

/** The vendor's customerOrderReference of the n-th order for a line. */
export const orderReference = (wish: Wish, index: number): string =>
  [`${wish.orderId}-order-${wish.lineNumber}`, wish.generation > 1 ? `g${wish.generation}` : "", index > 0 ? index : ""]
    .filter((part) => part !== "")
    .join("-")

/**
 * Orders the shortfall of one line from Inteliquent. Each vendor order has a reference of its own; before one is placed,
 * the vendor is asked whether it is there already, so that a lost answer or a crash never orders twice.
 */
export const fillFromInteliquent = Effect.fn("FillFromInteliquent")(function* (wish: Wish) {
  const inteliquent = yield* Inteliquent
  const rows = yield* NumberRows
  const numberOf = yield* PhoneNumber.client
  const hold: NumberHold = {
    orderId: wish.orderId,
    line: wish.lineNumber,
    vendor: "inteliquent",
    country: wish.line.country,
    backorderId: null
  }

  const reserve = (e164: string) =>
    freshKey.pipe(
      Effect.flatMap((commandKey) => callEntity(numberOf(e164).Reserve({ commandKey, hold }))),
      Effect.as(true),
      Effect.catchTags({
        NumberNotAvailable: () => Effect.succeed(false),
        NumberStatusRefused: () => Effect.succeed(false)
      }),
      Effect.mapError(stepFailed)
    )

  const release = (e164: string) =>
    freshKey.pipe(
      Effect.flatMap((commandKey) => callEntity(numberOf(e164).Release({ commandKey, reason: "not needed" }))),
      Effect.ignore
    )

  const heldRows = Effect.gen(function* () {
    const all = yield* rows.ofOrderLine(wish.orderId, wish.lineNumber).pipe(Effect.mapError(stepFailed))
    return all.filter((row) => row.vendor === "inteliquent" && row.backorderId === null)
  })

  /** Reserved at the vendor for us by a try that died before it could write it down. */
  const strays = Effect.gen(function* () {
    const { npa } = wish.line.locality
    if (npa === undefined) return []
    const reserved = yield* inteliquent.reserved.pipe(Effect.mapError(stepFailed))
    const known = yield* rows.known(reserved).pipe(Effect.mapError(stepFailed))
    return reserved.filter((e164) => areaCodeOf(e164) === npa && !known.has(e164))
  })

  const gather = Effect.fnUntraced(function* (wanted: number) {
    const held = (yield* heldRows).filter((row) => row.status === "reserved").map((row) => row.e164)
    const numbers = held.slice(0, wanted)
    const take = Effect.fnUntraced(function* (candidates: ReadonlyArray<string>) {
      for (const e164 of candidates) {
        if (numbers.length < wanted && !numbers.includes(e164) && (yield* reserve(e164))) numbers.push(e164)
      }
    })
    if (numbers.length < wanted) yield* take(yield* strays)
    if (numbers.length < wanted) {
      const offers = yield* inteliquent
        .searchInventory({ locality: wish.line.locality, quantity: wanted - numbers.length, reserve: true })
        .pipe(Effect.mapError(stepFailed))
      yield* take(offers.map((offer) => offer.e164))
    }
    return numbers
  })

  const placedBefore = (reference: string) =>
    inteliquent.ordersByReference(reference).pipe(
      Effect.map((orders) => orders.filter((order) => order.status !== "cancelled").map((order) => order.orderId)),
      Effect.mapError(stepFailed)
    )

  const place = Effect.fnUntraced(function* (reference: string, numbers: ReadonlyArray<string>) {
    const before = yield* placedBefore(reference)
    if (before.length > 0) return before
    return yield* inteliquent.order({ reference, numbers }).pipe(
      Effect.map((order) => [order.orderId]),
      Effect.catch((error) =>
        error.committed === "unknown"
          ? Effect.flatMap(placedBefore(reference), (after) =>
              after.length > 0 ? Effect.succeed(after) : Effect.fail(stepFailed(error))
            )
          : Effect.fail(stepFailed(error))
      ),
      // The numbers that could not be ordered go back, so that the next try searches afresh.
      Effect.tapError(() => Effect.forEach(numbers, release, { concurrency: 4, discard: true }))
    )
  })

  const take = Effect.fnUntraced(function* (vendorOrderId: string) {
    const detail = yield* inteliquent.orderDetail({ orderId: vendorOrderId }).pipe(Effect.mapError(stepFailed))
    const numbers = Option.match(detail, {
      onNone: () => [],
      onSome: (order) => order.numbers.map((each) => each.e164)
    })
    yield* Effect.forEach(
      numbers,
      (e164) =>
        callEntity(numberOf(e164).RecordOrdered({ commandKey: `ordered:${vendorOrderId}`, hold, vendorOrderId })).pipe(
          Effect.mapError(stepFailed)
        ),
      { concurrency: 8, discard: true }
    )
    return numbers
  })

  const bought = new Set<string>()
  const vendorOrderIds: Array<string> = []
  let found = 0
  for (let index = 0; index < maxOrders && bought.size < wish.quantity; index++) {
    const reference = orderReference(wish, index)
    let orders: ReadonlyArray<string> = yield* placedBefore(reference)
    if (orders.length === 0) {
      const numbers = yield* gather(Math.min(maxNumbersPerOrder, wish.quantity - bought.size))
      if (numbers.length === 0) break
      found += numbers.length
      orders = yield* place(reference, numbers)
    }
    for (const vendorOrderId of orders) {
      vendorOrderIds.push(vendorOrderId)
      for (const e164 of yield* take(vendorOrderId)) bought.add(e164)
    }
  }
  for (const row of yield* heldRows) if (row.status === "reserved") yield* release(row.e164)
  return { numbers: [...bought].sort(), found: Math.max(found, bought.size), vendorOrderIds }
})
