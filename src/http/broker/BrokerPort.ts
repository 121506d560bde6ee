import { Context, Effect, Layer, Metric, Schedule } from "effect"
import type { Server } from "node:https"
import { createServer } from "node:https"
import type { TLSSocket } from "node:tls"
import { ClientDirectory } from "../../layers/pki/ClientDirectory.ts"
import type { ServerIdentity } from "../../layers/pki/ServerIdentity.ts"
import { TrustStore } from "../../layers/pki/TrustStore.ts"
import { closed, listening, urlOf } from "../NodeListener.ts"
import { makeBrokerHandler } from "./BrokerHandler.ts"
import { brokerSettings } from "./BrokerSettings.ts"
import { makeListenerCertificate } from "./ListenerCertificate.ts"
import { peerOf } from "./PeerIdentity.ts"

/** A client that sends its request slower than this is cut off. */
const receiveTimeoutMillis = 30_000
const handshakeTimeoutMillis = 10_000

/** Longer than load balancers keep idle connections (60 s). */
const keepAliveMillis = 65_000

const maxHeaderBytes = 16 * 1024

/** Connections of one node at the same time; beyond that they are not accepted. */
const maxConnections = 20_000

const connections = Metric.gauge("tandem_broker_connections", {
  description: "Open connections of the broker's clients on this node"
})
const cut = Metric.counter("tandem_broker_connections_cut_total", {
  description: "Connections that were open when their certificate was revoked",
  incremental: true
})

const contextOf = ({ chainPem, key }: ServerIdentity, trusted: ReadonlyArray<string>) => ({
  key: key.export({ type: "pkcs8", format: "pem" }),
  cert: chainPem,
  ca: [...trusted],
  minVersion: "TLSv1.2" as const,
  // RFC 9325 §4: forward secrecy and authenticated encryption also with TLS 1.2; no key or signature of under 112 bits.
  ciphers:
    "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2",
  honorCipherOrder: true
})

/** Open connections by their client's certificate, so that a revocation finds them. */
const watchConnections = (server: Server, directory: ClientDirectory["Service"], context: Context.Context<never>) => {
  const open = new Map<TLSSocket, { readonly fingerprint: string; readonly commonName: string }>()
  server.on("secureConnection", (socket: TLSSocket) => {
    const { commonName, fingerprint } = peerOf(socket)
    open.set(socket, { commonName, fingerprint })
    connections.updateUnsafe(open.size, context)
    socket.once("close", () => {
      open.delete(socket)
      connections.updateUnsafe(open.size, context)
    })
  })
  directory.onChange((clientIds) => {
    const changed = new Set(clientIds)
    for (const [socket, { commonName, fingerprint }] of open) {
      if (!changed.has(commonName) || directory.standing(fingerprint).standing !== "revoked") continue
      cut.updateUnsafe(1, context)
      socket.destroy()
    }
  })
}

/** Until there is an authority, which may come with the first command of an operator. */
const untilAuthority = (trust: TrustStore["Service"]) =>
  Effect.sync(() => trust.authority().status === "ready").pipe(
    Effect.repeat({ until: Boolean, schedule: Schedule.spaced("250 millis") })
  )

const untilIssued = Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced("10 seconds")])

/**
 * Where the broker's clients come with their certificates (`BROKER_HOST`, `BROKER_PORT`). Node checks that a certificate
 * leads to the authority; one that does not is told so by 401 and cut off, so that its owner learns why. The port opens as
 * soon as there is an authority.
 */
export class BrokerPort extends Context.Service<
  BrokerPort,
  {
    /** Where it listens, once it does. */
    readonly url: Effect.Effect<string>
  }
>()("tandem/http/BrokerPort") {
  static readonly layer = Layer.effect(
    BrokerPort,
    Effect.gen(function* () {
      const settings = yield* brokerSettings
      const trust = yield* TrustStore
      const directory = yield* ClientDirectory
      const context = yield* Effect.context<never>()
      const handler = yield* makeBrokerHandler(settings)
      const certificate = yield* makeListenerCertificate(settings.names)
      const server = createServer(
        {
          requestCert: true,
          rejectUnauthorized: false,
          handshakeTimeout: handshakeTimeoutMillis,
          requestTimeout: receiveTimeoutMillis,
          keepAliveTimeout: keepAliveMillis,
          maxHeaderSize: maxHeaderBytes,
          minVersion: "TLSv1.2"
        },
        handler
      )
      server.maxConnections = maxConnections
      watchConnections(server, directory, context)

      const open = Effect.gen(function* () {
        yield* untilAuthority(trust)
        const identity = yield* certificate.pipe(
          Effect.tapError((error) => Effect.logWarning("the broker's listener has no certificate yet", error)),
          Effect.retry(untilIssued),
          Effect.orDie
        )
        const trustAgain = Effect.map(trust.trusted, (trusted) => server.setSecureContext(contextOf(identity, trusted)))
        yield* trustAgain
        const run = Effect.runForkWith(context)
        trust.onChange(() => void run(trustAgain))
        yield* listening(server, settings.host, settings.port)
        const url = urlOf("https", server, settings)
        yield* Effect.logInfo(`the broker's clients come to ${url}`)
        return url
      })
      yield* Effect.addFinalizer(() => (server.listening ? closed(server) : Effect.void))
      const opened = yield* Effect.cached(open)
      yield* opened.pipe(
        Effect.catchCause((cause) => Effect.logError("the broker's listener could not be opened", cause)),
        Effect.forkScoped
      )
      return BrokerPort.of({ url: Effect.orDie(opened) })
    })
  )
}
