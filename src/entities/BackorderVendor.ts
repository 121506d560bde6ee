import { Effect, Option } from "effect"
import type { BackorderRequest } from "../domain/backorders/Backorder.ts"
import { BackorderActionRefused } from "../domain/backorders/Backorder.ts"
import type { VendorReport } from "../domain/backorders/BackorderDecisions.ts"
import { Inteliquent } from "../layers/vendors/Inteliquent.ts"
import type { OrderDetail } from "../layers/vendors/InteliquentOrder.ts"
import type { VendorError } from "../layers/vendors/VendorError.ts"

const byAge = (left: string, right: string) => left.length - right.length || (left < right ? -1 : 1)

const isOpen = (order: OrderDetail) => order.status === "open"

const numbersOf = (orders: ReadonlyArray<OrderDetail>) => [
  ...new Set(orders.flatMap((order) => order.numbers.filter((each) => each.complete).map((each) => each.e164)))
]

/**
 * The order that stands for the reference: the oldest open one, which every node that looks chooses alike; none when the
 * orders together brought all that was asked for.
 */
const standing = (orders: ReadonlyArray<OrderDetail>, quantity: number): OrderDetail | undefined =>
  numbersOf(orders).length >= quantity ? undefined : orders.find(isOpen)

const reportOf = (orders: ReadonlyArray<OrderDetail>, knownId: string | null): VendorReport => {
  const known = orders.find((order) => order.orderId === knownId)
  const kept = orders.find(isOpen) ?? known ?? orders.find((order) => order.status === "closed") ?? orders[0]
  return {
    vendorOrderId: kept?.orderId ?? knownId,
    numbers: numbersOf(orders),
    closed: !orders.some(isOpen),
    desiredDueAt: kept?.desiredDueAt ?? null
  }
}

/** All orders of one back-order, of which one may stand and the others are cancelled. */
const makeOrders = Effect.fnUntraced(function* (backorderId: string) {
  const inteliquent = yield* Inteliquent

  const refuse = (action: string) => (error: VendorError) =>
    new BackorderActionRefused({ backorderId, action, detail: error.message, retryable: error.retryable })

  const refuseWith = (action: string, detail: string) =>
    new BackorderActionRefused({ backorderId, action, detail, retryable: true })

  /** Every order under our reference, oldest first, cancelled ones too: they may hold numbers. */
  const survey = Effect.fnUntraced(function* (reference: string, knownId: string | null) {
    const listed = (yield* inteliquent.ordersByReference(reference)).map((order) => order.orderId)
    const orderIds = [...new Set(knownId === null ? listed : [...listed, knownId])].sort(byAge)
    const details = yield* Effect.forEach(orderIds, (orderId) => inteliquent.orderDetail({ orderId }))
    return details.flatMap(Option.toArray)
  })

  /** The vendor may refuse since the order was filled meanwhile: what it says of the order next has the last word. */
  const cancelAll = (orders: ReadonlyArray<OrderDetail>) =>
    Effect.forEach(
      orders,
      ({ orderId }) =>
        inteliquent.cancel(orderId).pipe(Effect.catch((error) => (error.retryable ? Effect.fail(error) : Effect.void))),
      { discard: true }
    )

  /** Cancels the open orders besides the one that `keep` chooses, and tells what all of them brought. */
  const reduceTo = Effect.fnUntraced(function* (
    action: string,
    { quantity, reference }: BackorderRequest,
    knownId: string | null,
    keep: typeof standing
  ) {
    const extrasOf = (orders: ReadonlyArray<OrderDetail>) => {
      const kept = keep(orders, quantity)
      return orders.filter((order) => isOpen(order) && order !== kept)
    }
    const look = survey(reference, knownId).pipe(Effect.mapError(refuse(action)))
    const orders = yield* look
    const extras = extrasOf(orders)
    if (extras.length === 0) return orders
    yield* cancelAll(extras).pipe(Effect.mapError(refuse(action)))
    const after = yield* look
    const left = after.filter((order) => isOpen(order) && extras.some(({ orderId }) => orderId === order.orderId))
    if (left.length > 0) {
      return yield* refuseWith(action, `the vendor keeps order ${left.map(({ orderId }) => orderId).join(", ")} open`)
    }
    return after
  })

  return { refuse, refuseWith, reduceTo }
})

/** What a back-order does at its vendor: each is safe to do again. Numbers of whichever of its orders are ours. */
export const makeBackorderVendor = Effect.fnUntraced(function* (backorderId: string) {
  const inteliquent = yield* Inteliquent
  const { reduceTo, refuse, refuseWith } = yield* makeOrders(backorderId)

  /** What stands under the reference, if anything does. */
  const placedUnder = (request: BackorderRequest) =>
    reduceTo("Place", request, null, standing).pipe(
      Effect.map((orders) => orders.filter((order) => order.status !== "cancelled")),
      Effect.map((orders) => (orders.find(isOpen) ?? orders[0])?.orderId)
    )

  /**
   * Asks the vendor for our reference before placing, and again when the answer was lost. A second order that comes
   * through late, or from another node, is cancelled here or at a later look. `sending` runs before the order is sent.
   */
  const place = Effect.fn("Backorder.place")(function* <E>(
    request: BackorderRequest,
    sending: Effect.Effect<unknown, E>
  ) {
    const before = yield* placedUnder(request)
    if (before !== undefined) return before
    yield* sending
    const { locality, quantity, reference } = request
    return yield* inteliquent.backorder({ reference, locality, quantity }).pipe(
      // The order is ours, whether or not the vendor can be asked about others now.
      Effect.flatMap(({ orderId }) =>
        placedUnder(request).pipe(
          Effect.map((kept) => kept ?? orderId),
          Effect.orElseSucceed(() => orderId)
        )
      ),
      Effect.catch((error) =>
        error.committed === "unknown"
          ? Effect.flatMap(placedUnder(request), (found) =>
              found === undefined ? Effect.fail(refuse("Place")(error)) : Effect.succeed(found)
            )
          : Effect.fail(refuse("Place")(error))
      )
    )
  })

  /** One look at all orders under the reference; those too many are cancelled. */
  const look = Effect.fn("Backorder.look")(function* (request: BackorderRequest, knownId: string) {
    const orders = yield* reduceTo("Check", request, knownId, standing)
    if (orders.length === 0) return yield* refuseWith("Check", `the vendor knows no order ${knownId}`)
    return reportOf(orders, knownId)
  })

  /** Cancels every open order under the reference and tells what they brought until then. */
  const withdraw = Effect.fn("Backorder.withdraw")(function* (request: BackorderRequest, knownId: string | null) {
    return reportOf(yield* reduceTo("Cancel", request, knownId, () => undefined), knownId)
  })

  return { place, look, withdraw }
})
