import { BlockList, isIP, isIPv4 } from "node:net"

/** What is not of the public internet (RFC 6890 and its registries), and IPv6 forms that only wrap an IPv4 address. */
const ipv4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4]
] as const

/** Only 2000::/3 is given out for the public internet; the rest of IPv6 and parts of it are not. */
const ipv6Public = new BlockList()
ipv6Public.addSubnet("2000::", 3, "ipv6")

const ipv6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20]
] as const

const refused = new BlockList()
for (const [net, prefix] of ipv4) refused.addSubnet(net, prefix, "ipv4")
for (const [net, prefix] of ipv6) refused.addSubnet(net, prefix, "ipv6")

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const familyOf = (address: string) => (isIPv4(address) ? "ipv4" : "ipv6")

/** Whether an IP address is one of the public internet. */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 0) return false
  const family = familyOf(address)
  return !refused.check(address, family) && (family === "ipv4" || ipv6Public.check(address, "ipv6"))
}

export const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, familyOf(address))
