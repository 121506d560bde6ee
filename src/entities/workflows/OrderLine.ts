import { Effect, Schema } from "effect"
import type { NumberVendor } from "../../domain/numbers/PhoneNumber.ts"
import type { RequestedLine } from "../../domain/numbers/RequestedLine.ts"
import type { OrderEvent } from "../../domain/orders/Order.ts"
import { Delivery, nothingDelivered } from "../../domain/orders/Order.ts"
import type { LineOutcome } from "../../domain/orders/TicketReply.ts"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { Backorder } from "../Backorder.ts"
import { callEntity } from "../EntityCalls.ts"
import { Fulfilment, StepFailed, stepFailed } from "../Fulfilment.ts"
import { durableStep, triesWithAlternative } from "./DurableStep.ts"
import { fillFromInteliquent } from "./FillFromInteliquent.ts"
import type { Wish } from "./FillFromPlivo.ts"
import { fillFromPlivo } from "./FillFromPlivo.ts"
import { releaseReserved } from "./ReleaseReserved.ts"

const Purchase = Schema.Struct({
  numbers: Schema.Array(Schema.String),
  found: Schema.Int,
  vendorOrderIds: Schema.Array(Schema.String)
})
type Purchase = typeof Purchase.Type

const notAsked = {
  bought: { vendor: "inteliquent" as const, numbers: [], found: 0, vendorOrderIds: [] },
  skipped: [] as LineOutcome["skippedVendors"]
}

/** How one line is named within its ticket: 212 of ticket 77, line 1, becomes back-order `77-1`. */
export const backorderIdOf = (orderId: string, lineNumber: number, generation: number): string =>
  `${orderId}-${lineNumber}${generation > 1 ? `-g${generation}` : ""}`

/**
 * The vendor's customerOrderReference of a back-order: the ticket's id, as the carrier's people expect; later lines and
 * replays get a suffix, since the reference is how a lost answer is found again.
 */
export const backorderReference = (orderId: string, lineNumber: number, generation: number): string =>
  lineNumber === 1 && generation === 1 ? orderId : backorderIdOf(orderId, lineNumber, generation)

export interface LineContext {
  readonly orderId: string
  readonly generation: number
  readonly lineNumber: number
  readonly line: RequestedLine
  /** Reports to the order's history; the key makes a repeated report count once. */
  readonly record: (key: string, event: OrderEvent) => Effect.Effect<void, StepFailed>
}

const purchase = <R>(
  context: LineContext,
  vendor: NumberVendor,
  wanted: number,
  fill: (wish: Wish) => Effect.Effect<Purchase, StepFailed, R>,
  maxTries: number | undefined
) => {
  const { generation, line, lineNumber, orderId, record } = context
  return durableStep({
    name: `line-${lineNumber}/${vendor}`,
    success: Purchase,
    maxTries,
    execute: Effect.gen(function* () {
      const bought = yield* fill({ orderId, lineNumber, generation, line, quantity: wanted })
      const key = `line-${lineNumber}:${vendor}:${generation}`
      yield* record(`${key}:searched`, { _tag: "LineSearched", line: lineNumber, vendor, wanted, found: bought.found })
      if (bought.numbers.length > 0) {
        const { numbers, vendorOrderIds } = bought
        yield* record(`${key}:ordered`, { _tag: "LineOrdered", line: lineNumber, vendor, numbers, vendorOrderIds })
      }
      return bought
    })
  })
}

/** A vendor that cannot be used is skipped, but never while the outcome of a purchase there is still unknown. */
const settle = Effect.fnUntraced(function* (context: LineContext, vendor: NumberVendor, failure: StepFailed) {
  const { generation, lineNumber, orderId, record } = context
  const rows = yield* NumberRows
  const all = (yield* rows.ofOrderLine(orderId, lineNumber).pipe(Effect.mapError(stepFailed))).filter(
    (row) => row.vendor === vendor && row.backorderId === null
  )
  if (all.some((row) => row.status === "ordering")) {
    return yield* new StepFailed({ detail: `a purchase has no known outcome: ${failure.detail}`, retryable: true })
  }
  yield* releaseReserved(orderId, lineNumber)
  yield* record(`line-${lineNumber}:${vendor}:${generation}:skipped`, {
    _tag: "VendorSkipped",
    line: lineNumber,
    vendor,
    detail: failure.detail
  })
  const numbers = all.filter((row) => row.status !== "reserved" && row.status !== "released").map((row) => row.e164)
  const vendorOrderIds = [...new Set(all.flatMap((row) => row.vendorOrderId ?? []))]
  return { numbers, found: numbers.length, vendorOrderIds }
})

