import { Cause, Clock, Config, Effect, FiberSet, Layer, Metric, Schedule, Schema } from "effect"
import type { Socket } from "node:net"
import { connect } from "node:net"
import { detectAnswer } from "./SwitchAnswers.ts"
import { makeNetstringReader, netstring } from "./Netstrings.ts"
import { SwitchDesk } from "./SwitchDesk.ts"

/** A proxy that does not read its answers any more: the connection is made anew. */
const maxUnreadBytes = 4 * 1024 * 1024

const connectTimeoutMillis = 5_000

/** Silence after which the network is asked whether the proxy is still there. */
const keepAliveMillis = 10_000

const betweenTries = Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("2 seconds")]).pipe(
  Schedule.jittered
)

/** A connection that held for so long was no failure: the next try comes at once, and those after it soon again. */
const steadyMillis = 2_000

const connections = Metric.gauge("tandem_evapi_connections", {
  description: "Kamailio proxies this node is connected to"
})

const listOf = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")

const isAddress = (text: string): boolean => {
  const port = /^(?:\[[0-9a-f:.]+\]|[^\s:[\]]+):([0-9]{1,5})$/i.exec(text)?.[1]
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536
}

const Addresses = Schema.String.pipe(
  Schema.check(
    Schema.makeFilter((text: string) =>
      listOf(text).every(isAddress) ? undefined : "must be addresses such as 192.0.2.1:8448, with commas between them"
    )
  )
)

const addresses = Config.schema(Addresses, "FRAUD_EVAPI_ADDRESSES").pipe(Config.withDefault(""), Config.map(listOf))

interface Frame {
  readonly type: string
  /** Given back as it came. */
  readonly id: string | number
  readonly body: unknown
}

const frameOf = (text: string): Frame | undefined => {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== "object" || body === null || !("type" in body) || !("id" in body)) return undefined
    const { id, type } = body
    return typeof id === "string" || typeof id === "number" ? { type: String(type), id, body } : undefined
  } catch {
    return undefined
  }
}

/** Writes what is said to a proxy. What is said while its frames are read goes out in one write. */
const makeVoice = (socket: Socket) => {
  let gathered: string | undefined
  const write = (frames: string): void => {
    if (socket.writableLength > maxUnreadBytes) socket.destroy(new Error("the proxy does not read its answers"))
    else if (socket.writable) socket.write(frames)
  }
  return {
    say: (value: unknown): void => {
      const frame = netstring(JSON.stringify(value))
      if (gathered === undefined) write(frame)
      else gathered += frame
    },
    whileGathering: (read: () => void): void => {
      gathered = ""
      try {
        read()
      } finally {
        const frames = gathered
        gathered = undefined
        if (frames !== "") write(frames)
      }
    }
  }
}

type Say = ReturnType<typeof makeVoice>["say"]

const makeTalk = Effect.gen(function* () {
  const desk = yield* SwitchDesk
  const run = yield* FiberSet.makeRuntime<never, void, never>()

  const ask = (body: unknown, answer: (value: object) => void): void => {
    try {
      desk.ask(body, (asked) =>
        answer(
          asked.ok ? detectAnswer(asked.call, asked.screened) : { error: "VALIDATION_ERROR", details: asked.problems }
        )
      )
    } catch (defect) {
      run(Effect.logError("a call could not be screened; the proxy lets it pass", Cause.die(defect)))
      answer({ error: "SERVICE_UNAVAILABLE", details: [] })
    }
  }

  return (say: Say, text: string): void => {
    const frame = frameOf(text)
    if (frame === undefined) return
    const { body, id, type } = frame
    if (type === "ping") return say({ type: "pong", id })
    if (type === "detect") return ask(body, (answer) => say({ id, ...answer }))
    if (type !== "cdr") return
    // What cannot be understood now never will be: the proxy is told so, and does not send it again.
    run(
      desk.end([body]).pipe(
        Effect.map(([receipt]) => say({ type: "cdr_ack", id, status: receipt?.status ?? "refused" })),
        Effect.catchCause((cause) => Effect.logWarning("a CDR could not be kept; the proxy sends it again", cause))
      )
    )
  }
})

const dial = (address: string) =>
  Effect.callback<Socket, Error>((resume) => {
    const at = address.lastIndexOf(":")
    const host = address.slice(0, at).replace(/^\[|\]$/g, "")
    const port = Number(address.slice(at + 1))
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMillis })
    socket.once("connect", () => resume(Effect.succeed(socket)))
    socket.once("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeout(connectTimeoutMillis))

/** Talks until the connection breaks. */
const converse = (socket: Socket, talk: (say: Say, text: string) => void) =>
  Effect.callback<never, Error>((resume) => {
    const read = makeNetstringReader()
    const { say, whileGathering } = makeVoice(socket)
    let reason = new Error("the proxy closed the connection")
    socket.on("data", (chunk) => {
      try {
        whileGathering(() => {
          for (const text of read(chunk)) talk(say, text)
        })
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on("error", (error) => (reason = error))
    socket.once("close", () => resume(Effect.fail(reason)))
  })

/** Fails when it breaks soon. */
const talkUntilBroken = Effect.fnUntraced(function* (socket: Socket, talk: (say: Say, text: string) => void) {
  const since = yield* Clock.currentTimeMillis
  yield* converse(socket, talk).pipe(
    Effect.catch((error) =>
      Effect.gen(function* () {
        yield* Effect.logWarning("the connection to a proxy broke", error)
        if ((yield* Clock.currentTimeMillis) - since < steadyMillis) yield* Effect.fail(error)
      })
    )
  )
})

/**
 * The shortest way from a Kamailio: its evapi module listens, this node connects and stays connected, and questions and
 * answers are netstrings of JSON. `FRAUD_EVAPI_ADDRESSES` names the proxies.
 */
export const EvapiLive = Layer.effectDiscard(
  Effect.gen(function* () {
    const talk = yield* makeTalk
    let open = 0
    const count = (change: number) => Effect.suspend(() => Metric.update(connections, (open += change)))
    const connection = (address: string) =>
      Effect.acquireRelease(
        Effect.tap(dial(address), () => count(1)),
        (socket) =>
          Effect.andThen(
            Effect.sync(() => socket.destroy()),
            count(-1)
          ),
        { interruptible: true }
      ).pipe(
        Effect.tapError((error) => Effect.logDebug("no proxy yet", error)),
        Effect.flatMap((socket) => talkUntilBroken(socket, talk)),
        Effect.scoped,
        Effect.annotateLogs({ address })
      )
    const { isAwake } = yield* SwitchDesk
    // A proxy takes a connected node for one that answers at once.
    const awake = Effect.sync(isAwake).pipe(Effect.repeat({ until: Boolean, schedule: Schedule.spaced("50 millis") }))
    for (const address of yield* addresses) {
      yield* awake.pipe(
        Effect.andThen(connection(address)),
        Effect.retry(betweenTries),
        Effect.ignore,
        Effect.forever,
        Effect.forkScoped
      )
    }
  })
)
