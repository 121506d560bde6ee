import { Result, Schema } from "effect"
import { coversCountry } from "../../numbering/CountryCodes.ts"
import { isEmergency } from "../../numbering/NigerianNumbering.ts"
import { formatIpBlock, parseIpBlock } from "../../network/IpAddress.ts"

export const ListName = Schema.Literals(["block", "allow"])
export type ListName = typeof ListName.Type

export const ListKind = Schema.Literals(["number", "prefix", "ip", "carrier"])
export type ListKind = typeof ListKind.Type

/** Why a list does not take a value. `wholeCountry` is the one that may be forced. */
export const ListRefusalReason = Schema.Literals(["invalid", "tooWide", "wholeCountry", "emergency", "expired"])
export type ListRefusalReason = typeof ListRefusalReason.Type

/** The list does not take this entry; `detail` says why in words. */
export class ListEntryRefused extends Schema.TaggedError<ListEntryRefused>()("ListEntryRefused", {
  kind: ListKind,
  value: Schema.String,
  reason: ListRefusalReason,
  detail: Schema.String
}) {}

/** Longest value as it may be written, in characters. */
export const maxListValueLength = 100

/** Fewest digits of a prefix: one digit is a ninth of the world. */
const prefixDigitsMin = 2

/** Digits of a number in E.164 without `+`; the shortest subscriber numbers in use have seven with their country code. */
const numberDigits = { min: 7, max: 15 }

/** Shortest blocks of addresses that may be listed without being forced: a /8 of IPv4, a /16 of IPv6. */
const widestIpv4Bits = 8
const widestIpv6Bits = 16

const refused = (kind: ListKind, value: string, reason: ListRefusalReason, detail: string) =>
  Result.fail(new ListEntryRefused({ kind, value: value.slice(0, maxListValueLength), reason, detail }))

/** Spaces, dots, hyphens and brackets are how people write numbers, and mean nothing. */
const bare = (text: string): string => text.replace(/[\s().-]/g, "")

/** With `+` as it is; `00`, `234` and `0` as one dials in Nigeria; ten digits as a Nigerian number without its 0. */
const e164Of = (text: string): string => {
  const digits = bare(text)
  if (digits.startsWith("+")) return digits
  if (digits.startsWith("00")) return `+${digits.slice(2)}`
  if (digits.startsWith("234")) return `+${digits}`
  if (digits.startsWith("0")) return `+234${digits.slice(1)}`
  return digits.length === 10 ? `+234${digits}` : digits
}

const numberValue = (text: string): Result.Result<string, ListEntryRefused> => {
  const value = e164Of(text)
  const digits = value.length - 1
  return /^\+[1-9]\d*$/.test(value) && digits >= numberDigits.min && digits <= numberDigits.max
    ? Result.succeed(value)
    : refused("number", text, "invalid", "a number is written with + and its country code, 7 to 15 digits (E.164)")
}

const prefixValue = (text: string): Result.Result<string, ListEntryRefused> => {
  const value = bare(text).replace(/^00/, "+").replace(/\*$/, "")
  const withPlus = value.startsWith("+") ? value : `+${value}`
  if (!/^\+([1-9]\d*)?$/.test(withPlus) || withPlus.length - 1 > numberDigits.max) {
    return refused("prefix", text, "invalid", "a prefix is + and the first 2 to 15 digits of a number in E.164")
  }
  return withPlus.length - 1 < prefixDigitsMin
    ? refused("prefix", text, "tooWide", `a prefix has ${prefixDigitsMin} digits at least`)
    : Result.succeed(withPlus)
}

const ipValue = (text: string): Result.Result<string, ListEntryRefused> => {
  const block = parseIpBlock(text.trim())
  if (block === undefined) {
    return refused("ip", text, "invalid", "an address is IPv4 or IPv6, alone or as a block such as 192.0.2.0/24")
  }
  const widest = block.bytes.length === 4 ? widestIpv4Bits : widestIpv6Bits
  return block.bits < widest
    ? refused("ip", text, "tooWide", `a block of addresses has ${widest} leading bits at least`)
    : Result.succeed(formatIpBlock(block))
}

const carrierValue = (text: string): Result.Result<string, ListEntryRefused> => {
  const value = text.trim()
  return /^[\x21-\x7e]{1,100}$/.test(value)
    ? Result.succeed(value)
    : refused("carrier", text, "invalid", "a carrier's id is 1 to 100 visible ASCII characters")
}

const normalisers = { number: numberValue, prefix: prefixValue, ip: ipValue, carrier: carrierValue }

/** The one form of a value in which it is kept and looked up: E.164, `+` and digits, RFC 5952 and RFC 4632, or the id. */
export const normaliseListValue = (kind: ListKind, text: string): Result.Result<string, ListEntryRefused> =>
  text.length > maxListValueLength
    ? refused(kind, text, "invalid", `a value has ${maxListValueLength} characters at most`)
    : kind !== "ip" && kind !== "carrier" && isEmergency(bare(text))
      ? refused(kind, text, "emergency", `${bare(text)} is an emergency number, which no list may hold`)
      : normalisers[kind](text)

/** What nobody may block, or only by insisting: a country with all its numbers. `value` is normalised. */
export const mayBlock = (kind: ListKind, value: string, force: boolean): Result.Result<void, ListEntryRefused> =>
  kind === "prefix" && !force && coversCountry(value.slice(1))
    ? refused(kind, value, "wholeCountry", `${value} is a whole country; block it with force if that is meant`)
    : Result.succeed(undefined)
