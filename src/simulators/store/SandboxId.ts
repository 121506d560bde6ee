import { createHash } from "node:crypto"

/** Hexadecimal digits that look random, and are the same in every run: vendors' ids must be unique, not secret. */
export const hexId = (kind: string, sequence: number): string =>
  createHash("sha256").update(`tandem sandbox ${kind} ${sequence}`).digest("hex")

/** A UUID of the eighth version (RFC 9562), made from its place in a sequence. */
export const uuidId = (kind: string, sequence: number): string => {
  const hex = hexId(kind, sequence)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
