import { assert, describe, it } from "@effect/vitest"
import type { Destination } from "../../../src/domain/gateways/DispatcherList.ts"
import { dispatcherList } from "../../../src/domain/gateways/DispatcherList.ts"
import { sampleConfig } from "./SampleGateway.ts"

const gateway = (gatewayId: string, differences: Partial<Destination> = {}): Destination => ({
  ...sampleConfig(),
  gatewayId,
  status: "active",
  health: "healthy",
  ...differences
})

const ids = (gateways: ReadonlyArray<Destination>) =>
  [...dispatcherList("kamailio", 1, gateways).matchAll(/duid=([^;]+)/g)].map(([, id]) => id)

describe("a proxy's dispatcher list", () => {
  it("has Kamailio's columns", () => {
    const text = dispatcherList("kamailio", 1, [
      gateway("a"),
      gateway("b", { ipAddress: "2001:db8::1", port: 5061, protocol: "TLS", priority: 9, weight: 0 })
    ])
    assert.strictEqual(
      text,
      [
        "# setid destination flags priority attributes",
        "1 sip:[2001:db8::1]:5061;transport=tls 0 9 duid=b;maxload=1000;weight=0",
        "1 sip:192.0.2.10:5060 0 0 duid=a;maxload=1000;weight=50;rweight=50",
        ""
      ].join("\n")
    )
  })

  it("has the columns of OpenSIPS' table in a file, colons escaped", () => {
    const text = dispatcherList("opensips", 1, [
      gateway("a"),
      gateway("b", { ipAddress: "2001:db8::1", port: 5061, protocol: "TLS", priority: 9, weight: 0 })
    ])
    assert.strictEqual(
      text,
      [
        "id(int,auto) setid(int) destination(string) socket(string,null) state(int) probe_mode(int) weight(string) priority(int) attrs(string) description(string)",
        "1:1:sip\\:[2001\\:db8\\:\\:1]\\:5061;transport=tls::0:0:0:9:b:LOS-1",
        "2:1:sip\\:192.0.2.10\\:5060::0:0:1:0:a:LOS-1",
        ""
      ].join("\n")
    )
  })

  it("has weights that OpenSIPS makes the shortest rows of calls of", () => {
    const weights = (...all: ReadonlyArray<number>) =>
      dispatcherList(
        "opensips",
        1,
        all.map((weight, i) => gateway(String(i), { weight }))
      )
        .split("\n")
        .slice(1, -1)
        .map((line) => Number(line.split("::")[1]?.split(":")[2]))
    assert.deepStrictEqual(weights(50, 50), [1, 1])
    assert.deepStrictEqual(weights(60, 0, 40), [3, 0, 2])
    assert.deepStrictEqual(weights(70, 30, 33), [70, 30, 33])
    assert.deepStrictEqual(weights(0, 0), [0, 0])
  })

  it("holds only gateways of the set that take calls now", () => {
    assert.deepStrictEqual(
      ids([
        gateway("active"),
        gateway("degraded", { health: "degraded" }),
        gateway("new", { health: "unknown" }),
        gateway("critical", { health: "critical" }),
        gateway("blacklisted", { status: "blacklisted" }),
        gateway("suspended", { status: "suspended" }),
        gateway("inactive", { status: "inactive" }),
        gateway("other-set", { dispatcherSet: 2 }),
        gateway("brings-calls-only", { direction: "ingress" })
      ]),
      ["active", "degraded", "new"]
    )
  })
})
