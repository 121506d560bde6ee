import { Clock, Config, Context, Deferred, Duration, Effect, Layer, Random, Schema } from "effect"
import { createSocket, type Socket as UdpSocket } from "node:dgram"
import { connect as connectTcp, type Socket as TcpSocket } from "node:net"
import { connect as connectTls } from "node:tls"
import type { SipProtocol } from "../../domain/gateways/GatewayConfig.ts"
import { branchOf, headsOf, maxMessageBytes, optionsText, responseOf } from "./SipMessage.ts"

/** Address or name that we give as our own in the Via, From and Contact of a probe. */
const probeHost = Config.NonEmptyString("SIP_PROBE_HOST").pipe(Config.withDefault("127.0.0.1"))

/** Whether a probe over TLS checks the gateway's certificate. */
const probeTlsVerify = Config.Boolean("SIP_PROBE_TLS_VERIFY").pipe(Config.withDefault(true))

/** An answer must come within this time. */
export const answerTimeout = Duration.seconds(2)

/** Waits between sending the same request again over UDP: T1, then twice as long (RFC 3261 §17.1.2.1). */
const retransmitAfter = [Duration.millis(500), Duration.millis(1_000)]

/** Probes of one node that may wait for an answer at once. */
const maxWaiting = 20_000

/** What says that something answers, but that calls go nowhere: it timed out, or what is behind it is away. */
const deadStatuses = new Set([408, 502, 503, 504])

export interface SipTarget {
  readonly ipAddress: string
  readonly port: number
  readonly protocol: SipProtocol
}

export interface SipAnswer {
  readonly status: number
  readonly roundTripMillis: number
}

/** No answer came in time, none could come, or it says that the gateway takes no calls. */
export class SipSilent extends Schema.TaggedError<SipSilent>()("SipSilent", {
  reason: Schema.Literals(["timeout", "unreachable", "refused", "busy"]),
  detail: Schema.String
}) {}

const unreachable = (error: Error) => new SipSilent({ reason: "unreachable", detail: error.message.slice(0, 200) })

const newToken = Effect.map(Effect.all([Random.nextInt, Random.nextInt, Random.nextInt]), (parts) =>
  parts.map((part) => Math.abs(part).toString(36)).join("")
)

/** One datagram socket a family, for all probes: an answer finds its probe by the branch. */
const makeUdp = Effect.gen(function* () {
  const waiting = new Map<string, Deferred.Deferred<number, SipSilent>>()
  const sockets = new Map<"udp4" | "udp6", UdpSocket>()
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of sockets.values()) socket.close()
    })
  )

  const onMessage = (message: Buffer) => {
    const response = responseOf(message.toString("latin1"))
    if (response === undefined || response.status < 200 || response.method !== "OPTIONS") return
    const answered = waiting.get(response.branch)
    if (answered) Deferred.doneUnsafe(answered, Effect.succeed(response.status))
  }

  const socketFor = (ipAddress: string) =>
    Effect.callback<UdpSocket, SipSilent>((resume) => {
      const family = ipAddress.includes(":") ? "udp6" : "udp4"
      const open = sockets.get(family)
      if (open) return resume(Effect.succeed(open))
      const socket = createSocket({ type: family, recvBufferSize: 1 << 20 })
      socket.on("message", onMessage)
      socket.on("error", (error) => {
        if (sockets.get(family) === socket) sockets.delete(family)
        resume(Effect.fail(unreachable(error)))
      })
      socket.bind(0, () => {
        const raced = sockets.get(family)
        if (raced) {
          socket.close()
          return resume(Effect.succeed(raced))
        }
        sockets.set(family, socket)
        resume(Effect.succeed(socket))
      })
    })

  const sendOnce = (socket: UdpSocket, target: SipTarget, text: string) =>
    Effect.callback<void, SipSilent>((resume) =>
      socket.send(text, target.port, target.ipAddress, (error) =>
        resume(error ? Effect.fail(unreachable(error)) : Effect.void)
      )
    )

  return Effect.fnUntraced(function* (target: SipTarget, host: string, token: string) {
    if (waiting.size >= maxWaiting) {
      return yield* new SipSilent({ reason: "busy", detail: "too many probes wait for answers" })
    }
    const socket = yield* socketFor(target.ipAddress)
    const text = optionsText({ target, sentBy: { host, port: socket.address().port }, token })
    const answered = yield* Deferred.make<number, SipSilent>()
    const send = sendOnce(socket, target, text)
    const sending = Effect.gen(function* () {
      yield* send
      for (const wait of retransmitAfter) {
        yield* Effect.sleep(wait)
        yield* send
      }
      return yield* Effect.never
    })
    waiting.set(branchOf(token), answered)
    return yield* Effect.raceFirst(Deferred.await(answered), sending).pipe(
      Effect.ensuring(Effect.sync(() => waiting.delete(branchOf(token))))
    )
  })
})

