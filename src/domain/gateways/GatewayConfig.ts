import { Schema } from "effect"
import { canonicalIp, IpText } from "../network/IpAddress.ts"

export const SipProtocol = Schema.Literals(["UDP", "TCP", "TLS"])
export type SipProtocol = typeof SipProtocol.Type

/** Mobile network operator, virtual one, interconnect clearing house, or a carrier from abroad. */
export const CarrierType = Schema.Literals(["MNO", "MVNO", "ICL", "International"])
export type CarrierType = typeof CarrierType.Type

export const GatewayType = Schema.Literals(["local", "international", "transit"])
export type GatewayType = typeof GatewayType.Type

/** Which way calls go: from the carrier to us, from us to the carrier, or both. */
export const GatewayDirection = Schema.Literals(["ingress", "egress", "both"])
export type GatewayDirection = typeof GatewayDirection.Type

/** A gateway's id: a slug of 1 to 63 lower-case letters, digits and inner hyphens; two words name other addresses. */
export const GatewayId = Schema.String.check(
  Schema.isPattern(/^(?!(?:dispatcher|rules)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    expected: "a gateway's id: 1 to 63 lower-case letters, digits and hyphens"
  })
)

const text = (minimum: number, maximum: number) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^[^\\p{Cc}]{${minimum},${maximum}}$`, "u"), {
      expected: `${minimum} to ${maximum} characters, none of them a control character`
    })
  )

const wholeNumber = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** The operator's own short name of the gateway; no two gateways have the same. */
const Code = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, { expected: "1 to 32 letters, digits, dots, hyphens or _" })
)

/** Empty: not known. */
const CarrierId = Schema.String.check(
  Schema.isPattern(/^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/, { expected: "a carrier's id, or nothing" })
)

const CountryCode = Schema.String.check(
  Schema.isPattern(/^[A-Z]{2,3}$/, { expected: "an ISO 3166 country code of 2 or 3 capital letters" })
)

const identity = {
  name: text(3, 100),
  code: Code,
  ipAddress: IpText,
  carrierName: text(1, 100)
}

const limits = {
  /** Share of fraudulent calls, 0 to 1, from which on the gateway counts as a source of fraud. */
  fraudThreshold: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  /** Calls a minute. */
  cpmLimit: wholeNumber(1, 10_000),
  /** Average call duration below which the gateway is suspicious; 0: never. */
  acdThresholdSeconds: wholeNumber(0, 300),
  maxConcurrentCalls: wholeNumber(1, 1_000_000),
  maxCallsPerSecond: wholeNumber(1, 100_000)
}

const placement = {
  port: wholeNumber(1, 65_535),
  protocol: SipProtocol,
  carrierId: CarrierId,
  carrierType: CarrierType,
  countryCode: CountryCode,
  region: text(0, 64),
  gatewayType: GatewayType,
  direction: GatewayDirection,
  /** The switch's own group of sources that the gateway's calls come from; 0: any. */
  sourceGroup: wholeNumber(0, 65_535),
  /** Set of the proxy's dispatcher that the gateway is a destination of; 0: none. */
  dispatcherSet: wholeNumber(0, 65_535),
  /** Share of the set's calls among destinations of one priority, in per cent. */
  weight: wholeNumber(0, 100),
  /** Higher ones are tried first. */
  priority: wholeNumber(0, 1_000)
}

/** What an operator says of a gateway. */
export const GatewayConfig = Schema.Struct({ ...identity, ...placement, ...limits })
export type GatewayConfig = typeof GatewayConfig.Type

const optional = <F extends Schema.Struct.Fields>(fields: F) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Schema.optionalKey(field)])) as {
    readonly [K in keyof F]: Schema.optionalKey<F[K]>
  }

/** A gateway to be: what is not said has its default. */
export const GatewayDraft = Schema.Struct({ ...identity, ...optional(placement), ...optional(limits) })
export type GatewayDraft = typeof GatewayDraft.Type

/** What of a gateway is to change. */
export const GatewayPatch = Schema.Struct(optional({ ...identity, ...placement, ...limits }))
export type GatewayPatch = typeof GatewayPatch.Type

export const GatewayThresholds = Schema.Struct(optional(limits))
export type GatewayThresholds = typeof GatewayThresholds.Type

const defaults = {
  port: 5060,
  protocol: "UDP",
  carrierId: "",
  carrierType: "MNO",
  countryCode: "NGA",
  region: "",
  gatewayType: "local",
  direction: "both",
  sourceGroup: 0,
  dispatcherSet: 1,
  weight: 50,
  priority: 0,
  fraudThreshold: 0.75,
  cpmLimit: 100,
  acdThresholdSeconds: 15,
  maxConcurrentCalls: 1_000,
  maxCallsPerSecond: 100
} as const

export const configOf = (draft: GatewayDraft): GatewayConfig => ({
  ...defaults,
  port: draft.protocol === "TLS" ? 5061 : defaults.port,
  ...draft,
  ipAddress: canonicalIp(draft.ipAddress)
})

/** One field that changed, as text or number. */
export const FieldChange = Schema.Struct({
  field: Schema.String,
  from: Schema.Union([Schema.String, Schema.Finite]),
  to: Schema.Union([Schema.String, Schema.Finite])
})
export type FieldChange = typeof FieldChange.Type

export const patched = (config: GatewayConfig, patch: GatewayPatch): GatewayConfig => ({
  ...config,
  ...patch,
  ipAddress: canonicalIp(patch.ipAddress ?? config.ipAddress)
})

export const changesBetween = (before: GatewayConfig, after: GatewayConfig): ReadonlyArray<FieldChange> =>
  (Object.keys(GatewayConfig.fields) as ReadonlyArray<keyof GatewayConfig>).flatMap((field) =>
    before[field] === after[field] ? [] : [{ field, from: before[field], to: after[field] }]
  )

/** The id of a gateway whose creator gave none: its code as a slug. */
export const gatewayIdOfCode = (code: string): string => {
  const slug = code
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/-+$/, "")
  return Schema.is(GatewayId)(slug) ? slug : `gateway-${slug}`
}

/** Takes calls from its carrier, so that a call's source address leads to it. */
export const takesCalls = (config: GatewayConfig): boolean => config.direction !== "egress"
