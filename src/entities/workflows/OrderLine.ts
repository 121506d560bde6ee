import { Effect, Schema } from "effect"
import type { NumberVendor } from "../../domain/numbers/PhoneNumber.ts"
import type { RequestedLine } from "../../domain/numbers/RequestedLine.ts"
import type { OrderEvent } from "../../domain/orders/Order.ts"
import { Delivery, nothingDelivered } from "../../domain/orders/Order.ts"
import type { LineOutcome } from "../../domain/orders/TicketReply.ts"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { Backorder } from "../Backorder.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { Fulfilment } from "../Fulfilment.ts"
import type { StepFailed } from "../StepFailed.ts"
import { stepFailed } from "../StepFailed.ts"
import { durableStep, triesWithAlternative } from "./DurableStep.ts"
import { fillFromInteliquent, orderedFromInteliquent } from "./FillFromInteliquent.ts"
import type { Wish } from "./Wish.ts"
import { PhoneNumber } from "../PhoneNumber.ts"
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

/** The back-order of ticket 77's first line is `77-1`, in every run of the ticket. */
export const backorderIdOf = (orderId: string, lineNumber: number): string => `${orderId}-${lineNumber}`

/**
 * The vendor's customerOrderReference of a back-order: the ticket's id, as the carrier's people expect; later lines get
 * a suffix, since the reference is how a lost answer is found again.
 */
export const backorderReference = (orderId: string, lineNumber: number): string =>
  lineNumber === 1 ? orderId : backorderIdOf(orderId, lineNumber)

export interface LineContext {
  readonly orderId: string
  readonly generation: number
  readonly lineNumber: number
  readonly line: RequestedLine
  /** Reports to the order's history; the key makes a repeated report count once. */
  readonly record: (key: string, event: OrderEvent) => Effect.Effect<void, StepFailed>
}

const wishOf = ({ line, lineNumber, orderId }: LineContext, quantity: number): Wish => ({
  orderId,
  lineNumber,
  line,
  quantity
})

const purchase = <R>(
  context: LineContext,
  vendor: NumberVendor,
  wanted: number,
  fill: (wish: Wish) => Effect.Effect<Purchase, StepFailed, R>,
  maxTries: number | undefined
) => {
  const { generation, lineNumber, record } = context
  return durableStep({
    name: `line-${lineNumber}/${vendor}`,
    success: Purchase,
    maxTries,
    execute: Effect.gen(function* () {
      const bought = yield* fill(wishOf(context, wanted))
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

/** A vendor that cannot be used is skipped, but only when the outcome of every purchase there has been asked for. */
const settle = Effect.fnUntraced(function* (context: LineContext, vendor: NumberVendor, failure: StepFailed) {
  const { generation, lineNumber, orderId, record } = context
  const rows = yield* NumberRows
  const numberOf = yield* PhoneNumber.client
  const ofLine = rows.ofOrderLine(orderId, lineNumber).pipe(Effect.mapError(stepFailed))
  for (const row of (yield* ofLine).filter((each) => each.status === "ordering")) {
    const commandKey = yield* freshKey
    yield* callEntity(numberOf(row.e164).Settle({ commandKey })).pipe(Effect.mapError(stepFailed))
  }
  if (vendor === "inteliquent") yield* orderedFromInteliquent(wishOf(context, context.line.quantity))
  yield* releaseReserved(orderId, lineNumber)
  const all = (yield* ofLine).filter((row) => row.vendor === vendor && row.backorderId === null)
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

/** A back-order that the ticket is told could not be placed must not come through later by itself. */
const callOff = (context: LineContext, backorderId: string, reason: string) =>
  durableStep({
    name: `line-${context.lineNumber}/backorder-off`,
    success: Schema.Void,
    execute: Effect.gen(function* () {
      const backorderOf = yield* Backorder.client
      const commandKey = yield* freshKey
      yield* callEntity(backorderOf(backorderId).Cancel({ commandKey, reason })).pipe(
        Effect.catchTags({ BackorderUnknown: () => Effect.void, BackorderStatusRefused: () => Effect.void }),
        Effect.mapError(stepFailed)
      )
    })
  })

const placeBackorder = (context: LineContext, quantity: number) => {
  const { generation, line, lineNumber, orderId, record } = context
  const backorderId = backorderIdOf(orderId, lineNumber)
  const reference = backorderReference(orderId, lineNumber)
  return durableStep({
    name: `line-${lineNumber}/backorder`,
    success: Schema.NullOr(Schema.String),
    execute: Effect.gen(function* () {
      const backorderOf = yield* Backorder.client
      const { country, locality } = line
      const request = { orderId, line: lineNumber, country, locality, quantity, reference, generation }
      const commandKey = yield* freshKey
      const { vendorOrderId } = yield* callEntity(backorderOf(backorderId).Place({ commandKey, request })).pipe(
        Effect.mapError(stepFailed)
      )
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
    Effect.catch((failure) =>
      callOff(context, backorderId, failure.detail).pipe(
        Effect.as({ vendorOrderId: null, quantity, failure: failure.detail })
      )
    )
  )
}

const noDelivery = { delivery: nothingDelivered, deliveryFailure: null as string | null }

const deliver = (context: LineContext, numbers: ReadonlyArray<string>) => {
  if (numbers.length === 0) return Effect.succeed(noDelivery)
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
  }).pipe(
    Effect.map((delivery) => ({ delivery, deliveryFailure: null as string | null })),
    Effect.catch((failure) => Effect.succeed({ delivery: nothingDelivered, deliveryFailure: failure.detail }))
  )
}

/** One line from search to back-order. Plivo first; Inteliquent for the shortfall only; what is left is back-ordered. */
export const orderLine = Effect.fnUntraced(function* (context: LineContext) {
  const { line } = context
  if (line.kind !== "local") {
    return { line, bought: [], skippedVendors: [], ...noDelivery, backorder: null } satisfies LineOutcome
  }
  const plivo = yield* fromVendor(context, "plivo", line.quantity, fillFromPlivo, triesWithAlternative)
  const shortfall = line.quantity - plivo.bought.numbers.length
  const inteliquent =
    shortfall > 0 ? yield* fromVendor(context, "inteliquent", shortfall, fillFromInteliquent) : notAsked
  const remainder = shortfall - inteliquent.bought.numbers.length
  const backorder = remainder > 0 ? yield* placeBackorder(context, remainder) : null
  const numbers = [...plivo.bought.numbers, ...inteliquent.bought.numbers]
  const delivered = yield* deliver(context, numbers)
  return {
    line,
    bought: [plivo.bought, inteliquent.bought],
    skippedVendors: [...plivo.skipped, ...inteliquent.skipped],
    ...delivered,
    backorder
  } satisfies LineOutcome
})
