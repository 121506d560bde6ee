import { Argument, Flag } from "effect/cli"
import { GatewayId } from "../../../domain/gateways/GatewayConfig.ts"
import { output } from "../../Output.ts"
import { headers } from "../../RequestFlags.ts"

const gatewayId = Argument.String("gateway-id").pipe(
  Argument.withDescription("The gateway's id, such as los-1"),
  Argument.withSchema(GatewayId)
)

/** What a question about one gateway takes, and a command to it. */
export const question = { output, gatewayId }
export const command = { ...question, headers }

/** One of a few words, or none. */
export const choice = <const Words extends ReadonlyArray<string>>(
  name: string,
  { literals }: { readonly literals: Words },
  description: string
) => Flag.Literals(name, literals).pipe(Flag.withDescription(description), Flag.optional)
