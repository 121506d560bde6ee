import type { Schema } from "effect"
import { Effect, Record } from "effect"
import { Command, Flag } from "effect/cli"
import { GatewayConfig, GatewayId } from "../../../domain/gateways/GatewayConfig.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne } from "../../Output.ts"
import { given, headers } from "../../RequestFlags.ts"
import { choice, command } from "./GatewayFlags.ts"

const { fields } = GatewayConfig

const text = (name: string, schema: Schema.Codec<string, string>, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withSchema(schema))

const number = (name: string, schema: Schema.Codec<number, number>, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.withSchema(schema), Flag.optional)

const identity = {
  name: text("name", fields.name, "What the gateway is called, 3 to 100 characters"),
  code: text("code", fields.code, "The operator's short name of it; no two gateways have the same"),
  ipAddress: text("ip-address", fields.ipAddress, "IPv4 or IPv6 address"),
  carrierName: text("carrier-name", fields.carrierName, "Whose gateway it is")
}

const details = {
  port: number("port", fields.port, "SIP port; 5060, or 5061 for TLS"),
  protocol: choice("protocol", fields.protocol, "How SIP is carried"),
  carrierId: text("carrier-id", fields.carrierId, "The carrier's id").pipe(Flag.optional),
  carrierType: choice("carrier-type", fields.carrierType, "What kind of carrier"),
  countryCode: text("country-code", fields.countryCode, "ISO 3166 code of the carrier's country").pipe(Flag.optional),
  region: text("region", fields.region, "Region of the operator's own naming").pipe(Flag.optional),
  gatewayType: choice("type", fields.gatewayType, "Where its calls come from and go to"),
  direction: choice("direction", fields.direction, "Which way calls go, as we see it"),
  sourceGroup: number("source-group", fields.sourceGroup, "The switch's group of sources; 0: any"),
  dispatcherSet: number("dispatcher-set", fields.dispatcherSet, "The proxy's set of destinations; 0: none"),
  weight: number("weight", fields.weight, "Share of the set's calls, 0 to 100"),
  priority: number("priority", fields.priority, "Higher ones are tried first"),
  fraudThreshold: Flag.Finite("fraud-threshold").pipe(
    Flag.withDescription("Share of fraudulent calls, 0 to 1, that the rules look for"),
    Flag.withSchema(fields.fraudThreshold),
    Flag.optional
  ),
  cpmLimit: number("cpm-limit", fields.cpmLimit, "Calls a minute that the rules look for"),
  acdThresholdSeconds: number("acd-threshold-seconds", fields.acdThresholdSeconds, "Shortest usual call; 0: any"),
  maxConcurrentCalls: number("max-concurrent-calls", fields.maxConcurrentCalls, "Calls at once"),
  maxCallsPerSecond: number("max-calls-per-second", fields.maxCallsPerSecond, "New calls a second")
}

export const create = Command.make(
  "create",
  {
    output,
    headers,
    gatewayId: Flag.String("id").pipe(
      Flag.withDescription("The gateway's id; its code becomes one otherwise"),
      Flag.withSchema(GatewayId),
      Flag.optional
    ),
    activate: Flag.Boolean("activate").pipe(Flag.withDescription("Put it into service at once")),
    ...identity,
    ...details
  },
  Effect.fnUntraced(function* ({ activate, carrierName, code, gatewayId, headers, ipAddress, name, output, ...rest }) {
    const payload = { activate, carrierName, code, ipAddress, name, ...given({ gatewayId, ...rest }) }
    yield* printOne(output, yield* withApi((api) => api.gateways.create({ headers, payload })))
  })
).pipe(
  Command.withDescription("Add a gateway"),
  Command.withExamples([
    {
      command:
        "tandem gateways create --code LOS-1 --name 'Lagos 1' --ip-address 192.0.2.1 --carrier-name 'Example Telecom' --activate",
      description: "In service as los-1"
    }
  ])
)

export const update = Command.make(
  "update",
  { ...command, ...Record.map(identity, Flag.optional), ...details },
  Effect.fnUntraced(function* ({ gatewayId, headers, output, ...patch }) {
    const request = { params: { gatewayId }, headers, payload: given(patch) }
    yield* printOne(output, yield* withApi((api) => api.gateways.update(request)))
  })
).pipe(
  Command.withDescription("Change what is said of a gateway"),
  Command.withExamples([{ command: "tandem gateways update los-1 --cpm-limit 200", description: "Expect more calls" }])
)
