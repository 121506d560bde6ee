import { NodeHttpClient } from "@effect/platform-node"
import { Layer } from "effect"
import { lookup } from "node:dns"
import { isIP } from "node:net"
import type { LookupFunction } from "node:net"
import { isPublicAddress } from "../network/PublicAddress.ts"

/** Whether the host of a URL may be asked, as far as its name tells: names are looked up only when connecting. */
export const mayBeAsked = ({ hostname }: URL): boolean => {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1")
  return isIP(bare) === 0 || isPublicAddress(bare)
}

/** Finds the public addresses of a name, and no others. The connection goes to what was found, so that no later answer counts. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const [first, ...rest] = error === null ? found.filter(({ address }) => isPublicAddress(address)) : []
    if (first === undefined) {
      const none = Object.assign(new Error(`${hostname} has no public address`), { code: "EADDRNOTAVAIL" })
      callback(error ?? none, "")
    } else if (options.all) callback(null, [first, ...rest])
    else callback(null, first.address, first.family)
  })
}

/** An HTTP client that follows no redirects and, unless private addresses are allowed, connects to public ones alone. */
export const publicHttpClient = (allowPrivate: boolean) =>
  NodeHttpClient.layerUndiciNoDispatcher.pipe(
    Layer.provide(NodeHttpClient.layerDispatcherOptions(allowPrivate ? {} : { connect: { lookup: lookupPublic } }))
  )
