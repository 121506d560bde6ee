import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import type { GatewayEvent, GatewayRefusal, GatewayState } from "../../../src/domain/gateways/Gateway.ts"
import { evolveGateway, GatewayEvent as Event, isThere, unknownGateway } from "../../../src/domain/gateways/Gateway.ts"
import { GatewayDraft, gatewayIdOfCode, GatewayId } from "../../../src/domain/gateways/GatewayConfig.ts"
import {
  decideActivate,
  decideBlacklist,
  decideCreate,
  decideDeactivate,
  decideDelete,
  decideExpire,
  decideHealth,
  decideRules,
  decideSuspend,
  decideUnblacklist,
  decideUpdate
} from "../../../src/domain/gateways/GatewayDecisions.ts"
import { canonicalIp } from "../../../src/domain/network/IpAddress.ts"
import { draft, sampleConfig } from "./SampleGateway.ts"

type Decide = (state: GatewayState, nowMillis: number) => Result.Result<ReadonlyArray<GatewayEvent>, GatewayRefusal>

const by = "an operator"
const restriction = { reason: "fraud", expiresAtMillis: 1_000, by }
const match = { rule: "r", action: "blacklist", applied: true, evidence: "much", lastsSeconds: 60 } as const

const commands = {
  create: (state, now) => decideCreate(state, { config: sampleConfig(), activate: false, by }, now),
  createActive: (state, now) => decideCreate(state, { config: sampleConfig(), activate: true, by }, now),
  update: (state) => decideUpdate(state, { cpmLimit: 7, region: "Kano" }, by),
  activate: (state, now) => decideActivate(state, by, now),
  deactivate: (state) => decideDeactivate(state, by),
  suspend: (state, now) => decideSuspend(state, restriction, now),
  blacklist: (state, now) => decideBlacklist(state, restriction, now),
  blacklistForGood: (state, now) => decideBlacklist(state, { ...restriction, expiresAtMillis: null }, now),
  unblacklist: (state, now) => decideUnblacklist(state, "cleared", by, now),
  expire: decideExpire,
  healthy: (state) => decideHealth(state, "healthy", "it answered 200"),
  critical: (state) => decideHealth(state, "critical", "no answer"),
  rule: (state, now) => decideRules(state, [match], now),
  delete: (state) => decideDelete(state, "closed", by)
} satisfies Record<string, Decide>

type Name = keyof typeof commands

const apply = (state: GatewayState, name: Name, now = 10) => {
  const decide: Decide = commands[name]
  const decision = decide(state, now)
  return Result.isSuccess(decision)
    ? { state: decision.success.reduce(evolveGateway, state), events: decision.success, refusal: undefined }
    : { state, events: [], refusal: decision.failure._tag }
}

const after = (...names: ReadonlyArray<Name>) =>
  names.reduce((state, name) => {
    const step = apply(state, name)
    assert.strictEqual(step.refusal, undefined, name)
    return step.state
  }, unknownGateway("los-1"))

const names = Object.keys(commands) as ReadonlyArray<Name>

