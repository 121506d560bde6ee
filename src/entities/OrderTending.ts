import { Effect, Option, Result } from "effect"
import type { OrderEvent, OrderState } from "../domain/orders/Order.ts"
import { isUnderWay } from "../domain/orders/Order.ts"
import { DeadLetters } from "../layers/storage/DeadLetters.ts"
import type { makeAggregate } from "./Aggregate.ts"
import * as Contract from "./Order.ts"
import { tended } from "./Supervision.ts"
import { OrderNumbers } from "./workflows/OrderNumbers.ts"
import { letterOf, parkedDetail } from "./workflows/ParkedRun.ts"

type OrderAggregate = Effect.Success<ReturnType<typeof makeAggregate<OrderState, OrderEvent>>>

/** Appends what the order itself notices; no events: the timer moves on. */
const note = (order: OrderAggregate, events: ReadonlyArray<OrderEvent>) =>
  order.execute({
    name: "note",
    payload: null,
    success: Contract.Wake.successSchema,
    error: Contract.Get.errorSchema,
    decide: (state) => Result.succeed(isUnderWay(state) ? events : []),
    reply: () => undefined
  })

/**
 * Makes sure that the workflow of the present generation runs: started, resumed, or, when it ended without a word to its
 * order, parked. The workflow's key makes a second start nothing.
 */
const tend = Effect.fnUntraced(function* (order: OrderAggregate, requestId: string | null) {
  const state = yield* order.state
  if (!isUnderWay(state) || state.ticket === null) return
  const run = { ticket: state.ticket, generation: state.generation, requestId }
  const ended = yield* OrderNumbers.poll(yield* OrderNumbers.executionId(run))
  if (Option.isSome(ended) && ended.value._tag === "Complete") {
    // The run may have reported its end since the state was read.
    yield* order.forget
    if (!isUnderWay(yield* order.state)) return
    const letters = yield* DeadLetters
    yield* letters.park(letterOf(run, `the run ended without a result: ${String(ended.value.exit)}`))
    yield* note(order, [{ _tag: "OrderFailed", detail: parkedDetail }])
    return
  }
  yield* OrderNumbers.execute(run, { discard: true })
  yield* note(order, [])
})

/** A background fiber that looks after the order whenever it is nudged, with the id of the request that asked for it. */
export const tending = (order: OrderAggregate, entityId: string) =>
  tended(
    `Order/${entityId}`,
    (requestId: string | null) => tend(order, requestId),
    "the order could not be looked after; its timer tries again"
  )
