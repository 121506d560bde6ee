import { Effect, Option } from "effect"
import type { BackorderRequest, BackorderState } from "../domain/backorders/Backorder.ts"
import { isUnplaced } from "../domain/backorders/Backorder.ts"
import {
  backorderDeliveryText,
  backorderEndText,
  backorderStatusText,
  markers,
  placeName
} from "../domain/orders/TicketReply.ts"
import type { FailedNumber, OrderEvent } from "../domain/orders/Order.ts"
import { nothingDelivered } from "../domain/orders/Order.ts"
import { callEntity, freshKey } from "./EntityCalls.ts"
import { Fulfilment } from "./Fulfilment.ts"
import { stepFailed } from "./StepFailed.ts"
import { Order } from "./Order.ts"
import { PhoneNumber } from "./PhoneNumber.ts"
import { TicketDesk } from "./TicketDesk.ts"

const factsOf = (state: BackorderState, request: BackorderRequest) => ({
  vendorOrderId: state.vendorOrderId,
  place: placeName(request.locality),
  quantity: request.quantity,
  received: state.received.length
})

/** Notes the number as ours. Why it cannot be, when it cannot: it is not worth keeping the others waiting. */
const take = Effect.fnUntraced(function* (e164: string, state: BackorderState, request: BackorderRequest) {
  const numberOf = yield* PhoneNumber.client
  const { country, line, orderId } = request
  const { backorderId, vendorOrderId } = state
  const hold = { orderId, line, vendor: "inteliquent" as const, country, backorderId }
  const failed = (detail: string) => Effect.succeed(Option.some<FailedNumber>({ e164, detail }))
  return yield* Effect.flatMap(freshKey, (commandKey) =>
    callEntity(numberOf(e164).RecordOrdered({ commandKey, hold, vendorOrderId }))
  ).pipe(
    Effect.as(Option.none<FailedNumber>()),
    Effect.catch((error) => {
      switch (error._tag) {
        case "NumberNotAvailable":
          return failed(error.heldBy === null ? "not available" : `held by order ${error.heldBy}`)
        case "NumberStatusRefused":
          return failed(`the number is ${error.status}`)
        case "CommandParked":
          return failed(`dead letter ${error.deadLetterId}`)
        case "JournalUnavailable":
          return Effect.fail(stepFailed(error))
        default:
          return failed(error._tag)
      }
    })
  )
})

/** What a back-order tells its ticket and does with the numbers that arrived: each is safe to do again. */
export const makeBackorderDelivery = Effect.fnUntraced(function* (backorderId: string) {
  const fulfilment = yield* Fulfilment
  const desk = yield* TicketDesk
  const context = yield* Effect.context<Effect.Services<ReturnType<typeof take>>>()
  const orderOf = yield* Order.client

  const record = (orderId: string, key: string, event: OrderEvent) =>
    callEntity(orderOf(orderId).Record({ commandKey: `backorder:${backorderId}:${key}`, event })).pipe(
      Effect.mapError(stepFailed)
    )

  /** Carries the numbers whose delivery has begun into the inventory, blocks them and tells the ticket. */
  const deliver = Effect.fn("Backorder.deliver")(function* (state: BackorderState, request: BackorderRequest) {
    const numbers = state.delivering
    const { country, orderId } = request
    const taken = yield* Effect.forEach(numbers, (e164) => take(e164, state, request), { concurrency: 8 }).pipe(
      Effect.provide(context)
    )
    const failed = taken.flatMap(Option.toArray)
    const ours = numbers.filter((e164) => !failed.some((each) => each.e164 === e164))
    const arrived =
      ours.length === 0 ? nothingDelivered : yield* fulfilment.deliver({ orderId, country, numbers: ours })
    const delivery = { ...arrived, addFailed: [...failed, ...arrived.addFailed] }
    const before = state.delivered.length
    const marker = markers.delivery(backorderId, before)
    const facts = { ...factsOf(state, request), received: before + numbers.length }
    const body = backorderDeliveryText(facts, numbers, delivery, marker)
    yield* desk.post({ ticketId: orderId, marker, body, forCustomer: true })
    yield* record(orderId, `delivered:${before}`, { _tag: "BackorderDelivered", backorderId, delivery })
  })

  /**
   * Tells the order that the back-order is over; a word on the ticket unless all has come. What the vendor never took is
   * no back-order in the eyes of either: the order's own answer tells of it.
   */
  const end = Effect.fn("Backorder.end")(function* (state: BackorderState, request: BackorderRequest, outcome: string) {
    const { orderId } = request
    if (isUnplaced(state)) return
    if (state.received.length < request.quantity) {
      const marker = markers.end(backorderId)
      const body = backorderEndText(factsOf(state, request), outcome, marker)
      yield* desk.post({ ticketId: orderId, marker, body, forCustomer: true })
    }
    yield* record(orderId, "ended", { _tag: "BackorderEnded", backorderId, outcome })
  })

  const noteStatus = (state: BackorderState, request: BackorderRequest, nextCheckAtMillis: number) => {
    const marker = markers.status(backorderId, state.notes + 1)
    const body = backorderStatusText(
      {
        ...factsOf(state, request),
        status: state.status,
        dueAt: state.desiredDueAt,
        nextCheckAt: new Date(nextCheckAtMillis).toISOString()
      },
      marker
    )
    return desk.post({ ticketId: request.orderId, marker, body, forCustomer: false })
  }

  return { deliver, end, noteStatus }
})
