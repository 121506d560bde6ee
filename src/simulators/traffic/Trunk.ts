import type { Rng } from "./Rng.ts"
import { carriers } from "./NumberPlan.ts"

/** Groups of sources as the switch numbers them; 1 (trusted) and 66 (blacklisted) are given by hand. */
export const sourceGroups = { national: 2, enterprise: 3, wholesale: 4, international: 10 } as const

/** Where calls come in. */
export interface Trunk {
  readonly sourceIp: string
  readonly sourceGroup: number
  readonly gatewayId: string
  readonly carrierId: string
  readonly userAgent: string
}

const agents = ["Ericsson-MSS/19", "Huawei-SoftX3000", "Nokia-TAS/21", "ZTE-SS/3"]
const gatewaysEach = 4

/** The interconnects of the mobile operators: four gateways each. */
const nationals: ReadonlyArray<Trunk> = carriers.flatMap((carrierId, carrier) =>
  Array.from({ length: gatewaysEach }, (_, gateway) => ({
    sourceIp: `10.${20 + carrier}.0.${11 + gateway}`,
    sourceGroup: sourceGroups.national,
    gatewayId: `gw-${carrierId.toLowerCase()}-${gateway + 1}`,
    carrierId,
    userAgent: agents[carrier] ?? ""
  }))
)

const fallback: Trunk = { sourceIp: "", sourceGroup: 0, gatewayId: "", carrierId: "", userAgent: "" }

/** @param carrier Index of `carriers`. @param chance Any whole number; the same one gives the same gateway. */
export const nationalTrunk = (carrier: number, chance: number): Trunk =>
  nationals[carrier * gatewaysEach + (chance % gatewaysEach)] ?? fallback

const international = new Map<string, Trunk>()

/** The gateway to the partner network of a country. */
export const internationalTrunk = (region: string, kind: "roaming" | "transit"): Trunk => {
  const key = `${kind}-${region}`
  const known = international.get(key)
  if (known !== undefined) return known
  const line = (region.charCodeAt(0) * 7 + region.charCodeAt(1) || 0) % 200
  const made = {
    sourceIp: `198.18.${kind === "roaming" ? 1 : 2}.${11 + line}`,
    sourceGroup: sourceGroups.international,
    gatewayId: `gw-intl-${kind === "roaming" ? 1 : 2}`,
    carrierId: kind === "roaming" ? `ROAMING-${region}` : `TRANSIT-${region}`,
    userAgent: kind === "roaming" ? "Ericsson-IPX/2" : "Oracle-SBC/9.1"
  }
  international.set(key, made)
  return made
}

/** The trunk of a company's own exchange. */
export const enterpriseTrunk = (rng: Rng, userAgent: string): Trunk => {
  const line = rng.between(1, 60_000)
  return {
    sourceIp: `10.60.${line >> 8}.${1 + (line & 127)}`,
    sourceGroup: sourceGroups.enterprise,
    gatewayId: `gw-ent-${1 + (line % 4)}`,
    carrierId: `ENT-${line}`,
    userAgent
  }
}

/** A seller of minutes that nobody knows well, at home or abroad. */
export const wholesaleTrunk = (rng: Rng, sourceGroup: number): Trunk => {
  const seller = rng.between(1, 40)
  return {
    sourceIp: `198.19.${seller}.${rng.between(2, 250)}`,
    sourceGroup,
    gatewayId: sourceGroup === sourceGroups.international ? "gw-intl-3" : `gw-whs-${1 + (seller % 3)}`,
    carrierId: `WHOLESALE-${seller}`,
    userAgent: rng.pick(["Asterisk PBX 18.20.0", "VOS3000 V2.1.8", "OpenSIPS (3.4.4)", "Sippy"])
  }
}
