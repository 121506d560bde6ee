import { NodeHttpServer } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { HttpMiddleware, HttpRouter, HttpServer } from "effect/http"
import { createServer, type Server } from "node:http"
import { addControl } from "./control/ControlRoutes.ts"
import { makeSandboxControl, type SandboxControl } from "./control/SandboxControl.ts"
import { makeSandboxCore, type SandboxOptions } from "./SandboxCore.ts"
import type { SandboxCredentials } from "./SandboxCredentials.ts"
import { addVendor } from "./wire/VendorDoor.ts"

/** Where each vendor answers; what a client takes for its base URL. */
export interface SandboxUrls {
  /** Stands for `https://api.plivo.com`. */
  readonly plivo: string
  /** Stands for `https://services.inteliquent.com/Services/2.0.0`. */
  readonly inteliquent: string
  readonly inteliquentToken: string
  /** Stands for `https://{subdomain}.zendesk.com`. */
  readonly zendesk: string
  readonly mcp: string
  /** Stands for `https://api.openai.com/v1`. */
  readonly openai: string
  /** Where messages end. */
  readonly sink: string
}

const urlsBelow = (baseUrl: string): SandboxUrls => ({
  plivo: `${baseUrl}/plivo`,
  inteliquent: `${baseUrl}/inteliquent/Services/2.0.0`,
  inteliquentToken: `${baseUrl}/inteliquent/oauth2/token`,
  zendesk: `${baseUrl}/zendesk`,
  mcp: `${baseUrl}/mcp`,
  openai: `${baseUrl}/openai/v1`,
  sink: `${baseUrl}/sandbox/sink`
})

const serve = Effect.fnUntraced(function* (options: SandboxOptions, server: Server) {
  const core = yield* makeSandboxCore(options)
  const control = makeSandboxControl(core)
  const router = yield* HttpRouter.make
  yield* Effect.forEach(core.vendors, (vendor) => addVendor(router, core, vendor), { discard: true })
  yield* addControl(router, control)
  yield* HttpServer.serveEffect(router.asHttpEffect(), HttpMiddleware.withLoggerDisabled)
  // A fault may hold a connection open for minutes; the sandbox does not wait for it when it stops.
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  const { address } = yield* HttpServer.HttpServer
  const baseUrl = HttpServer.formatAddress(address)
  return Sandbox.of({ ...control, baseUrl, urls: urlsBelow(baseUrl), credentials: core.credentials })
})

/** Plivo, Inteliquent, Zendesk, the MCP inventory and OpenAI on one HTTP server, with state, faults and a ledger. */
export class Sandbox extends Context.Service<
  Sandbox,
  SandboxControl & {
    readonly baseUrl: string
    readonly urls: SandboxUrls
    readonly credentials: SandboxCredentials
  }
>()("tandem/simulators/Sandbox") {
  static readonly layer = (options: SandboxOptions) =>
    Layer.suspend(() => {
      const server = createServer()
      return Layer.effect(Sandbox, serve(options, server)).pipe(
        Layer.provide(NodeHttpServer.layer(() => server, { host: options.host, port: options.port }))
      )
    })
}
