import { NodeHttpClient } from "@effect/platform-node"
import { Layer } from "effect"
import { lookup } from "node:dns"
import { BlockList, isIP } from "node:net"
import type { LookupFunction } from "node:net"

/** Networks that are not the public Internet: IANA's registries of special-purpose addresses, RFC 6890. */
const notPublic4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3]
] as const

/** Of the rest of IPv6, none is in use on the Internet; inside of it stand tunnels to IPv4, and documentation. */
const public6 = ["2000::", 3] as const
const notPublic6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20]
] as const

const blocked4 = new BlockList()
for (const [network, prefix] of notPublic4) blocked4.addSubnet(network, prefix, "ipv4")
const admitted6 = new BlockList()
admitted6.addSubnet(public6[0], public6[1], "ipv6")
const blocked6 = new BlockList()
for (const [network, prefix] of notPublic6) blocked6.addSubnet(network, prefix, "ipv6")

/** Whether a request to this IP address leaves for the Internet, and not for this machine or its own networks. */
export const isPublicAddress = (address: string): boolean =>
  isIP(address) === 4
    ? !blocked4.check(address, "ipv4")
    : isIP(address) === 6 && admitted6.check(address, "ipv6") && !blocked6.check(address, "ipv6")

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
