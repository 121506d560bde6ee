import { Effect } from "effect"
import type { BackorderRequest, BackorderState } from "../domain/backorders/Backorder.ts"
import { undelivered } from "../domain/backorders/Backorder.ts"
import {
  backorderDeliveryText,
  backorderEndText,
  backorderStatusText,
  markers,
  placeName
} from "../domain/orders/TicketReply.ts"
import type { OrderEvent } from "../domain/orders/Order.ts"
import { callEntity } from "./EntityCalls.ts"
import { Fulfilment, stepFailed } from "./Fulfilment.ts"
import { Order } from "./Order.ts"
import { PhoneNumber } from "./PhoneNumber.ts"
import { TicketDesk } from "./TicketDesk.ts"

const factsOf = (state: BackorderState, request: BackorderRequest) => ({
  vendorOrderId: state.vendorOrderId,
  place: placeName(request.locality),
  quantity: request.quantity,
  received: state.received.length
})

/** What a back-order tells its ticket and does with the numbers that arrived: each is safe to do again. */
export const makeBackorderDelivery = Effect.fnUntraced(function* (backorderId: string) {
  const fulfilment = yield* Fulfilment
  const desk = yield* TicketDesk
  const numberOf = yield* PhoneNumber.client
  const orderOf = yield* Order.client

  const record = (orderId: string, key: string, event: OrderEvent) =>
    callEntity(orderOf(orderId).Record({ commandKey: `backorder:${backorderId}:${key}`, event })).pipe(
      Effect.mapError(stepFailed)
    )

  /** Carries the numbers that arrived into the inventory, blocks them and tells the ticket. Returns them. */
  const deliver = Effect.fn("Backorder.deliver")(function* (state: BackorderState, request: BackorderRequest) {
    const numbers = undelivered(state)
    const { vendorOrderId } = state
    const { country, line, orderId } = request
    const hold = { orderId, line, vendor: "inteliquent" as const, country, backorderId }
    yield* Effect.forEach(
      numbers,
      (e164) =>
        callEntity(numberOf(e164).RecordOrdered({ commandKey: `backorder:${backorderId}`, hold, vendorOrderId })).pipe(
          Effect.mapError(stepFailed)
        ),
      { concurrency: 8, discard: true }
    )
    const delivery = yield* fulfilment.deliver({ orderId, country, numbers })
    const marker = markers.delivery(backorderId, state.delivered.length)
    const body = backorderDeliveryText(factsOf(state, request), numbers, delivery, marker)
    yield* desk.post({ ticketId: orderId, marker, body, forCustomer: true })
    yield* record(orderId, `delivered:${state.delivered.length}`, { _tag: "BackorderDelivered", backorderId, delivery })
    return numbers
  })

  /** Tells the order that the back-order is over; a word on the ticket unless all has come. */
  const end = Effect.fn("Backorder.end")(function* (state: BackorderState, request: BackorderRequest, outcome: string) {
    const { orderId } = request
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
