import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { BackorderState, BackorderStatus } from "../../domain/backorders/Backorder.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { BackorderActionRefused, BackorderStatusRefused, BackorderUnknown } from "./DomainProblems.ts"
import { BackorderId, idempotent, OrderId, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { BackorderView } from "./Views.ts"

const params = { backorderId: BackorderId }
const error = [BackorderUnknown, BackorderStatusRefused, BackorderActionRefused, ...commandProblems] as const

export class BackordersApi extends HttpApiGroup.make("backorders")
  .add(
    HttpApiEndpoint.get("list", "/backorders", {
      query: { ...paging, status: Schema.optionalKey(BackorderStatus), orderId: Schema.optionalKey(OrderId) },
      success: pageOf(BackorderView),
      error: InvalidCursor
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Back-orders, newest first"),
    HttpApiEndpoint.get("get", "/backorders/:backorderId", { params, success: BackorderView, error: BackorderUnknown })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "One back-order"),
    HttpApiEndpoint.post("checkNow", "/backorders/:backorderId/check-now", {
      params,
      headers: idempotent,
      success: BackorderState,
      error
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Look at the vendor's order now"),
    HttpApiEndpoint.post("cancel", "/backorders/:backorderId/cancel", {
      params,
      headers: idempotent,
      payload: Schema.Struct({ reason: Reason }),
      success: BackorderState,
      error
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Cancel at the vendor")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Numbers that no vendor had; each back-order looks after itself until it is filled."
  ) {}
