import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { News } from "../../../src/domain/subscriptions/Messages.ts"
import { isWanted, messageOf, withRoutingKey } from "../../../src/domain/subscriptions/Messages.ts"
import { maxTries, pauseMillis } from "../../../src/domain/subscriptions/Retries.ts"
import type { Subscription } from "../../../src/domain/subscriptions/Subscription.ts"
import { EventKind } from "../../../src/domain/subscriptions/Subscription.ts"

const subscription: Subscription = {
  subscriptionId: "sub_1",
  name: "soc",
  url: "https://soc.example/hook",
  format: "standard",
  kinds: [],
  minSeverity: null,
  enabled: true,
  disabledReason: null,
  failingSince: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z"
}

const news = (kind: EventKind, severity: News["alert"]["severity"] = "HIGH"): News => ({
  kind,
  event: {
    position: 42,
    entityType: "FraudAlert",
    entityId: "ALT-2026-0000001",
    version: 1,
    type: "AlertResolved",
    payload: { _tag: "AlertResolved", resolution: "false_positive", notes: "", by: "ada", atMillis: 1, sighting: {} },
    commandKey: null,
    requestId: null,
    occurredAt: "2026-01-01T10:00:00.000Z"
  },
  alert: {
    alertId: "ALT-2026-0000001",
    status: "resolved",
    severity,
    type: "CALL_MASKING",
    nccType: "CLI_SPOOFING",
    rule: "call_masking",
    subject: "+2348010000001",
    bNumber: "+2348010000001",
    confidence: 0.9,
    evidence: "5 callers within 5 s",
    aNumberCount: 5,
    findings: 7,
    calls: 6,
    sourceIps: ["192.0.2.1"],
    actionTaken: "BLOCKED",
    assignee: null,
    resolution: "false_positive",
    nccIncidentId: null,
    detectedAt: "2026-01-01T09:00:00.000Z",
    firstSeenAt: "2026-01-01T09:00:00.000Z",
    lastSeenAt: "2026-01-01T09:00:00.000Z"
  }
})

describe("a subscription", () => {
  it("hears of the kinds and severities that it asked for", () => {
    assert.isTrue(isWanted(subscription, news("fraud.alert.raised", "INFO")))
    assert.isFalse(isWanted({ ...subscription, kinds: ["fraud.alert.resolved"] }, news("fraud.alert.raised")))
    assert.isTrue(isWanted({ ...subscription, kinds: ["fraud.alert.resolved"] }, news("fraud.alert.resolved")))
    assert.isFalse(isWanted({ ...subscription, minSeverity: "CRITICAL" }, news("fraud.alert.raised", "HIGH")))
    assert.isTrue(isWanted({ ...subscription, minSeverity: "HIGH" }, news("fraud.alert.raised", "CRITICAL")))
  })

  it("of PagerDuty's hears of what PagerDuty knows", () => {
    const wanted = EventKind.literals.filter((kind) => isWanted({ ...subscription, format: "pagerduty" }, news(kind)))
    assert.deepStrictEqual(wanted, [
      "fraud.alert.raised",
      "fraud.alert.escalated",
      "fraud.alert.acknowledged",
      "fraud.alert.investigating",
      "fraud.alert.resolved",
      "fraud.alert.reopened"
    ])
  })
})

describe("a message", () => {
  it("says what happened, when, and how the alert is", () => {
    const body = JSON.parse(messageOf("standard", news("fraud.alert.resolved")))
    assert.deepInclude(body, { type: "fraud.alert.resolved", timestamp: "2026-01-01T10:00:00.000Z" })
    assert.deepInclude(body.data, { position: 42, resolution: "false_positive", by: "ada" })
    assert.deepInclude(body.data.alert, { alertId: "ALT-2026-0000001", severity: "HIGH", calls: 6 })
    assert.notProperty(body.data, "sighting")
  })

  it("of PagerDuty's has the shape of its Events API v2", () => {
    const actions = (["fraud.alert.raised", "fraud.alert.investigating", "fraud.alert.resolved"] as const).map(
      (kind) => JSON.parse(messageOf("pagerduty", news(kind))).event_action
    )
    assert.deepStrictEqual(actions, ["trigger", "acknowledge", "resolve"])
    const body = JSON.parse(withRoutingKey(messageOf("pagerduty", news("fraud.alert.raised", "CRITICAL")), "R0UT1NG"))
    assert.deepInclude(body, { routing_key: "R0UT1NG", dedup_key: "ALT-2026-0000001", event_action: "trigger" })
    assert.deepInclude(body.payload, {
      severity: "critical",
      source: "+2348010000001",
      timestamp: "2026-01-01T10:00:00.000Z",
      class: "CALL_MASKING"
    })
    assert.match(body.payload.summary, /^CRITICAL CALL_MASKING \+2348010000001: 5 callers/)
  })
})

describe("between two tries", () => {
  it("is more time with each, up to an hour, and never none", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: maxTries }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const pause = pauseMillis(tries, chance)
          assert.isAtLeast(pause, 4_000)
          assert.isAtMost(pause, 3_600_000)
          assert.isAtLeast(pauseMillis(tries + 1, 0), pauseMillis(tries, 0))
        }
      )
    )
    assert.deepStrictEqual(
      [1, 2, 3].map((tries) => pauseMillis(tries, 0)),
      [5_000, 15_000, 45_000]
    )
  })
})
