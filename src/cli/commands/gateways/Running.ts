import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Instant } from "../../../http/api/Parameters.ts"
import { withApi } from "../../ApiConnection.ts"
import { printOne } from "../../Output.ts"
import { reason } from "../../RequestFlags.ts"
import { command } from "./GatewayFlags.ts"

const expiresAt = Flag.String("expires-at").pipe(
  Flag.withDescription("When it ends by itself, such as 2030-01-31T12:00:00Z"),
  Flag.withSchema(Instant),
  Flag.optional
)

export const activate = Command.make(
  "activate",
  command,
  Effect.fnUntraced(function* ({ gatewayId, headers, output }) {
    yield* printOne(output, yield* withApi((api) => api.gateways.activate({ params: { gatewayId }, headers })))
  })
).pipe(
  Command.withDescription("Put a gateway into service"),
  Command.withExamples([{ command: "tandem gateways activate los-1", description: "It takes calls and is probed" }])
)

export const deactivate = Command.make(
  "deactivate",
  command,
  Effect.fnUntraced(function* ({ gatewayId, headers, output }) {
    yield* printOne(output, yield* withApi((api) => api.gateways.deactivate({ params: { gatewayId }, headers })))
  })
).pipe(
  Command.withDescription("Take a gateway out of service"),
  Command.withExamples([{ command: "tandem gateways deactivate los-1", description: "It takes no calls" }])
)

const explained = { ...command, reason }
const restriction = { ...explained, expiresAt }

export const suspend = Command.make(
  "suspend",
  restriction,
  Effect.fnUntraced(function* ({ expiresAt, gatewayId, headers, output, reason }) {
    const payload = { reason, expiresAt: Option.getOrNull(expiresAt) }
    yield* printOne(output, yield* withApi((api) => api.gateways.suspend({ params: { gatewayId }, headers, payload })))
  })
).pipe(
  Command.withDescription("Suspend a gateway, for a time or until it is activated"),
  Command.withExamples([
    { command: "tandem gateways suspend los-1 --reason maintenance", description: "Until somebody activates it" }
  ])
)

export const blacklist = Command.make(
  "blacklist",
  restriction,
  Effect.fnUntraced(function* ({ expiresAt, gatewayId, headers, output, reason }) {
    const payload = { reason, expiresAt: Option.getOrNull(expiresAt) }
    yield* printOne(
      output,
      yield* withApi((api) => api.gateways.blacklist({ params: { gatewayId }, headers, payload }))
    )
  })
).pipe(
  Command.withDescription("Blacklist a gateway, for a time or until it is unblacklisted"),
  Command.withExamples([
    { command: "tandem gateways blacklist los-1 --reason 'SIM boxes'", description: "Its calls are refused" }
  ])
)

export const unblacklist = Command.make(
  "unblacklist",
  explained,
  Effect.fnUntraced(function* ({ gatewayId, headers, output, reason }) {
    const request = { params: { gatewayId }, headers, payload: { reason } }
    yield* printOne(output, yield* withApi((api) => api.gateways.unblacklist(request)))
  })
).pipe(
  Command.withDescription("End a blacklisting: the gateway is again what it was before"),
  Command.withExamples([
    { command: "tandem gateways unblacklist los-1 --reason 'carrier has cleaned up'", description: "Trust it again" }
  ])
)

export const remove = Command.make(
  "delete",
  explained,
  Effect.fnUntraced(function* ({ gatewayId, headers, output, reason }) {
    const request = { params: { gatewayId }, headers, query: { reason } }
    yield* printOne(output, yield* withApi((api) => api.gateways.remove(request)))
  })
).pipe(
  Command.withDescription("Delete a gateway; its history stays"),
  Command.withExamples([
    { command: "tandem gateways delete los-1 --reason 'contract ended'", description: "It is gone" }
  ])
)
