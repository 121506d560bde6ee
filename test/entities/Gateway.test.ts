import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Effect, Layer, Option } from "effect"
import { TestRunner } from "effect/cluster"
import type { BlacklistRule } from "../../src/domain/gateways/BlacklistRule.ts"
import { emptyTally } from "../../src/domain/gateways/CallTally.ts"
import type { GatewayConfig } from "../../src/domain/gateways/GatewayConfig.ts"
import { rulesId } from "../../src/domain/rules/VersionedRules.ts"
import { Gateway } from "../../src/entities/Gateway.ts"
import { GatewayLive } from "../../src/entities/GatewayLive.ts"
import { GatewayRules } from "../../src/entities/GatewayRules.ts"
import { GatewayRulesLive } from "../../src/entities/GatewayRulesLive.ts"
import { GatewayReports } from "../../src/entities/GatewayReports.ts"
import { GatewayDirectory } from "../../src/layers/fraud/GatewayDirectory.ts"
import { GatewayPolicy } from "../../src/layers/fraud/GatewayPolicy.ts"
import { SipOptions } from "../../src/layers/sip/SipOptions.ts"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import { GatewayClaims } from "../../src/layers/storage/GatewayClaims.ts"
import { GatewayMetrics } from "../../src/layers/storage/GatewayMetrics.ts"
import { GatewayRows } from "../../src/layers/storage/GatewayRows.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { JournalChanges } from "../../src/layers/storage/JournalChanges.ts"
import { sampleConfig } from "../domain/gateways/SampleGateway.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import * as Responder from "../layers/sip/SipResponder.ts"

const testMillis = 60_000

const storage = Layer.mergeAll(
  DeadLetters.layer,
  GatewayClaims.layer,
  GatewayMetrics.layer,
  GatewayRows.layer,
  Journal.layer,
  JournalChanges.layer
).pipe(Layer.provideMerge(TestDatabase.layer))

const plane = (probeSeconds: number) =>
  Layer.mergeAll(GatewayLive, GatewayRulesLive, GatewayReports.layer, GatewayDirectory.layer).pipe(
    Layer.provideMerge(TestRunner.layer),
    Layer.provide(SipOptions.layer),
    Layer.provideMerge(GatewayPolicy.layer),
    Layer.provideMerge(storage),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ GATEWAY_PROBE_SECONDS: String(probeSeconds) })))
  )

const by = "an operator"

const created = Effect.fnUntraced(function* (gatewayId: string, config: Partial<GatewayConfig> = {}) {
  const gateway = (yield* Gateway.client)(gatewayId)
  const code = gatewayId.toUpperCase()
  const payload = { commandKey: `create-${gatewayId}`, by, activate: true, config: sampleConfig({ code, ...config }) }
  yield* gateway.Create(payload)
  return { gateway, payload }
})

const typesOf = (gatewayId: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    return (yield* journal.load("Gateway", gatewayId)).events.map(({ payload, type }) =>
      type === "GatewayHealthChanged" ? `health ${(payload as { to: string }).to}` : type
    )
  })

const floodRule: BlacklistRule = {
  rule: "flood",
  conditions: [{ figure: "callsPerMinute", comparison: "atLeast", value: "threshold" }],
  windowSeconds: 60,
  minimumCalls: 1,
  action: "blacklist",
  autoApply: true,
  priority: 1,
  lastsSeconds: 1,
  cooldownSeconds: 3_600
}

