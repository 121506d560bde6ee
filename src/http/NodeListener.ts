import { Effect } from "effect"
import { HttpServerError } from "effect/http"
import type { Server } from "node:http"
import type { Server as SecureServer } from "node:https"

/** How long requests under way have when a port closes. */
const drainMillis = 2_000

/** Ends when the server listens; fails when the address is taken or not ours. */
export const listening = (server: Server | SecureServer, host: string, port: number) =>
  Effect.callback<void, HttpServerError.ServeError>((resume) => {
    server.once("error", (cause) => resume(Effect.fail(new HttpServerError.ServeError({ cause }))))
    server.listen(port, host, () => resume(Effect.void))
  })

/** Takes no more connections, waits a while for requests under way, and cuts what is open then. */
export const closed = (server: Server | SecureServer) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeIdleConnections()
  }).pipe(Effect.timeoutOption(drainMillis), Effect.andThen(Effect.sync(() => server.closeAllConnections())))

/** Where this machine reaches a server that listens; an address that means all of them is reached by the loopback one. */
export const urlOf = (
  scheme: "http" | "https",
  server: Server | SecureServer,
  { host, port }: { readonly host: string; readonly port: number }
): string => {
  const address = server.address()
  const at = typeof address === "object" && address !== null ? address.port : port
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
  return `${scheme}://${name.includes(":") ? `[${name}]` : name}:${at}`
}
