import { NodeHttpClient } from "@effect/platform-node"
import { Cause, ConfigProvider, Effect, Exit, Layer, References } from "effect"
import { Inteliquent } from "../../../src/layers/vendors/Inteliquent.ts"
import { McpInventory } from "../../../src/layers/vendors/McpInventory.ts"
import { OpenAi } from "../../../src/layers/vendors/OpenAi.ts"
import { Plivo } from "../../../src/layers/vendors/Plivo.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import { VendorError } from "../../../src/layers/vendors/VendorError.ts"
import { Zendesk } from "../../../src/layers/vendors/Zendesk.ts"
import type { SandboxSettingsPatch } from "../../../src/simulators/SandboxSettings.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"

export type Env = Readonly<Record<string, string>>

/** The settings with which a client finds the vendors of a sandbox. */
export const envOf = ({ credentials, urls }: Sandbox["Service"]): Env => ({
  PLIVO_BASE_URL: urls.plivo,
  PLIVO_AUTH_ID: credentials.plivo.authId,
  PLIVO_AUTH_TOKEN: credentials.plivo.authToken,
  INTELIQUENT_BASE_URL: urls.inteliquent,
  INTELIQUENT_TOKEN_URL: urls.inteliquentToken,
  INTELIQUENT_CLIENT_ID: credentials.inteliquent.clientId,
  INTELIQUENT_CLIENT_SECRET: credentials.inteliquent.clientSecret,
  INTELIQUENT_PRIVATE_KEY: credentials.inteliquent.privateKey,
  INTELIQUENT_TRUNK_GROUP: credentials.inteliquent.trunkGroup,
  ZENDESK_BASE_URL: urls.zendesk,
  ZENDESK_EMAIL: credentials.zendesk.email,
  ZENDESK_API_TOKEN: credentials.zendesk.apiToken,
  ZENDESK_REQUESTS_PER_MINUTE: "100000",
  MCP_URL: urls.mcp,
  MCP_USERNAME: credentials.mcp.username,
  MCP_PASSWORD: credentials.mcp.password,
  MCP_USER_EMAIL: "numbers@tandem.test",
  MCP_CARRIER_ID: "77",
  OPENAI_BASE_URL: urls.openai,
  OPENAI_API_KEY: credentials.openai.apiKey
})

const clients = Layer.mergeAll(Plivo.layer, Inteliquent.layer, Zendesk.layer, McpInventory.layer, OpenAi.layer)

export const clientsWith = (env: Env) =>
  clients.pipe(
    Layer.provideMerge(VendorDoor.layer),
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

/** All clients, a door and a fresh sandbox of their own behind them. */
export const withSandbox = (env: Env = {}, settings: SandboxSettingsPatch = {}) =>
  Effect.provide(
    Layer.unwrap(Effect.map(Sandbox, (sandbox) => clientsWith({ ...envOf(sandbox), ...env }))).pipe(
      Layer.provideMerge(Sandbox.layer({ host: "127.0.0.1", port: 0, settings }))
    )
  )

/** Fails the test unless the effect fails with a VendorError. */
export const vendorErrorOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<VendorError, never, R> =>
  Effect.map(Effect.exit(effect), (exit) => {
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : exit.value
    if (!(error instanceof VendorError)) throw new Error(`not a VendorError: ${String(error)}`)
    return error
  })
