import { Effect, Option } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { OrderEvent, OrderState, Ticket } from "../domain/orders/Order.ts"
import {
  decideReceive,
  decideRecord,
  decideReplay,
  maxDescriptionLength,
  maxSubjectLength,
  OrderUnknown
} from "../domain/orders/Order.ts"
import type { Command } from "./Aggregate.ts"
import { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./Order.ts"
import { orderHistory } from "./OrderHistory.ts"
import { tending } from "./OrderTending.ts"
import { parkingPoison } from "./Supervision.ts"

// Postgres keeps neither NUL nor half a surrogate pair in text.
const clean = (text: string, maxLength: number) => text.replaceAll("\u0000", "").slice(0, maxLength).toWellFormed()

const cleanTicket = (ticket: Ticket): Ticket => ({
  ticketId: ticket.ticketId,
  subject: clean(ticket.subject, maxSubjectLength),
  description: clean(ticket.description, maxDescriptionLength)
})

type OrderCommand<Reply, Refusal> = Command<OrderState, OrderEvent, Reply, Refusal>

const receiving = (payload: typeof Contract.Receive.payloadSchema.Type) =>
  ({
    name: "Receive",
    key: payload.commandKey,
    payload: { ticket: payload.ticket },
    success: Contract.Receive.successSchema,
    error: Contract.Receive.errorSchema,
    decide: (state) => decideReceive(state, cleanTicket(payload.ticket)),
    reply: (state, events) => ({ status: state.status, first: events.length > 0 })
  }) satisfies OrderCommand<typeof Contract.Receive.successSchema.Type, typeof Contract.Receive.errorSchema.Type>

const replaying = (payload: typeof Contract.Replay.payloadSchema.Type) =>
  ({
    name: "Replay",
    key: payload.commandKey,
    payload,
    success: Contract.Replay.successSchema,
    error: Contract.Replay.errorSchema,
    decide: (state) => decideReplay(state, cleanTicket(payload.ticket), payload.by),
    reply: (state) => state
  }) satisfies OrderCommand<OrderState, typeof Contract.Replay.errorSchema.Type>

const recording = (payload: typeof Contract.Record.payloadSchema.Type) =>
  ({
    name: "Record",
    key: payload.commandKey,
    // What a step reports after a crash may differ in detail; the first report stands.
    payload: payload.event._tag,
    success: Contract.Record.successSchema,
    error: Contract.Record.errorSchema,
    decide: (state) => decideRecord(state, payload.event),
    reply: () => undefined
  }) satisfies OrderCommand<void, typeof Contract.Record.errorSchema.Type>

const traceId = Effect.map(
  Effect.option(Effect.currentParentSpan),
  Option.match({ onNone: () => null, onSome: (span) => span.traceId })
)

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const order = yield* makeAggregate(orderHistory, entityId)
  const nudge = yield* tending(order, entityId)

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "Order", entityId, command }, payload, run)

  return Contract.Order.of({
    Receive: ({ payload }) =>
      guarded("Receive", payload, order.execute(receiving(payload))).pipe(
        Effect.tap(() => Effect.flatMap(traceId, (id) => nudge(id ?? payload.requestId)))
      ),
    Replay: ({ payload }) =>
      guarded("Replay", payload, order.execute(replaying(payload))).pipe(
        Effect.tap(() => Effect.flatMap(traceId, nudge))
      ),
    Record: ({ payload }) => guarded("Record", payload, order.execute(recording(payload))),
    Get: () =>
      order.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new OrderUnknown({ orderId: entityId })
        ),
        Rpc.fork
      ),
    Wake: () => nudge(null)
  })
})

/** Most commands that one order lets wait. */
const mailboxCapacity = 1_024

export const OrderLive = Contract.Order.toLayer(behaviour, { maxIdleTime: "2 minutes", mailboxCapacity })
