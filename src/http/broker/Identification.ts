import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import type { TLSSocket } from "node:tls"
import { ClientDirectory } from "../../layers/pki/ClientDirectory.ts"
import type { Peer } from "./PeerIdentity.ts"
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

  const known = Effect.fnUntraced(function* (peer: Peer) {
    const standing = directory.standing(peer.fingerprint)
    // One that was issued a moment ago is not at hand yet; nobody whom TLS refuses makes the database work.
    if (standing.standing !== "unknown" || peer.refusal !== null) return identityOf(peer, standing)
    return identityOf(peer, yield* directory.lookUp(peer.commonName, peer.fingerprint))
  })

  const identify = Effect.fnUntraced(function* (request: IncomingMessage, socket: TLSSocket) {
    const direct = yield* known(peerBehind(socket))
    if (direct.is !== "client" || !trusted.has(direct.clientId)) return direct
    return yield* known(forwardedPeer(request))
  })

  return { identify, peerBehind }
})
