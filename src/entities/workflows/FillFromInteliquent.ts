import { Effect, Option } from "effect"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { Inteliquent, maxNumbersPerOrder } from "../../layers/vendors/Inteliquent.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { StepFailed, stepFailed } from "../StepFailed.ts"
import { PhoneNumber } from "../PhoneNumber.ts"
import { releaseHeld } from "./ReleaseReserved.ts"
import type { Wish } from "./Wish.ts"
import { holdOf, reserve } from "./Wish.ts"

/** Most vendor orders for one line; each holds up to {@link maxNumbersPerOrder} numbers. */
const maxOrders = 20

/** How often fresh numbers are searched for one order when those found were lost to others. */
const maxSearches = 3

/** The vendor's customerOrderReference of the n-th order for a line: the same in every run, so that it is found again. */
export const orderReference = (wish: Wish, index: number): string =>
  `${wish.orderId}-order-${wish.lineNumber}${index > 0 ? `-${index}` : ""}`

const placedUnder = Effect.fnUntraced(function* (reference: string) {
  const inteliquent = yield* Inteliquent
  const orders = yield* inteliquent.ordersByReference(reference).pipe(Effect.mapError(stepFailed))
  return orders.filter((order) => order.status !== "cancelled").map((order) => order.orderId)
})

/** Notes every number of a vendor order as ours. An order that the vendor cannot tell about is asked for again later. */
const take = Effect.fnUntraced(function* (wish: Wish, vendorOrderId: string) {
  const inteliquent = yield* Inteliquent
  const numberOf = yield* PhoneNumber.client
  const detail = yield* inteliquent.orderDetail({ orderId: vendorOrderId }).pipe(Effect.mapError(stepFailed))
  if (Option.isNone(detail)) {
    return yield* new StepFailed({ detail: `Inteliquent tells nothing of order ${vendorOrderId}`, retryable: true })
  }
  const numbers = detail.value.numbers.map((each) => each.e164)
  const hold = holdOf(wish, "inteliquent")
  yield* Effect.forEach(
    numbers,
    (e164) =>
      freshKey.pipe(
        Effect.flatMap((commandKey) => callEntity(numberOf(e164).RecordOrdered({ commandKey, hold, vendorOrderId }))),
        Effect.mapError(stepFailed)
      ),
    { concurrency: 8, discard: true }
  )
  return numbers
})

/** All that this line has ordered from Inteliquent so far, by what the vendor says; noted as ours before it is told. */
export const orderedFromInteliquent = Effect.fn("OrderedFromInteliquent")(function* (wish: Wish) {
  const numbers = new Set<string>()
  const vendorOrderIds: Array<string> = []
  let next = 0
  for (; next < maxOrders; next++) {
    const orders = yield* placedUnder(orderReference(wish, next))
    if (orders.length === 0) break
    for (const vendorOrderId of orders) {
      vendorOrderIds.push(vendorOrderId)
      for (const e164 of yield* take(wish, vendorOrderId)) numbers.add(e164)
    }
  }
  return { numbers: [...numbers].sort(), vendorOrderIds, next }
})

/** Numbers for one order: first those that an earlier try reserved, since its order may still come through. */
const gather = Effect.fnUntraced(function* (wish: Wish, wanted: number) {
  const inteliquent = yield* Inteliquent
  const rows = yield* NumberRows
  const all = yield* rows.ofOrderLine(wish.orderId, wish.lineNumber).pipe(Effect.mapError(stepFailed))
  const held = all.filter(
    (row) => row.vendor === "inteliquent" && row.backorderId === null && row.status === "reserved"
  )
  const numbers = held.map((row) => row.e164).slice(0, wanted)
  const hold = holdOf(wish, "inteliquent")

  for (let search = 0; search < maxSearches && numbers.length < wanted; search++) {
    const offers = yield* inteliquent
      .searchInventory({ locality: wish.line.locality, quantity: wanted - numbers.length, reserve: true })
      .pipe(Effect.mapError(stepFailed))
    if (offers.length === 0) break
    for (const { e164 } of offers) if (!numbers.includes(e164) && (yield* reserve(e164, hold))) numbers.push(e164)
  }
  return numbers
})

/**
 * Places one order under its reference. A refusal, or an answer that was lost, is followed by a look: the order may have
 * come through all the same. What was refused for certain goes back; what is in doubt stays held, and the next try sends
 * the same numbers again, which the vendor cannot sell twice.
 */
const place = Effect.fnUntraced(function* (wish: Wish, reference: string, numbers: ReadonlyArray<string>) {
  const inteliquent = yield* Inteliquent
  return yield* inteliquent.order({ reference, numbers }).pipe(
    Effect.as("placed" as const),
    Effect.catch((error) =>
      Effect.gen(function* () {
        if ((yield* placedUnder(reference)).length > 0) return "placed" as const
        if (error.committed === "unknown" || error.retryable) return yield* stepFailed(error)
        yield* releaseHeld(wish.orderId, wish.lineNumber, numbers)
        return error.code === "430" ? ("gone" as const) : yield* stepFailed(error)
      })
    )
  )
})

/**
 * Orders the shortfall of one line from Inteliquent. Each vendor order has a reference of its own; before one is placed,
 * the vendor is asked whether it is there already, so that a lost answer or a crash never orders twice.
 */
export const fillFromInteliquent = Effect.fn("FillFromInteliquent")(function* (wish: Wish) {
  let ordered = yield* orderedFromInteliquent(wish)
  let lost = 0
  while (ordered.numbers.length < wish.quantity && ordered.next < maxOrders && lost < maxSearches) {
    const wanted = Math.min(maxNumbersPerOrder, wish.quantity - ordered.numbers.length)
    const numbers = yield* gather(wish, wanted)
    if (numbers.length === 0) break
    const outcome = yield* place(wish, orderReference(wish, ordered.next), numbers)
    if (outcome === "gone") lost += 1
    ordered = yield* orderedFromInteliquent(wish)
    // Reserved, but not part of what the vendor accepted.
    const left = numbers.filter((e164) => !ordered.numbers.includes(e164))
    yield* releaseHeld(wish.orderId, wish.lineNumber, left)
  }
  const { numbers, vendorOrderIds } = ordered
  return { numbers, found: numbers.length, vendorOrderIds }
})