/** The status of the final answer to our request on one connection. */
const answerOn = (socket: TcpSocket, target: SipTarget, host: string, token: string) =>
  Effect.callback<number, SipSilent>((resume) => {
    let received = ""
    const fail = (detail: string) => resume(Effect.fail(new SipSilent({ reason: "unreachable", detail })))
    socket.setEncoding("latin1")
    socket.once(target.protocol === "TLS" ? "secureConnect" : "connect", () => {
      socket.write(optionsText({ target, sentBy: { host, port: socket.localPort ?? 0 }, token }))
    })
    socket.on("data", (chunk: string) => {
      const { heads, rest } = headsOf(received + chunk)
      received = rest
      for (const head of heads) {
        const response = responseOf(head)
        if (response?.branch === branchOf(token) && response.status >= 200) resume(Effect.succeed(response.status))
      }
      if (received.length > maxMessageBytes) fail("the answer is too large")
    })
    socket.on("error", (error) => fail(error.message.slice(0, 200)))
    socket.once("close", () => fail("the connection was closed"))
  })

/** A connection for each probe: that the gateway still accepts one is what the probe is about. */
const askStream = (open: () => TcpSocket, target: SipTarget, host: string, token: string) =>
  Effect.acquireUseRelease(
    Effect.sync(open),
    (socket) => answerOn(socket, target, host, token),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Asks SIP gateways whether they are there. */
export class SipOptions extends Context.Service<
  SipOptions,
  {
    /** Sends one OPTIONS and waits at most 2 s for a final answer; any but 408, 502, 503 and 504 is a sign of life. */
    readonly ping: (target: SipTarget) => Effect.Effect<SipAnswer, SipSilent>
  }
>()("tandem/layers/sip/SipOptions") {
  static readonly layer: Layer.Layer<SipOptions, Config.ConfigError> = Layer.effect(
    SipOptions,
    Effect.gen(function* () {
      const host = yield* probeHost
      const rejectUnauthorized = yield* probeTlsVerify
      const askUdp = yield* makeUdp

      const ask = (target: SipTarget, token: string) => {
        const address = { host: target.ipAddress, port: target.port }
        if (target.protocol === "UDP") return askUdp(target, host, token)
        const open = () =>
          target.protocol === "TCP" ? connectTcp(address) : connectTls({ ...address, rejectUnauthorized })
        return askStream(open, target, host, token)
      }

      return SipOptions.of({
        ping: Effect.fnUntraced(function* (target) {
          const token = yield* newToken
          const startedMillis = yield* Clock.currentTimeMillis
          const status = yield* ask(target, token).pipe(
            Effect.timeoutOrElse({
              duration: answerTimeout,
              orElse: () => Effect.fail(new SipSilent({ reason: "timeout", detail: "no answer within 2 s" }))
            })
          )
          if (deadStatuses.has(status))
            return yield* new SipSilent({ reason: "refused", detail: `it answered ${status}` })
          return { status, roundTripMillis: (yield* Clock.currentTimeMillis) - startedMillis }
        })
      })
    })
  )
}
