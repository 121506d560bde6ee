import { evolveOrder, isUnderWay, OrderEvent, unknownOrder } from "../domain/orders/Order.ts"
import type { OrderState } from "../domain/orders/Order.ts"
import type { Definition } from "./Aggregate.ts"

/** How often an order under way makes sure that its workflow runs. */
const lookAfterMillis = 30_000

const requested = (state: OrderState) =>
  state.analysis?._tag === "NumbersRequested" ? state.analysis.lines.reduce((sum, line) => sum + line.quantity, 0) : 0

export const orderHistory: Definition<OrderState, OrderEvent> = {
  entityType: "Order",
  initial: unknownOrder,
  evolve: evolveOrder,
  event: OrderEvent,
  row: (state) =>
    state.status === "unknown"
      ? undefined
      : {
          table: "orders",
          row: {
            order_id: state.orderId,
            status: state.status,
            subject: state.ticket?.subject ?? "",
            generation: state.generation,
            detail: state.detail,
            requested: requested(state),
            ordered: state.ordered.length,
            added: state.added.length,
            blocked: state.blocked.length,
            backordered: state.backorders.filter((each) => each.open).reduce((sum, each) => sum + each.quantity, 0)
          }
        },
  wakeAtMillis: (state, nowMillis) => (isUnderWay(state) ? nowMillis + lookAfterMillis : null)
}