describe("a gateway's actor", () => {
  it.live(
    "notices that the gateway falls silent and comes back, and writes down nothing but that",
    () =>
      Effect.gen(function* () {
        let silent = false
        const { port, requests } = yield* Responder.udp((request) =>
          silent ? undefined : [Responder.response(request, "200 OK")]
        )
        const { gateway } = yield* created("los-1", { ipAddress: "127.0.0.1", port })
        const healthIs = (health: string) => eventually(gateway.Get(), (state) => state.health === health)
        yield* healthIs("healthy")
        yield* eventually(
          Effect.sync(() => requests.length),
          (count) => count >= 3
        )
        silent = true
        yield* healthIs("critical")
        const row = Option.getOrThrow(yield* (yield* GatewayRows).get("los-1"))
        assert.deepStrictEqual([row.status, row.health], ["active", "critical"])
        silent = false
        yield* healthIs("healthy")
        assert.deepStrictEqual(yield* typesOf("los-1"), [
          "GatewayCreated",
          "GatewayActivated",
          "health healthy",
          "health critical",
          "health healthy"
        ])
        const stats = yield* gateway.Stats({ period: "1m" })
        assert.isBelow(stats.uptimePercent ?? 100, 100)
        assert.strictEqual(stats.breaker, "closed")
        yield* gateway.Deactivate({ commandKey: "stop", by })
        assert.strictEqual((yield* gateway.Get()).health, "unknown")
      }).pipe(Effect.provide(plane(1)), Effect.scoped),
    testMillis
  )

  it.live(
    "counts each report once, is blacklisted by a rule over its own limit, and comes back when the time is over",
    () =>
      Effect.gen(function* () {
        const rules = (yield* GatewayRules.client)(rulesId)
        yield* rules.Replace({ commandKey: "rules", by, reason: "floods", rules: [floodRule] })
        const policy = yield* GatewayPolicy
        yield* eventually(
          Effect.sync(() => policy.current().version),
          (version) => version === 1
        )
        const { gateway } = yield* created("abj-1", { cpmLimit: 10 })
        const report = (sequence: number, attempts: number) =>
          Effect.gen(function* () {
            const atMillis = yield* Clock.currentTimeMillis
            const tally = { ...emptyTally, attempts, answered: attempts, durationMillis: attempts * 30_000 }
            yield* gateway.RecordCalls({ source: "n1", sequence, concurrent: 3, seconds: [{ atMillis, tally }] })
          })
        yield* report(1, 4)
        yield* report(1, 4)
        const stats = yield* gateway.Stats({ period: "5m" })
        assert.deepStrictEqual(
          [stats.attempts, stats.asr, stats.acdSeconds, stats.concurrentCalls, stats.peakConcurrent],
          [4, 1, 30, 3, 3]
        )
        assert.strictEqual((yield* gateway.Get()).status, "active")
        yield* report(2, 6)
        const listed = yield* eventually(gateway.Get(), ({ status }) => status === "blacklisted")
        assert.match(listed.statusReason ?? "", /^rule flood: callsPerMinute 10, at least 10 over 10 calls in 60 s$/)
        yield* eventually(
          Effect.andThen(gateway.Wake({ trigger: "timer" }), gateway.Get()),
          ({ status }) => status === "active"
        )
        yield* report(3, 1)
        assert.deepStrictEqual(yield* typesOf("abj-1"), [
          "GatewayCreated",
          "GatewayActivated",
          "GatewayRuleMatched",
          "GatewayBlacklisted",
          "GatewayUnblacklisted"
        ])
      }).pipe(Effect.provide(plane(0)), Effect.scoped),
    testMillis
  )

  it.live(
    "shares its code and its source with no other, until it gives them back",
    () =>
      Effect.gen(function* () {
        const { gateway, payload } = yield* created("kan-1", { ipAddress: "192.0.2.1" })
        assert.strictEqual((yield* gateway.Create(payload)).status, "active")
        const other = (yield* Gateway.client)("kan-2")
        const create = (commandKey: string, config: Partial<GatewayConfig>) =>
          Effect.flip(other.Create({ commandKey, by, activate: false, config: sampleConfig(config) }))
        const details = [
          yield* create("a", { code: "kan-1", ipAddress: "192.0.2.2" }),
          yield* create("b", { code: "KAN-2", ipAddress: "192.0.2.1" })
        ].map((error) => (error._tag === "GatewayConflict" ? error.detail : error._tag))
        assert.deepStrictEqual(details, [
          "gateway kan-1 has this code",
          "gateway kan-1 has this address in the same source group"
        ])
        yield* created("kan-3", { ipAddress: "192.0.2.1", sourceGroup: 7 })
        yield* created("kan-4", { ipAddress: "192.0.2.1", direction: "egress" })
        yield* gateway.Delete({ commandKey: "delete", by, reason: "closed" })
        yield* created("kan-2", { ipAddress: "192.0.2.1" })
        assert.isTrue(Option.isNone(yield* (yield* GatewayRows).get("kan-1")))
      }).pipe(Effect.provide(plane(0)), Effect.scoped),
    testMillis
  )

  it.live(
    "goes on from the minutes that were kept, and hears from nodes what they saw",
    () =>
      Effect.gen(function* () {
        const metrics = yield* GatewayMetrics
        const atMillis = (yield* Clock.currentTimeMillis) - 7_200_000
        const minute = { atMillis, tally: { ...emptyTally, attempts: 5, peakCps: 4 } }
        yield* metrics.add("ibd-1", minute)
        yield* metrics.add("ibd-1", { ...minute, tally: { ...minute.tally, attempts: 1, peakCps: 2 } })
        const { gateway } = yield* created("ibd-1")
        const reports = yield* GatewayReports
        reports.note("ibd-1", { ...emptyTally, attempts: 2 }, yield* Clock.currentTimeMillis)
        reports.concurrent("ibd-1", 2)
        const stats = yield* eventually(gateway.Stats({ period: "24h" }), ({ attempts }) => attempts === 8)
        assert.deepStrictEqual([stats.peakCps, stats.concurrentCalls], [4, 2])
        assert.strictEqual((yield* gateway.Stats({ period: "1h" })).attempts, 2)
        assert.strictEqual(yield* metrics.sweep((yield* Clock.currentTimeMillis) + 40 * 86_400_000), 1)
      }).pipe(Effect.provide(plane(0)), Effect.scoped),
    testMillis
  )

  it.live(
    "is in every node's directory soon after it changes",
    () =>
      Effect.gen(function* () {
        const directory = yield* GatewayDirectory
        const soon = <A>(look: () => A, isSo: (value: A) => boolean) => eventually(Effect.sync(look), isSo)
        const { gateway } = yield* created("phc-1", { ipAddress: "192.0.2.9", sourceGroup: 4 })
        yield* soon(
          () => directory.get("phc-1")?.status,
          (status) => status === "active"
        )
        assert.strictEqual(directory.bySource("::ffff:192.0.2.9", 4)?.gatewayId, "phc-1")
        assert.isUndefined(directory.bySource("192.0.2.9", 5))
        yield* gateway.Update({ commandKey: "move", by, patch: { ipAddress: "2001:DB8::9", sourceGroup: 0 } })
        yield* soon(
          () => directory.bySource("2001:db8:0::9", 66)?.gatewayId,
          (found) => found === "phc-1"
        )
        assert.isUndefined(directory.bySource("192.0.2.9", 4))
        const expiresAtMillis = (yield* Clock.currentTimeMillis) + 60_000
        yield* gateway.Blacklist({ commandKey: "list", by, reason: "fraud", expiresAtMillis })
        const listed = yield* soon(
          () => directory.get("phc-1"),
          (entry) => entry?.status === "blacklisted"
        )
        assert.deepStrictEqual([listed?.statusReason, listed?.statusExpiresAtMillis], ["fraud", expiresAtMillis])
        yield* gateway.Delete({ commandKey: "delete", by, reason: "closed" })
        yield* soon(
          () => directory.size(),
          (size) => size === 0
        )
      }).pipe(Effect.provide(plane(0)), Effect.scoped),
    testMillis
  )
})
