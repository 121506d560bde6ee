import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { Attestation } from "../CallAttempt.ts"
import { sourceGroups } from "../SourceGroups.ts"
import { longestNumberText, toE164 } from "../DialledNumber.ts"
import { hashText } from "../windows/NumberKey.ts"

/** Longest Call-ID (RFC 3261 §8.1.1.4 sets none), and longest of the other texts of a call. */
export const longestCallId = 255
const longestText = 512

const attestations = Attestation.literals

export interface FieldProblem {
  readonly field: string
  readonly message: string
}

/** A switch's question, or its CDR, as it was understood; or what is wrong with it, field by field. */
export type Read<A> =
  { readonly ok: true; readonly value: A } | { readonly ok: false; readonly problems: ReadonlyArray<FieldProblem> }

export interface AskedCall {
  readonly call: CallAttempt
  /** Value of the INVITE's Identity header (RFC 8224), empty without one. */
  readonly identity: string
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Seconds since 1970 up to this; milliseconds above. */
const lastSeconds = 100_000_000_000

/** ISO 8601; without a zone it is UTC, wherever this node is. */
const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/i

const instantOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? toMillis(value) : undefined
  if (typeof value !== "string" || value === "" || value.length > 40) return undefined
  const number = Number(value)
  if (value.trim() !== "" && Number.isFinite(number)) return toMillis(number)
  const time = isoTime.exec(value)
  if (time === null) return undefined
  const millis = Date.parse(`${time[1]}T${time[2]}${time[3] ?? "Z"}`)
  return Number.isNaN(millis) ? undefined : millis
}

const toMillis = (value: number): number => Math.round(Math.abs(value) < lastSeconds ? value * 1000 : value)

/** A longer Call-ID is known by its beginning and a hash of all of it. */
const shortened = (id: string): string => {
  if (id.length <= longestCallId) return id
  const hash = hashText(id).toString(16) + hashText(`${id}~`).toString(16)
  return `${id.slice(0, longestCallId - 17)}~${hash}`
}

/** Reads the fields of one object and gathers what is wrong. */
class FieldReader {
  readonly problems: Array<FieldProblem> = []
  readonly #fields: Fields

  constructor(fields: Fields) {
    this.#fields = fields
  }

  text(name: string, longest = longestText): string {
    const value = this.#fields[name]
    if (value === undefined || value === null) return ""
    if (typeof value === "string")
      return value.length <= longest ? value : this.#wrong(name, `is longer than ${longest}`, "")
    return typeof value === "number" && Number.isFinite(value) ? String(value) : this.#wrong(name, "must be a text", "")
  }

  /** What the calling side wrote, so that it may be of any length: a call must not escape its screening by it. */
  said(name: string, longest = longestText): string {
    return this.text(name, Number.POSITIVE_INFINITY).slice(0, longest)
  }

  first(...names: ReadonlyArray<string>): string {
    for (const name of names) if (this.has(name)) return name
    return names[0] ?? ""
  }

  callId(): string {
    const id = shortened(this.text("call_id", Number.POSITIVE_INFINITY))
    return id === "" && !this.problems.some(({ field }) => field === "call_id")
      ? this.#wrong("call_id", "is missing", "")
      : id
  }

  called(name: string): string {
    const text = this.text(name, longestNumberText)
    const e164 = toE164(text, false)
    if (e164 === undefined) return this.#wrong(name, "is no phone number", "")
    if (e164 !== "" || this.problems.some(({ field }) => field === name)) return e164
    return this.#wrong(name, text === "" ? "is missing" : "is withheld", "")
  }

  /** Who calls under a name instead of a number must not escape its screening: it counts as one who withholds the number. */
  caller(name: string, international: boolean): string {
    return toE164(this.said(name, longestNumberText), international) ?? ""
  }

  group(): number {
    const value = this.#fields["source_group"]
    if (value === undefined || value === null || value === "") return 0
    const group = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN
    const isGroup = Number.isInteger(group) && group >= 0 && group <= 9999
    return isGroup ? group : this.#wrong("source_group", "must be a whole number from 0 to 9999", 0)
  }

