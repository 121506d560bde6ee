import { Schema } from "effect"
import type { GatewayConfig } from "./GatewayConfig.ts"
import type { GatewayStatus } from "./Gateway.ts"
import type { HealthStatus } from "./GatewayHealth.ts"

/** The list formats of the two SIP proxies that can read one. */
export const DispatcherFormat = Schema.Literals(["kamailio", "opensips"])
export type DispatcherFormat = typeof DispatcherFormat.Type

/** What of a gateway the list needs. */
export interface Destination extends GatewayConfig {
  readonly gatewayId: string
  readonly status: GatewayStatus
  readonly health: HealthStatus
}

/** Takes calls now: in service, and not known to be silent. */
export const isDestination = ({ direction, health, status }: Destination): boolean =>
  status === "active" && health !== "critical" && direction !== "ingress"

/** A SIP URI (RFC 3261 §19.1); IPv6 addresses are bracketed. */
export const sipUri = ({
  ipAddress,
  port,
  protocol
}: Pick<GatewayConfig, "ipAddress" | "port" | "protocol">): string => {
  const host = ipAddress.includes(":") ? `[${ipAddress}]` : ipAddress
  const transport = protocol === "UDP" ? "" : `;transport=${protocol.toLowerCase()}`
  return `sip:${host}:${port}${transport}`
}

/** Relative weights are 1 to 100; a destination without one gets no share of the calls. */
const shareOf = (weight: number): string => (weight === 0 ? "weight=0" : `weight=${weight};rweight=${weight}`)

/** A line of Kamailio's list file: `setid destination flags priority attributes`; flags 0 is active. */
const kamailioLine = (each: Destination): string =>
  `${each.dispatcherSet} ${sipUri(each)} 0 ${each.priority} duid=${each.gatewayId};maxload=${each.maxConcurrentCalls};${shareOf(each.weight)}`

/** The columns of version 9 of the table `dispatcher`, as OpenSIPS 3.4 reads it from a file (db_text); state 0 is active. */
const opensipsHeader =
  "id(int,auto) setid(int) destination(string) socket(string,null) state(int) probe_mode(int) weight(string) priority(int) attrs(string) description(string)"

const commonDivisor = (one: number, other: number): number => (other === 0 ? one : commonDivisor(other, one % other))

/** OpenSIPS sends as many calls in a row as the weight says, so that the smallest numbers of a proportion are the best. */
const opensipsLines = (destinations: ReadonlyArray<Destination>): ReadonlyArray<string> => {
  const divisor = destinations.reduce((found, { weight }) => commonDivisor(found, weight), 0) || 1
  return destinations.map((each, index) =>
    [index + 1, each.dispatcherSet, sipUri(each), "", 0, 0, each.weight / divisor, each.priority]
      .concat(each.gatewayId, each.code)
      .map((column) => String(column).replace(/[\\:]/g, (special) => `\\${special}`))
      .join(":")
  )
}

/** The list of one set, in an order that does not change by itself, so that equal sets have equal texts. */
export const dispatcherList = (format: DispatcherFormat, set: number, gateways: ReadonlyArray<Destination>): string => {
  const destinations = gateways
    .filter((each) => each.dispatcherSet === set && isDestination(each))
    .toSorted((one, other) => other.priority - one.priority || (one.gatewayId < other.gatewayId ? -1 : 1))
  const lines =
    format === "kamailio"
      ? ["# setid destination flags priority attributes", ...destinations.map(kamailioLine)]
      : [opensipsHeader, ...opensipsLines(destinations)]
  return [...lines, ""].join("\n")
}