const fromVendor = <R>(
  context: LineContext,
  vendor: NumberVendor,
  wanted: number,
  fill: (wish: Wish) => Effect.Effect<Purchase, StepFailed, R>,
  maxTries?: number
) =>
  purchase(context, vendor, wanted, fill, maxTries).pipe(
    Effect.map((bought) => ({ bought: { vendor, ...bought }, skipped: [] as LineOutcome["skippedVendors"] })),
    Effect.catch((failure) =>
      durableStep({
        name: `line-${context.lineNumber}/${vendor}-skipped`,
        success: Purchase,
        execute: settle(context, vendor, failure)
      }).pipe(
        Effect.map((bought) => ({ bought: { vendor, ...bought }, skipped: [{ vendor, detail: failure.detail }] }))
      )
    )
  )

const placeBackorder = (context: LineContext, quantity: number) => {
  const { generation, line, lineNumber, orderId, record } = context
  const backorderId = backorderIdOf(orderId, lineNumber, generation)
  const reference = backorderReference(orderId, lineNumber, generation)
  return durableStep({
    name: `line-${lineNumber}/backorder`,
    success: Schema.NullOr(Schema.String),
    execute: Effect.gen(function* () {
      const backorderOf = yield* Backorder.client
      const request = { orderId, line: lineNumber, country: line.country, locality: line.locality, quantity, reference }
      const placed = yield* callEntity(backorderOf(backorderId).Place({ commandKey: "place", request })).pipe(
        Effect.mapError(stepFailed)
      )
      const { vendorOrderId } = placed
      yield* record(`line-${lineNumber}:backorder:${generation}`, {
        _tag: "LineBackordered",
        line: lineNumber,
        backorderId,
        vendorOrderId,
        quantity
      })
      return vendorOrderId
    })
  }).pipe(
    Effect.map((vendorOrderId) => ({ vendorOrderId, quantity, failure: null as string | null })),
    Effect.catch((failure) => Effect.succeed({ vendorOrderId: null, quantity, failure: failure.detail }))
  )
}

const deliver = (context: LineContext, numbers: ReadonlyArray<string>) => {
  const { generation, line, lineNumber, orderId, record } = context
  return durableStep({
    name: `line-${lineNumber}/deliver`,
    success: Delivery,
    execute: Effect.gen(function* () {
      const fulfilment = yield* Fulfilment
      const delivery = yield* fulfilment.deliver({ orderId, country: line.country, numbers })
      yield* record(`line-${lineNumber}:delivered:${generation}`, {
        _tag: "NumbersDelivered",
        line: lineNumber,
        delivery
      })
      return delivery
    })
  })
}

/** One line from search to back-order. Plivo first; Inteliquent for the shortfall only; what is left is back-ordered. */
export const orderLine = Effect.fnUntraced(function* (context: LineContext) {
  const { line } = context
  if (line.kind !== "local") {
    return { line, bought: [], skippedVendors: [], delivery: nothingDelivered, backorder: null } satisfies LineOutcome
  }
  const plivo = yield* fromVendor(context, "plivo", line.quantity, fillFromPlivo, triesWithAlternative)
  const shortfall = line.quantity - plivo.bought.numbers.length
  const inteliquent =
    shortfall > 0 ? yield* fromVendor(context, "inteliquent", shortfall, fillFromInteliquent) : notAsked
  const remainder = shortfall - inteliquent.bought.numbers.length
  const backorder = remainder > 0 ? yield* placeBackorder(context, remainder) : null
  const numbers = [...plivo.bought.numbers, ...inteliquent.bought.numbers]
  const delivery = numbers.length > 0 ? yield* deliver(context, numbers) : nothingDelivered
  return {
    line,
    bought: [plivo.bought, inteliquent.bought],
    skippedVendors: [...plivo.skipped, ...inteliquent.skipped],
    delivery,
    backorder
  } satisfies LineOutcome
})
