import { Effect } from "effect"
import { createServer } from "node:net"

/** The port when it is free on that address, or else a free one; undefined when the address itself cannot be used. */
const bindable = (host: string, port: number) =>
  Effect.callback<number | undefined>((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.succeed(undefined)))
    server.listen(port, host, () => {
      const address = server.address()
      const bound = address !== null && typeof address === "object" ? address.port : undefined
      server.close(() => resume(Effect.succeed(bound)))
    })
    return Effect.sync(() => server.close())
  })

/** `preferred` when nothing listens there, or else a free port of the system's choice. */
export const freePort = (host: string, preferred: number): Effect.Effect<number> =>
  Effect.gen(function* () {
    return (yield* bindable(host, preferred)) ?? (yield* bindable(host, 0)) ?? preferred
  })

export const isFree = (host: string, port: number): Effect.Effect<boolean> =>
  Effect.map(bindable(host, port), (bound) => bound !== undefined)
