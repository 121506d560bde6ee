import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import type { TLSSocket } from "node:tls"
import { ClientDirectory } from "../../layers/pki/ClientDirectory.ts"
import type { Identity, Peer } from "./PeerIdentity.ts"
import { forwardedPeer, identityOf, peerOf } from "./PeerIdentity.ts"

/** Finds out who asks: the peer by its own certificate, or whoever a trusted proxy has checked. */
export const makeIdentification = Effect.fnUntraced(function* (proxies: ReadonlyArray<string>) {
  const directory = yield* ClientDirectory
  const trusted = new Set(proxies)
  const peers = new WeakMap<object, Peer>()

  /** What TLS says of a connection, looked at once. */
  const peerBehind = (socket: TLSSocket): Peer => {
    const known = peers.get(socket)
    if (known !== undefined) return known
    const peer = peerOf(socket)
    peers.set(socket, peer)
    return peer
  }

  /** Undefined: its certificate is not at hand, and the database is to be asked. */
  const atHand = (peer: Peer): Identity | undefined => {
    const standing = directory.standing(peer.fingerprint)
    // One that was issued a moment ago is not at hand yet; nobody whom TLS refuses makes the database work.
    return standing.standing !== "unknown" || peer.refusal !== null ? identityOf(peer, standing) : undefined
  }

  const vouches = (direct: Identity): boolean => direct.is === "client" && trusted.has(direct.clientId)

  /** What is known without a question to the database, which is nearly always all. */
  const identifyAtHand = (request: IncomingMessage, socket: TLSSocket): Identity | undefined => {
    const direct = atHand(peerBehind(socket))
    return direct !== undefined && vouches(direct) ? atHand(forwardedPeer(request)) : direct
  }

  const known = Effect.fnUntraced(function* (peer: Peer) {
    return atHand(peer) ?? identityOf(peer, yield* directory.lookUp(peer.commonName, peer.fingerprint))
  })

  const identify = Effect.fnUntraced(function* (request: IncomingMessage, socket: TLSSocket) {
    const direct = yield* known(peerBehind(socket))
    return vouches(direct) ? yield* known(forwardedPeer(request)) : direct
  })

  return { identify, identifyAtHand, peerBehind }
})
