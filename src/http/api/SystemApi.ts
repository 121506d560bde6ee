import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { VendorView } from "./Views.ts"

export class SystemApi extends HttpApiGroup.make("system")
  .add(
    HttpApiEndpoint.get("vendors", "/vendors", { success: Schema.Struct({ items: Schema.Array(VendorView) }) })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "The circuits of the vendors, as this node sees them")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The state of the plane itself.") {}
