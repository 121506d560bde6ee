import { Effect, Option, Queue, Result } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { OrderEvent, OrderState, Ticket } from "../domain/orders/Order.ts"
import {
  decideReceive,
  decideRecord,
  decideReplay,
  isUnderWay,
  maxDescriptionLength,
  maxSubjectLength,
  OrderUnknown
} from "../domain/orders/Order.ts"
import { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./Order.ts"
import { orderHistory } from "./OrderHistory.ts"
import { parkingPoison, supervised } from "./Supervision.ts"
import { OrderNumbers } from "./workflows/OrderNumbers.ts"

// Postgres keeps neither NUL nor half a surrogate pair in text.
const clean = (text: string, maxLength: number) => text.replaceAll("\u0000", "").slice(0, maxLength).toWellFormed()

const cleanTicket = (ticket: Ticket): Ticket => ({
  ticketId: ticket.ticketId,
  subject: clean(ticket.subject, maxSubjectLength),
  description: clean(ticket.description, maxDescriptionLength)
})

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const order = yield* makeAggregate(orderHistory, entityId)
  const nudges = yield* Queue.sliding<string | null>(1)

  /** Starts the workflow of the present generation, or resumes it; the workflow's key makes a second start nothing. */
  const tend = Effect.fnUntraced(function* (requestId: string | null) {
    const state = yield* order.state
    if (!isUnderWay(state) || state.ticket === null) return
    yield* OrderNumbers.execute({ ticket: state.ticket, generation: state.generation, requestId }, { discard: true })
    yield* order.execute({
      name: "tended",
      payload: null,
      success: Contract.Wake.successSchema,
      error: Contract.Get.errorSchema,
      // Nothing new: the timer moves on.
      decide: () => Result.succeed([]),
      reply: () => undefined
    })
  })

  yield* supervised(
    `Order/${entityId}`,
    Queue.take(nudges).pipe(
      Effect.flatMap((requestId) =>
        tend(requestId).pipe(
          Effect.catch((error) =>
            Effect.logWarning("the order could not be looked after; its timer tries again", error)
          )
        )
      ),
      Effect.forever
    )
  )

  const receive = Effect.fnUntraced(function* (payload: typeof Contract.Receive.payloadSchema.Type) {
    const reply = yield* order.execute({
      name: "Receive",
      key: payload.commandKey,
      payload: { ticket: payload.ticket },
      success: Contract.Receive.successSchema,
      error: Contract.Receive.errorSchema,
      decide: (state) => decideReceive(state, cleanTicket(payload.ticket)),
      reply: (state, events) => ({ status: state.status, first: events.length > 0 })
    })
    const span = yield* Effect.option(Effect.currentParentSpan)
    yield* Queue.offer(nudges, Option.match(span, { onNone: () => payload.requestId, onSome: (each) => each.traceId }))
    return reply
  })

  const replay = Effect.fnUntraced(function* (payload: typeof Contract.Replay.payloadSchema.Type) {
    const state = yield* order.execute({
      name: "Replay",
      key: payload.commandKey,
      payload,
      success: Contract.Replay.successSchema,
      error: Contract.Replay.errorSchema,
      decide: (now) => decideReplay(now, cleanTicket(payload.ticket), payload.by),
      reply: (now: OrderState) => now
    })
    yield* Queue.offer(nudges, null)
    return state
  })

  const record = (payload: { readonly commandKey: string; readonly event: OrderEvent }) =>
    order.execute({
      name: "Record",
      key: payload.commandKey,
      // What a step reports after a crash may differ in detail; the first report stands.
      payload: payload.event._tag,
      success: Contract.Record.successSchema,
      error: Contract.Record.errorSchema,
      decide: (state) => decideRecord(state, payload.event),
      reply: () => undefined
    })

  const guarded = <A, E, R>(name: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "Order", entityId, command: name }, payload, run)

  return Contract.Order.of({
    Receive: ({ payload }) => guarded("Receive", payload, receive(payload)),
    Replay: ({ payload }) => guarded("Replay", payload, replay(payload)),
    Record: ({ payload }) => guarded("Record", payload, record(payload)),
    Get: () =>
      order.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new OrderUnknown({ orderId: entityId })
        ),
        Rpc.fork
      ),
    Wake: () => Effect.asVoid(Queue.offer(nudges, null))
  })
})

/** Most commands that one order lets wait. */
const mailboxCapacity = 1_024

export const OrderLive = Contract.Order.toLayer(behaviour, { maxIdleTime: "2 minutes", mailboxCapacity })
