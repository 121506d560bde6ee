import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { OrderStatus } from "../../domain/orders/Order.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { OrderUnknown } from "./DomainProblems.ts"
import { OrderId, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { OrderView } from "./Views.ts"

export class OrdersApi extends HttpApiGroup.make("orders")
  .add(
    HttpApiEndpoint.get("list", "/orders", {
      query: { ...paging, status: Schema.optionalKey(OrderStatus) },
      success: pageOf(OrderView),
      error: InvalidCursor
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Orders, newest first"),
    HttpApiEndpoint.get("get", "/orders/:orderId", {
      params: { orderId: OrderId },
      success: OrderView,
      error: OrderUnknown
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "One order")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "One order for each ticket that asked for numbers; its id is the ticket's id.") {}
