/** An address or a block of addresses: 4 bytes of IPv4 or 16 of IPv6, of which the first `bits` bits count. */
export interface IpBlock {
  readonly bytes: Uint8Array
  readonly bits: number
}

/** Longest text of an address with its length: an IPv6 address with an IPv4 tail and `/128`. */
const textMax = 49

const v4Bytes = 4
const v6Bytes = 16
const v6Groups = 8

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

const groupsOf = (text: string): Array<number> | undefined => {
  if (text === "") return []
  const groups: Array<number> = []
  for (const part of text.split(":")) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
    groups.push(Number.parseInt(part, 16))
  }
  return groups
}

/** `::ffff:192.0.2.1` → `::ffff:c000:201`, the form of RFC 4291, section 2.2, without its IPv4 tail. */
const withoutV4Tail = (text: string): string | undefined => {
  const colon = text.lastIndexOf(":")
  if (!text.includes(".")) return text
  const bytes = parseV4(text.slice(colon + 1))
  if (bytes === undefined) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  return `${text.slice(0, colon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

const parseV6 = (text: string): Uint8Array | undefined => {
  const halves = withoutV4Tail(text)?.split("::")
  if (halves === undefined || halves.length > 2) return undefined
  const head = groupsOf(halves[0] ?? "")
  const tail = groupsOf(halves[1] ?? "")
  if (head === undefined || tail === undefined) return undefined
  const missing = v6Groups - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  const bytes = new Uint8Array(v6Bytes)
  groups.forEach((group, index) => {
    bytes[index * 2] = group >> 8
    bytes[index * 2 + 1] = group & 255
  })
  return bytes
}

const isMapped = (bytes: Uint8Array): boolean =>
  bytes.length === v6Bytes && bytes.every((byte, index) => index > 11 || byte === (index > 9 ? 255 : 0))

/** An address; IPv4 inside IPv6 (`::ffff:192.0.2.1`) becomes plain IPv4. Undefined for anything else. */
export const parseIp = (text: string): Uint8Array | undefined => {
  if (text.length > textMax) return undefined
  if (!text.includes(":")) return parseV4(text)
  const bytes = parseV6(text)
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes
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

/** The longest run of two or more zero groups, which RFC 5952 writes as `::`; the first of equal ones. */
const longestZeros = (groups: ReadonlyArray<number>): { readonly start: number; readonly length: number } => {
  let best = { start: -1, length: 1 }
  let start = 0
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1
    else if (index - start + 1 > best.length) best = { start, length: index - start + 1 }
  })
  return best
}

/** The one text that an address has (RFC 5952 for IPv6). */
export const formatIp = (bytes: Uint8Array): string => {
  if (bytes.length === v4Bytes) return bytes.join(".")
  const groups = Array.from(
    { length: v6Groups },
    (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0)
  )
  const hex = (from: number, to?: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":")
  const { length, start } = longestZeros(groups)
  return start === -1 ? hex(0) : `${hex(0, start)}::${hex(start + length)}`
}

export const formatIpBlock = ({ bits, bytes }: IpBlock): string =>
  bits === bytes.length * 8 ? formatIp(bytes) : `${formatIp(bytes)}/${bits}`
