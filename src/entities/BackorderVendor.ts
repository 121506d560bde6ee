import { Effect, Option } from "effect"
import type { BackorderRequest, VendorReport } from "../domain/backorders/Backorder.ts"
import { BackorderActionRefused } from "../domain/backorders/Backorder.ts"
import { Inteliquent } from "../layers/vendors/Inteliquent.ts"
import type { VendorError } from "../layers/vendors/VendorError.ts"

/** What a back-order does at its vendor: each is safe to do again. */
export const makeBackorderVendor = Effect.fnUntraced(function* (backorderId: string) {
  const inteliquent = yield* Inteliquent

  const refuse = (action: string) => (error: VendorError) =>
    new BackorderActionRefused({ backorderId, action, detail: error.message, retryable: error.retryable })

  const placedUnder = (reference: string) =>
    inteliquent.ordersByReference(reference).pipe(
      Effect.map((orders) => orders.filter((order) => order.status !== "cancelled").map((order) => order.orderId)),
      Effect.mapError(refuse("Place"))
    )

  /** One order stands for one reference; what two nodes placed in a split moment is cancelled down to the first. */
  const keepFirst = Effect.fnUntraced(function* (orderIds: ReadonlyArray<string>) {
    const [first, ...extra] = [...orderIds].sort((left, right) => left.length - right.length || (left < right ? -1 : 1))
    yield* Effect.forEach(extra, (orderId) => inteliquent.cancel(orderId).pipe(Effect.mapError(refuse("Place"))), {
      discard: true
    })
    return first
  })

  /** Asks the vendor for our reference before placing, and again when the answer was lost: placed once, ever. */
  const place = Effect.fn("Backorder.place")(function* (request: BackorderRequest) {
    const { locality, quantity, reference } = request
    const before = yield* keepFirst(yield* placedUnder(reference))
    if (before !== undefined) return before
    return yield* inteliquent.backorder({ reference, locality, quantity }).pipe(
      Effect.map((order) => order.orderId),
      Effect.catch((error) =>
        error.committed === "unknown"
          ? Effect.flatMap(placedUnder(reference), ([first]) =>
              first === undefined ? Effect.fail(refuse("Place")(error)) : Effect.succeed(first)
            )
          : Effect.fail(refuse("Place")(error))
      )
    )
  })

  const look = Effect.fn("Backorder.look")(function* (vendorOrderId: string) {
    const detail = yield* inteliquent.orderDetail({ orderId: vendorOrderId }).pipe(Effect.mapError(refuse("Check")))
    if (Option.isNone(detail)) {
      return yield* new BackorderActionRefused({
        backorderId,
        action: "Check",
        detail: `the vendor knows no order ${vendorOrderId}`,
        retryable: true
      })
    }
    const { desiredDueAt, numbers, status } = detail.value
    return {
      numbers: numbers.filter((each) => each.complete).map((each) => each.e164),
      closed: status !== "open",
      desiredDueAt: desiredDueAt ?? null
    } satisfies VendorReport
  })

  const cancel = (vendorOrderId: string) => inteliquent.cancel(vendorOrderId).pipe(Effect.mapError(refuse("Cancel")))

  return { place, look, cancel }
})
