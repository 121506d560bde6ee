import forge from "node-forge"

/** Identifier octets that X.509 uses (ITU-T X.690 §8.1.2). */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31
} as const

/** `[n]` around what is inside, and in place of the tag of a plain value. */
export const contextTag = (n: number): number => 0xa0 | n
export const plainContextTag = (n: number): number => 0x80 | n

const lengthOctets = (length: number): number =>
  length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5

/** Identifier and length octets for a content of so many bytes, written to `into`. Returns where the content begins. */
export const writeHeader = (into: Buffer, at: number, tag: number, length: number): number => {
  const octets = lengthOctets(length)
  into[at] = tag
  if (octets === 1) into[at + 1] = length
  else {
    into[at + 1] = 0x80 | (octets - 1)
    into.writeUIntBE(length, at + 2, octets - 1)
  }
  return at + 1 + octets
}

/** One value in DER: its tag around the parts. */
export const der = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  let length = 0
  for (const part of parts) length += part.length
  const value = Buffer.allocUnsafe(1 + lengthOctets(length) + length)
  let at = writeHeader(value, 0, tag, length)
  for (const part of parts) {
    value.set(part, at)
    at += part.length
  }
  return value
}

export const sequence = (...parts: ReadonlyArray<Uint8Array>): Buffer => der(tags.sequence, ...parts)

export const octets = (bytes: Uint8Array): Buffer => der(tags.octetString, bytes)

export const nullValue = der(tags.null)

export const trueValue = der(tags.boolean, Buffer.of(0xff))

export const oid = (dotted: string): Buffer =>
  der(tags.oid, Buffer.from(forge.asn1.oidToDer(dotted).getBytes(), "latin1"))

const wholeBytes = Buffer.of(0)

/** A BIT STRING of whole bytes. */
export const bits = (bytes: Uint8Array): Buffer => der(tags.bitString, wholeBytes, bytes)

/** A BIT STRING of named bits, without zeros at its end (X.690 §11.2.2). */
export const namedBits = (numbers: ReadonlyArray<number>): Buffer => {
  const last = Math.max(...numbers)
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1)
  for (const number of numbers) {
    const index = Math.floor(number / 8)
    bytes[index] = (bytes[index] ?? 0) | (0x80 >> (number % 8))
  }
  return der(tags.bitString, Buffer.of(7 - (last % 8)), bytes)
}

/** The content of an INTEGER that is not negative, from big-endian hexadecimal: as few octets as possible. */
export const integerContent = (hex: string): Buffer => {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex")
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first === -1) return wholeBytes
  const least = bytes.subarray(first)
  return (least[0] ?? 0) < 0x80 ? least : Buffer.concat([wholeBytes, least])
}

export const integerHex = (hex: string): Buffer => der(tags.integer, integerContent(hex))

export const integer = (value: number | bigint): Buffer => integerHex(value.toString(16))

export const enumerated = (value: number): Buffer => der(tags.enumerated, Buffer.of(value))

export const utf8 = (text: string): Buffer => der(tags.utf8, Buffer.from(text, "utf8"))

export const ia5 = (text: string): Buffer => der(tags.ia5, Buffer.from(text, "latin1"))
