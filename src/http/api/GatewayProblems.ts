import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class GatewayUnknown extends HttpApiError.Problem<GatewayUnknown>()(
  "GatewayUnknown",
  { type: "urn:tandem:problem:gateway-unknown", status: 404, title: "No such gateway" },
  { gatewayId: Schema.String }
) {}

export class GatewayConflict extends HttpApiError.Problem<GatewayConflict>()(
  "GatewayConflict",
  { type: "urn:tandem:problem:gateway-conflict", status: 409, title: "Another gateway has this already" },
  { gatewayId: Schema.String }
) {}

export class GatewayStatusRefused extends HttpApiError.Problem<GatewayStatusRefused>()(
  "GatewayStatusRefused",
  { type: "urn:tandem:problem:gateway-status-refused", status: 409, title: "The gateway's status does not allow this" },
  { gatewayId: Schema.String, gatewayStatus: Schema.String, command: Schema.String }
) {}

export class GatewayExpiryRefused extends HttpApiError.Problem<GatewayExpiryRefused>()(
  "GatewayExpiryRefused",
  { type: "urn:tandem:problem:gateway-expiry-refused", status: 400, title: "The expiry has passed already" },
  { gatewayId: Schema.String, expiresAt: Schema.String }
) {}
