import { Result, Schema } from "effect"
import { NetAddress } from "effect/net"

/** An address or a block of addresses: 4 bytes of IPv4 or 16 of IPv6, of which the first `bits` bits count. */
export interface IpBlock {
  readonly bytes: Uint8Array
  readonly bits: number
}

/** Longest text of an address with its length: an IPv6 address with an IPv4 tail and `/128`. */
const textMax = 49

const v4Bytes = 4

/** Read by hand, since the address of every call is, and the library takes four times as long. */
const parseV4 = (text: string): Uint8Array | undefined => {
  const parts = text.split(".")
  if (parts.length !== v4Bytes) return undefined
  const bytes = new Uint8Array(v4Bytes)
  for (let index = 0; index < v4Bytes; index++) {
    const part = parts[index] ?? ""
    // No leading zeros: some programs read them as octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    bytes[index] = Number(part)
  }
  return bytes
}

/** An address; IPv4 inside IPv6 (`::ffff:192.0.2.1`), as a dual-stack socket tells it, becomes plain IPv4. */
export const parseIp = (text: string): Uint8Array | undefined => {
  if (text.length > textMax) return undefined
  if (!text.includes(":")) return parseV4(text)
  const read = NetAddress.ipv6FromString(text)
  if (Result.isFailure(read)) return undefined
  const octets = NetAddress.ipv6ToOctets(read.success)
  return Uint8Array.from(NetAddress.isIpv4Mapped(read.success) ? octets.slice(12) : octets)
}

/** An address, or a block in the notation of RFC 4632 and RFC 4291; the bits after its length are cleared. */
export const parseIpBlock = (text: string): IpBlock | undefined => {
  const slash = text.indexOf("/")
  if (slash === -1) {
    const bytes = parseIp(text)
    return bytes === undefined ? undefined : { bytes, bits: bytes.length * 8 }
  }
  const bytes = text.length > textMax ? undefined : parseIp(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (bytes === undefined || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  // The length of a mapped block counts from the beginning of the IPv6 address.
  const bits = Number(length) - (bytes.length === v4Bytes && text.includes(":") ? 96 : 0)
  if (bits < 0 || bits > bytes.length * 8) return undefined
  const cleared = bytes.map((byte, index) => byte & (255 << Math.min(8, Math.max(0, (index + 1) * 8 - bits))))
  return { bytes: cleared, bits }
}

/** The one text that an address has (RFC 5952 for IPv6). */
export const formatIp = (bytes: Uint8Array): string =>
  NetAddress.formatIp(
    bytes.length === v4Bytes ? NetAddress.ipv4FromBytesUnsafe(bytes) : NetAddress.ipv6FromBytesUnsafe(bytes)
  )

export const formatIpBlock = ({ bits, bytes }: IpBlock): string =>
  bits === bytes.length * 8 ? formatIp(bytes) : `${formatIp(bytes)}/${bits}`

/** An IPv4 or IPv6 address, as text. */
export const IpText = Schema.String.check(
  Schema.isMaxLength(45),
  Schema.makeFilter((text: string) => parseIp(text) !== undefined, { expected: "an IPv4 or IPv6 address" })
)

/**
 * The one way in which an address is written, also one that stood in brackets as in a URI. What is no address stays as it
 * is.
 */
export const canonicalIp = (text: string): string => {
  if (!text.includes(":")) return text
  const bytes = parseIp(text.replace(/^\[|\]$/g, ""))
  return bytes === undefined ? text : formatIp(bytes)
}
