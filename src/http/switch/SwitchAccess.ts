import { Config, Effect, Redacted, Schema } from "effect"
import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { BlockList, isIPv4 } from "node:net"

/** Loopback and private networks (RFC 1918, RFC 4193). */
export const privateNetworks = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"

const networkList = (text: string): BlockList => {
  const list = new BlockList()
  for (const network of text.split(",").map((each) => each.trim())) {
    const [address = "", bits] = network.split("/")
    const family = isIPv4(address) ? "ipv4" : "ipv6"
    // Without any digits after its slash it would be everybody's.
    list.addSubnet(address, Number(bits === "" ? Number.NaN : (bits ?? (family === "ipv4" ? 32 : 128))), family)
  }
  return list
}

const isReadable = (text: string): boolean => {
  try {
    return networkList(text) !== undefined
  } catch {
    return false
  }
}

const Networks = Schema.String.pipe(
  Schema.check(
    Schema.makeFilter((text: string) =>
      isReadable(text) ? undefined : "must be networks such as 10.0.0.0/8 or 2001:db8::/32, with commas between them"
    )
  )
)

const settings = Config.all({
  networks: Config.schema(Networks, "FRAUD_SWITCH_NETWORKS").pipe(Config.withDefault(privateNetworks)),
  token: Config.option(Config.Redacted("FRAUD_SWITCH_TOKEN"))
})

const sameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Who may ask at the switch port: the networks of the switches, and with a token those who show it. The answer is kept for
 * each connection, since a switch asks thousands of times over one.
 */
export const switchAccess = Effect.gen(function* () {
  const { networks, token } = yield* settings
  const list = networkList(networks)
  const known = new WeakMap<object, boolean>()
  const wanted = token._tag === "Some" ? `Bearer ${Redacted.value(token.value)}` : undefined

  const fromNetwork = ({ socket }: IncomingMessage): boolean => {
    const before = known.get(socket)
    if (before !== undefined) return before
    // A connection that its peer has reset already has no address; one of a link has its interface after a %.
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "").replace(/%.*$/, "")
    const allowed = list.check(address, isIPv4(address) ? "ipv4" : "ipv6")
    known.set(socket, allowed)
    return allowed
  }

  return (request: IncomingMessage): "FORBIDDEN" | "UNAUTHORIZED" | undefined => {
    if (!fromNetwork(request)) return "FORBIDDEN"
    return wanted === undefined || sameText(request.headers.authorization ?? "", wanted) ? undefined : "UNAUTHORIZED"
  }
})
