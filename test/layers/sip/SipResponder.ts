import { Effect } from "effect"
import { createSocket } from "node:dgram"
import { createServer, type Socket } from "node:net"

/** How a responder answers the n-th request (from 1); undefined: not at all. */
export type Answer = (request: string, n: number) => ReadonlyArray<string> | undefined

/** A response that copies what RFC 3261 §8.2.6 says it must. */
export const response = (
  request: string,
  status: string,
  change: (text: string) => string = (text) => text
): string => {
  const copied = request.split("\r\n").filter((line) => /^(via|from|to|call-id|cseq):/i.test(line))
  return change([`SIP/2.0 ${status}`, ...copied, "Content-Length: 0", "", ""].join("\r\n"))
}

interface Responder {
  readonly port: number
  readonly requests: Array<string>
}

export const udp = (answer: Answer) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Responder & { readonly close: () => void }>((resume) => {
        const socket = createSocket("udp4")
        const requests: Array<string> = []
        socket.on("message", (message, { address, port }) => {
          requests.push(message.toString())
          for (const text of answer(message.toString(), requests.length) ?? []) socket.send(text, port, address)
        })
        socket.bind(0, "127.0.0.1", () =>
          resume(Effect.succeed({ port: socket.address().port, requests, close: () => socket.close() }))
        )
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ port, requests }): Responder => ({ port, requests })
  )

export const tcp = (answer: (request: string, socket: Socket) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
        const sockets = new Set<Socket>()
        const server = createServer((socket) => {
          sockets.add(socket)
          socket.on("error", () => undefined)
          socket.on("data", (data) => answer(data.toString(), socket))
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const close = () => {
            for (const socket of sockets) socket.destroy()
            server.close()
          }
          resume(Effect.succeed({ port: typeof address === "object" && address ? address.port : 0, close }))
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ port }) => port
  )
