import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { OrderState } from "../../domain/orders/Order.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { OrderStatusRefused, OrderUnknown, TicketUnknown } from "./DomainProblems.ts"
import { idempotent, OrderId } from "./Parameters.ts"
import { VendorRefused, VendorUnavailable } from "./ServiceProblems.ts"

export class TicketsApi extends HttpApiGroup.make("tickets")
  .add(
    HttpApiEndpoint.post("replay", "/tickets/:ticketId/replay", {
      params: { ticketId: OrderId },
      headers: idempotent,
      success: OrderState,
      error: [OrderUnknown, OrderStatusRefused, TicketUnknown, VendorRefused, VendorUnavailable, ...commandProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Run an ignored, failed or waiting ticket again, with its text of today")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The help desk's tickets.") {}
