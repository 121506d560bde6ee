import { Result, Schema } from "effect"
import { NetAddress } from "effect/net"

/** An IPv4 or IPv6 address, as text. */
export const IpText = Schema.String.check(
  Schema.isMaxLength(45),
  Schema.makeFilter((text: string) => Result.isSuccess(NetAddress.ipFromString(text)), {
    expected: "an IPv4 or IPv6 address"
  })
)

/**
 * The one way in which an address is written: RFC 5952 for IPv6, and an IPv4 address that came mapped into IPv6 as plain
 * IPv4, since a dual-stack socket tells it so. What is no address stays as it is.
 */
export const canonicalIp = (text: string): string => {
  if (!text.includes(":")) return text
  const plain = text.replace(/^\[|\]$/g, "")
  const address = Result.getOrUndefined(NetAddress.ipFromString(plain))
  if (address === undefined) return text
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(NetAddress.formatIp(address))
  return mapped?.[1] ?? NetAddress.formatIp(address)
}
