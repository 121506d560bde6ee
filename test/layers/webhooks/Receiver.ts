import { Effect } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import { createServer } from "node:http"

/** One message as it came over the wire. */
export interface Message {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Reply {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An HTTP server on this machine that keeps what it is sent, and answers what `reply` says to the `n`th message, from 0. */
export const makeReceiver = (reply: (n: number) => Reply | "silence") =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{
          readonly url: string
          readonly messages: ReadonlyArray<Message>
          readonly close: () => void
        }>((resolve) => {
          const messages: Array<Message> = []
          const server = createServer((request, response) => {
            const chunks: Array<Uint8Array> = []
            request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
            request.on("end", () => {
              const answer = reply(messages.length)
              messages.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") })
              if (answer === "silence") return
              response.writeHead(answer.status, answer.headers)
              response.end(answer.body ?? "")
            })
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            const close = () => {
              server.closeAllConnections()
              server.close()
            }
            resolve({ url: `http://127.0.0.1:${port}/hook`, messages, close })
          })
        })
    ),
    (receiver) => Effect.sync(receiver.close)
  )
