import { Result } from "effect"
import forge from "node-forge"

declare module "node-forge" {
  namespace asn1 {
    // The library's own types lack these. Without decodeBitStrings a BIT STRING stays the bytes that it is.
    function fromDer(bytes: Bytes, options: { readonly strict: true; readonly decodeBitStrings: false }): Asn1
  }
}

export type DerProblem = "Malformed" | "Truncated" | "TrailingBytes"

/** One value that was read. `raw` is all of it, `content` what is in it; a plain value has no children. */
export interface DerValue {
  readonly tag: number
  readonly raw: Buffer
  readonly content: Buffer
  readonly children: ReadonlyArray<DerValue>
}

const headerLength = (raw: Buffer): number => 2 + ((raw[1] ?? 0) < 0x80 ? 0 : (raw[1] ?? 0) & 0x7f)

/** The library knows values, not where they lay; in DER, each is as long as its own encoding says. */
const valueAt = (node: forge.asn1.Asn1, raw: Buffer): DerValue => {
  const content = raw.subarray(headerLength(raw))
  let at = 0
  const children = (typeof node.value === "string" ? [] : node.value).map((child) => {
    const rest = content.subarray(at)
    const header = headerLength(rest)
    const first = rest[1] ?? 0
    const length = first < 0x80 ? first : rest.readUIntBE(2, header - 2)
    at += header + length
    return valueAt(child, rest.subarray(0, header + length))
  })
  return { tag: raw[0] ?? 0, raw, content, children }
}

/** What the first header promises: undefined when it cannot be read. */
const promisedLength = (bytes: Buffer): number | undefined => {
  const first = bytes[1]
  if (first === undefined || first === 0x80 || first > 0x84) return undefined
  const header = headerLength(bytes)
  return bytes.length < header ? undefined : header + (first < 0x80 ? first : bytes.readUIntBE(2, header - 2))
}

/** Reads exactly one constructed value in DER, and refuses every other encoding of the same (X.690 §10). */
export const readDer = (bytes: Buffer): Result.Result<DerValue, DerProblem> => {
  if (bytes[0] !== 0x30) return Result.fail("Malformed")
  const promised = promisedLength(bytes)
  if (promised === undefined) return Result.fail(bytes.length < 6 ? "Truncated" : "Malformed")
  if (promised > bytes.length) return Result.fail("Truncated")
  if (promised < bytes.length) return Result.fail("TrailingBytes")
  try {
    const text = bytes.toString("latin1")
    const node = forge.asn1.fromDer(text, { strict: true, decodeBitStrings: false })
    return forge.asn1.toDer(node).getBytes() === text ? Result.succeed(valueAt(node, bytes)) : Result.fail("Malformed")
  } catch {
    return Result.fail("Malformed")
  }
}

export const childTagged = ({ children }: DerValue, tag: number): DerValue | undefined =>
  children.find((child) => child.tag === tag)

/** The dotted form of an OBJECT IDENTIFIER; empty for anything else. */
export const dottedOid = (value: DerValue | undefined): string => {
  if (value?.tag !== 0x06 || value.content.length === 0 || ((value.content.at(-1) ?? 0) & 0x80) !== 0) return ""
  try {
    return forge.asn1.derToOid(value.content.toString("latin1"))
  } catch {
    return ""
  }
}

/** A BIT STRING of whole bytes. */
export const wholeBits = (value: DerValue | undefined): Buffer | undefined =>
  value?.tag === 0x03 && value.content[0] === 0 ? value.content.subarray(1) : undefined

/** An INTEGER that is not negative, in hexadecimal of whole octets without leading zeros. */
export const integerText = (value: DerValue | undefined): string | undefined => {
  if (value?.tag !== 0x02 || value.content.length === 0 || (value.content[0] ?? 0) >= 0x80) return undefined
  const bytes = value.content[0] === 0 && value.content.length > 1 ? value.content.subarray(1) : value.content
  return bytes.toString("hex")
}

export interface ReadExtension {
  readonly oid: string
  readonly critical: boolean
  /** What is inside of extnValue. */
  readonly value: Buffer
}

/** Extensions (RFC 5280 §4.1); undefined when they cannot be read, or one is there twice. */
export const readExtensions = (list: DerValue | undefined): ReadonlyArray<ReadExtension> | undefined => {
  if (list?.tag !== 0x30) return undefined
  const read = list.children.flatMap((extension): ReadonlyArray<ReadExtension> => {
    const oid = dottedOid(extension.children[0])
    const value = extension.children.at(-1)
    const critical = extension.children.length === 3 && extension.children[1]?.content[0] === 0xff
    const isWhole = extension.children.length === 2 || (critical && extension.children[1]?.tag === 0x01)
    return oid === "" || value?.tag !== 0x04 || !isWhole ? [] : [{ oid, critical, value: value.content }]
  })
  const distinct = new Set(read.map(({ oid }) => oid))
  return read.length === list.children.length && distinct.size === read.length ? read : undefined
}
