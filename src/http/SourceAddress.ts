import { Config, Effect, Option, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { BlockList, isIPv6 } from "node:net"
import { formatIp, parseIp, parseIpBlock } from "../domain/network/IpAddress.ts"

const networksOf = (text: string) => text.split(",").map((each) => parseIpBlock(each.trim()))

/** Proxies in front of the edge, whose word about who is behind them is believed; none unless they are named. */
const proxies = Config.option(
  Config.schema(
    Schema.NonEmptyString.check(
      Schema.makeFilter((text: string) =>
        networksOf(text).every((block) => block !== undefined)
          ? undefined
          : "must be networks such as 10.0.0.0/8 or 2001:db8::/32, with commas between them"
      )
    ),
    "PORTAL_PROXIES"
  )
)

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4")

const listOf = (text: string): BlockList => {
  const list = new BlockList()
  for (const block of networksOf(text)) {
    const address = block === undefined ? "" : formatIp(block.bytes)
    if (block !== undefined) list.addSubnet(address, block.bits, familyOf(address))
  }
  return list
}

/** One spelling for an address; what is none (a socket that is gone) is `unknown`. */
const plain = (text: string): string => {
  const bytes = parseIp(text.trim().replace(/%.*$/, ""))
  return bytes === undefined ? "unknown" : formatIp(bytes)
}

/** Forwarding steps that are looked at. */
const maxHops = 20

/**
 * The address that a request comes from: the peer's, or, where that is a trusted proxy, the last one in X-Forwarded-For
 * that is none. What stands before that one was written by whoever asks.
 */
export const sourceAddress = Effect.gen(function* () {
  const trusted = Option.map(yield* proxies, listOf)
  const isProxy = (address: string) =>
    Option.exists(trusted, (list) => address !== "unknown" && list.check(address, familyOf(address)))

  return ({ headers, remoteAddress }: HttpServerRequest.HttpServerRequest): string => {
    let address = plain(Option.getOrElse(remoteAddress, () => ""))
    const hops = (headers["x-forwarded-for"] ?? "").split(",").slice(-maxHops).toReversed()
    for (const hop of hops) {
      if (!isProxy(address) || hop.trim() === "") return address
      address = plain(hop)
    }
    return address
  }
})

/** Whom an address is counted as: with IPv6 a subscriber has a whole network of 64 bits (RFC 6177). */
export const sourceKey = (address: string): string => {
  const bytes = parseIp(address)
  return bytes === undefined || bytes.length === 4 ? address : formatIp(bytes.fill(0, 8))
}
