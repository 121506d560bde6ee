import { Argument } from "effect/cli"
import { GatewayId } from "../../../domain/gateways/GatewayConfig.ts"

export const gatewayId = Argument.String("gateway-id").pipe(
  Argument.withDescription("The gateway's id, such as los-1"),
  Argument.withSchema(GatewayId)
)
