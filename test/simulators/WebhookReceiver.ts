import { Effect, type Scope } from "effect"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  // oxlint-disable-next-line no-explicit-any
  readonly json: any
}

export interface WebhookReceiver {
  readonly url: string
  readonly received: ReadonlyArray<Received>
  /** Waits until so many have come. */
  readonly count: (wanted: number) => Effect.Effect<ReadonlyArray<Received>>
}

/** A server that keeps what is posted to it, and answers the statuses one after the other, then 200. */
export const webhookReceiver = (
  statuses: ReadonlyArray<number> = []
): Effect.Effect<WebhookReceiver, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<{ readonly close: () => void } & WebhookReceiver>((resume) => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk) => (body += chunk))
        request.on("end", () => {
          response.writeHead(statuses[received.length] ?? 200).end()
          received.push({ headers: request.headers, body, json: JSON.parse(body) })
        })
      })
      const isReached = (wanted: number) => Effect.sync(() => received.length >= wanted)
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const count = (wanted: number) =>
          Effect.sleep(10).pipe(
            Effect.andThen(isReached(wanted)),
            Effect.repeat({ until: (reached) => reached }),
            Effect.as(received)
          )
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}/hook`,
            received,
            count,
            close: () => {
              server.closeAllConnections()
              server.close()
            }
          })
        )
      })
    }),
    (server) => Effect.sync(server.close)
  )