describe("a gateway", () => {
  it("begins inactive, takes calls when activated, and goes back after a blacklisting to what it was", () => {
    assert.strictEqual(after("create").status, "inactive")
    assert.strictEqual(after("createActive").status, "active")
    const listed = after("createActive", "blacklist")
    assert.deepStrictEqual(
      [listed.status, listed.statusReason, listed.statusExpiresAtMillis],
      ["blacklisted", "fraud", 1_000]
    )
    assert.strictEqual(apply(listed, "expire", 999).events.length, 0)
    assert.strictEqual(apply(listed, "expire", 1_000).state.status, "active")
    assert.strictEqual(apply(listed, "unblacklist").state.status, "active")
    assert.strictEqual(apply(after("create", "blacklist"), "unblacklist").state.status, "inactive")
    assert.strictEqual(
      apply(after("createActive", "suspend", "blacklistForGood"), "unblacklist").state.status,
      "active"
    )
    assert.strictEqual(apply(after("createActive", "blacklistForGood"), "expire", 1e15).state.status, "blacklisted")
  })

  it("cannot be put into service around a blacklisting", () => {
    for (const name of ["activate", "deactivate", "suspend"] as const) {
      assert.strictEqual(apply(after("createActive", "blacklist"), name).refusal, "GatewayStatusRefused")
    }
  })

  it("says of each field that changed what it was and is", () => {
    const [event] = apply(after("create"), "update").events
    assert(event?._tag === "GatewayUpdated")
    assert.deepStrictEqual(event.changes, [
      { field: "region", from: "", to: "Kano" },
      { field: "cpmLimit", from: 100, to: 7 }
    ])
    assert.strictEqual(apply(after("create", "update"), "update").events.length, 0)
  })

  it("refuses an expiry that has passed, a second gateway of its id, and commands to one that is not there", () => {
    assert.strictEqual(apply(after("createActive"), "blacklist", 1_000).refusal, "GatewayExpiryRefused")
    assert.strictEqual(apply(after("create", "update"), "create").refusal, "GatewayConflict")
    assert.strictEqual(apply(after("create"), "create").events.length, 0)
    for (const name of ["update", "activate", "blacklist", "unblacklist", "delete"] as const) {
      assert.strictEqual(apply(after(), name).refusal, "GatewayUnknown", name)
    }
    assert.strictEqual(after("create", "delete", "create").status, "inactive")
  })

  it("is judged and probed only while it is active", () => {
    assert.deepStrictEqual(
      apply(after("createActive"), "rule").events.map(({ _tag }) => _tag),
      ["GatewayRuleMatched", "GatewayBlacklisted"]
    )
    assert.strictEqual(apply(after("createActive"), "rule").state.statusExpiresAtMillis, 60_010)
    assert.strictEqual(apply(after("createActive", "healthy"), "healthy").events.length, 0)
    assert.strictEqual(after("createActive", "healthy").health, "healthy")
    for (const name of ["rule", "healthy", "critical"] as const) {
      assert.strictEqual(apply(after("create"), name).events.length, 0)
      assert.strictEqual(apply(after("createActive", "blacklist"), name).events.length, 0)
    }
  })

  it("whatever is commanded, its history can be read again and gives the same state", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 2_000 })), { maxLength: 30 }),
        (steps) => {
          let state = unknownGateway("los-1")
          const history: Array<GatewayEvent> = []
          for (const [name, now] of steps) {
            const step = apply(state, name, now)
            state = step.state
            history.push(...step.events)
            assert.strictEqual(state.config !== null || state.status === "unknown", true)
            if (state.status !== "suspended" && state.status !== "blacklisted") {
              assert.deepStrictEqual([state.statusReason, state.statusExpiresAtMillis], [null, null])
            }
            if (!isThere(state)) assert.strictEqual(state.health, "unknown")
          }
          const read = history
            .map((event) =>
              Schema.decodeUnknownSync(Event)(JSON.parse(JSON.stringify(Schema.encodeSync(Event)(event))))
            )
            .reduce(evolveGateway, unknownGateway("los-1"))
          assert.deepStrictEqual(read, state)
        }
      )
    )
  })
})

describe("a gateway's configuration", () => {
  const decode = Schema.decodeUnknownResult(GatewayDraft)

  it("has the defaults of its kind", () => {
    const config = sampleConfig()
    assert.deepStrictEqual(
      [config.port, config.protocol, config.fraudThreshold, config.cpmLimit, config.acdThresholdSeconds],
      [5060, "UDP", 0.75, 100, 15]
    )
    assert.deepStrictEqual(
      [config.maxConcurrentCalls, config.maxCallsPerSecond, config.countryCode],
      [1_000, 100, "NGA"]
    )
    assert.strictEqual(sampleConfig({ protocol: "TLS" }).port, 5061)
  })

  it.each([
    ["name", "ab"],
    ["ipAddress", "300.1.2.3"],
    ["ipAddress", "gateway.example.net"],
    ["port", 0],
    ["fraudThreshold", 1.01],
    ["cpmLimit", 10_001],
    ["acdThresholdSeconds", 301],
    ["protocol", "SCTP"],
    ["code", "a b"],
    ["name", "line\nbreak"]
  ])("refuses %s %j", (field, value) => {
    assert.isTrue(Result.isSuccess(decode(draft)))
    assert.isTrue(Result.isFailure(decode({ ...draft, [field]: value })))
  })

  it("writes an address in one way", () => {
    assert.strictEqual(sampleConfig({ ipAddress: "2001:DB8:0:0:0:0:0:1" }).ipAddress, "2001:db8::1")
    assert.strictEqual(canonicalIp("::ffff:192.0.2.1"), "192.0.2.1")
    assert.strictEqual(canonicalIp("[2001:db8::1]"), "2001:db8::1")
    assert.strictEqual(canonicalIp("192.0.2.1"), "192.0.2.1")
    assert.strictEqual(canonicalIp("no:address"), "no:address")
  })

  it("makes an id of any code", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/), (code) => {
        assert.isTrue(Schema.is(GatewayId)(gatewayIdOfCode(code)), code)
      })
    )
  })
})
