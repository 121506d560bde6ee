import { derChildren, derOf, integerOf, textOf } from "./Der.ts"
import type { DerValue } from "./Der.ts"

/** 1.3.6.1.5.5.7.1.26, id-pe-TNAuthList. */
const tnAuthListOid = "2b0601050507011a"

/** Most entries that are read; a longer list says no more than its beginning. */
export const maxEntries = 10_000

/** What a certificate speaks for (RFC 8226 §9). */
export type TnEntry =
  | { readonly kind: "provider"; readonly code: string }
  | { readonly kind: "numbers"; readonly first: string; readonly count: number }

const hex = (bytes: Uint8Array) => bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "")

/** The value of the extension in a certificate (RFC 5280 §4.1), both in DER. */
const extensionOf = (certificate: Uint8Array, oid: string): Uint8Array | undefined => {
  const outer = derOf(certificate)
  const toBeSigned = outer === undefined ? undefined : derChildren(outer)[0]
  const tagged = toBeSigned && derChildren(toBeSigned).find(({ tag }) => tag === 0xa3)
  const extensions = tagged && derChildren(tagged)[0]
  for (const extension of extensions === undefined ? [] : derChildren(extensions)) {
    const parts = derChildren(extension)
    if (parts[0]?.tag === 0x06 && hex(parts[0].content) === oid) return parts.find(({ tag }) => tag === 0x04)?.content
  }
  return undefined
}

const entryOf = (entry: DerValue): TnEntry | undefined => {
  const inner = derChildren(entry)[0]
  if (inner === undefined) return undefined
  if (entry.tag === 0xa0) return { kind: "provider", code: textOf(inner) }
  if (entry.tag === 0xa2) return { kind: "numbers", first: textOf(inner), count: 1 }
  const [first, count] = derChildren(inner)
  return entry.tag === 0xa1 && first && count
    ? { kind: "numbers", first: textOf(first), count: integerOf(count) }
    : undefined
}

/** The TNAuthList of a certificate in DER; undefined when it has none that can be read. */
export const tnAuthListOf = (certificate: Uint8Array): ReadonlyArray<TnEntry> | undefined => {
  const value = extensionOf(certificate, tnAuthListOid)
  const list = value && derOf(value)
  if (list?.tag !== 0x30) return undefined
  const entries = derChildren(list)
    .slice(0, maxEntries)
    .flatMap((entry) => entryOf(entry) ?? [])
  return entries.length === 0 ? undefined : entries
}

/** Whether the list allows signing for the canonical number. A provider's code does: its numbers are not in the list. */
export const speaksFor = (list: ReadonlyArray<TnEntry>, number: string): boolean =>
  list.some((entry) => {
    if (entry.kind === "provider") return true
    const first = entry.first.replace(/^\+/, "")
    const distance = Number(number) - Number(first)
    return entry.count === 1
      ? first === number
      : first.length === number.length && distance >= 0 && distance < entry.count
  })
