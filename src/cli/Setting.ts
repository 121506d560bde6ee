import { Result, Schema } from "effect"
import { isIP } from "node:net"

export type SettingGroup =
  | "Plane"
  | "Database"
  | "Cluster"
  | "Sandbox"
  | "Command line"
  | "Limits"
  | "Webhooks"
  | "Messages"
  | "Observability"
  | "Zendesk"
  | "Plivo"
  | "Inteliquent"
  | "OpenAI"
  | "MCP inventory"
  | "Fraud"
  | "Certificates"
  | "Broker"
  | "Portal"

/** One setting: an environment variable, or a line of the file `.env`. */
export interface Setting {
  readonly name: string
  readonly group: SettingGroup
  /** One line: what it is for, with its unit. */
  readonly description: string
  /** What holds when it is not set; absent: nothing does. */
  readonly default?: string
  /** Its value is never shown. */
  readonly secret?: true
  /** A plane without the sandbox does not start without it. */
  readonly neededForVendors?: true
  /** Setting it says that real vendors are meant, so that the sandbox stays off. */
  readonly configuresVendor?: true
  /** What is wrong with the value, or undefined; begins with "must". */
  readonly check?: (value: string) => string | undefined
}

const checked =
  (schema: Schema.ConstraintDecoder<unknown>, must: string) =>
  (value: string): string | undefined =>
    Result.isSuccess(Schema.decodeUnknownResult(schema)(value)) ? undefined : must

/** A whole number from `minimum` to `maximum`, both included. */
export const wholeNumber = (minimum: number, maximum: number) =>
  checked(
    Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isBetween({ minimum, maximum }))),
    `must be a whole number from ${minimum} to ${maximum}`
  )

export const positiveNumber = checked(
  Schema.FiniteFromString.pipe(Schema.check(Schema.isGreaterThan(0))),
  "must be a number greater than 0"
)

export const digits = (value: string): string | undefined =>
  /^\d{1,18}$/.test(value) ? undefined : "must consist of digits"

export const port = checked(
  Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
  "must be a port number from 0 (any free one) to 65535"
)

const truths = ["true", "yes", "on", "1", "y"]
const untruths = ["false", "no", "off", "0", "n"]

/** Reads the spellings that `Config.Boolean` reads. */
export const isTrue = (value: string): boolean => truths.includes(value)

export const boolean = (value: string): string | undefined =>
  [...truths, ...untruths].includes(value) ? undefined : "must be true or false"

export const oneOf = (...words: ReadonlyArray<string>) =>
  checked(Schema.Literals(words), `must be one of ${words.join(", ")}`)

const urlOf = (value: string) => (URL.canParse(value) ? new URL(value) : undefined)

export const httpUrl = (value: string): string | undefined =>
  /^https?:$/.test(urlOf(value)?.protocol ?? "") ? undefined : "must be an http or https address"

export const postgresUrl = (value: string): string | undefined =>
  /^postgres(ql)?:$/.test(urlOf(value)?.protocol ?? "") ? undefined : "must be a postgres:// address"

export const redisUrl = (value: string): string | undefined =>
  /^rediss?:$/.test(urlOf(value)?.protocol ?? "") ? undefined : "must be a redis:// or rediss:// address"

export const atLeastBytes =
  (bytes: number) =>
  (value: string): string | undefined =>
    new TextEncoder().encode(value).length >= bytes ? undefined : `must have ${bytes} bytes or more`

export const signingSecret = (value: string): string | undefined =>
  /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(value) ? undefined : "must be whsec_ and 24 bytes or more in base64"

const isNetwork = (text: string): boolean => {
  const [address = "", bits] = text.trim().split("/")
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

export const networks = (value: string): string | undefined =>
  value.split(",").every(isNetwork) ? undefined : "must be networks as CIDR, with commas between them"