  instant(name: string, fallback: number | undefined): number {
    const value = this.#fields[name]
    if (value === undefined || value === null || value === "") {
      return fallback ?? this.#wrong(name, "is missing", 0)
    }
    return (
      instantOf(value) ?? this.#wrong(name, "must be an instant: ISO 8601, or seconds or milliseconds since 1970", 0)
    )
  }

  /** What the switch found itself, when it checks PASSporTs; it is believed as its other words are. */
  attestation(): Attestation {
    const told = this.text("attestation", 16)
    if (told === "") return "missing"
    const known = attestations.find((each) => each.toLowerCase() === told.toLowerCase())
    return known ?? this.#wrong("attestation", `must be one of ${attestations.join(", ")}`, "missing")
  }

  has(name: string): boolean {
    const value = this.#fields[name]
    return value !== undefined && value !== null && value !== "" && value !== 0 && value !== "0"
  }

  flag(name: string): boolean {
    const value = this.#fields[name]
    return value === true || value === 1 || value === "1" || value === "true"
  }

  wrong(field: string, message: string): void {
    this.problems.push({ field, message })
  }

  #wrong<A>(field: string, message: string, instead: A): A {
    this.wrong(field, message)
    return instead
  }
}

const attemptOf = (read: FieldReader, atMillis: number): CallAttempt => {
  const sourceGroup = read.group()
  // Its digits are whole international numbers.
  const international = sourceGroup === sourceGroups.internationalGateway
  return {
    callId: read.callId(),
    atMillis,
    aNumber: read.caller(read.first("caller_id", "a_number"), international),
    bNumber: read.called(read.first("called_number", "b_number")),
    assertedNumber: read.caller("p_asserted_identity", international),
    displayName: read.said("from_display"),
    userAgent: read.said("user_agent"),
    sourceIp: read.text("source_ip", 64) || "0.0.0.0",
    sourceGroup,
    gatewayId: read.text(read.first("gateway_id", "switch_id"), 128),
    carrierId: read.text("carrier_id", 128),
    region: read.text("region", 64),
    attestation: read.attestation()
  }
}

const notAnObject = { ok: false, problems: [{ field: "", message: "must be a JSON object" }] } as const

/** Longest Identity header that is looked at. */
const longestIdentity = 8192

/** Reads the switch's question about one call attempt. */
export const readAttempt = (body: unknown, nowMillis: number): Read<AskedCall> => {
  if (!isFields(body)) return notAnObject
  const read = new FieldReader(body)
  const call = attemptOf(read, read.instant("timestamp", nowMillis))
  const identity = read.said("identity", longestIdentity)
  return read.problems.length === 0 ? { ok: true, value: { call, identity } } : { ok: false, problems: read.problems }
}

const sipCodeOf = (read: FieldReader): number => {
  const text = read.text("sip_code", 8)
  const code = text === "" ? 0 : Number(text)
  if (!Number.isInteger(code) || (code !== 0 && (code < 100 || code > 699))) read.wrong("sip_code", "is no SIP status")
  return code
}

/** Reads one CDR. Ring and talk times are what lies between its instants. */
export const readEnd = (body: unknown): Read<CallEnd> => {
  if (!isFields(body)) return notAnObject
  const read = new FieldReader(body)
  const atMillis = read.instant("start_time", undefined)
  const call = attemptOf(read, atMillis)
  const endedAtMillis = read.instant("end_time", undefined)
  const answeredAtMillis = read.has("answer_time") ? read.instant("answer_time", undefined) : null
  const sipCode = sipCodeOf(read)
  const unchecked = read.flag("unchecked")
  if (read.problems.length === 0 && endedAtMillis < (answeredAtMillis ?? atMillis)) {
    read.wrong("end_time", "is before the call was answered, or before it began")
  }
  if (read.problems.length === 0 && answeredAtMillis !== null && answeredAtMillis < atMillis) {
    read.wrong("answer_time", "is before the call began")
  }
  if (read.problems.length > 0) return { ok: false, problems: read.problems }
  const ringMillis = (answeredAtMillis ?? endedAtMillis) - atMillis
  const durationMillis = answeredAtMillis === null ? 0 : endedAtMillis - answeredAtMillis
  const told = sipCode === 0 ? (answeredAtMillis === null ? 487 : 200) : sipCode
  const value = { ...call, answeredAtMillis, endedAtMillis, ringMillis, durationMillis, sipCode: told, unchecked }
  return { ok: true, value }
}
