import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  decideAcknowledge,
  decideAssign,
  decideComment,
  decideInvestigate,
  decideReopen,
  decideReport,
  decideReportedToNcc,
  decideResolve
} from "../../../../src/domain/fraud/alerts/AlertDecisions.ts"
import { evolveAlert } from "../../../../src/domain/fraud/alerts/AlertEvolution.ts"
import type { FraudAlertState } from "../../../../src/domain/fraud/alerts/FraudAlert.ts"
import {
  AlertResolution,
  maxANumbers,
  maxCalls,
  maxComments,
  maxSourceIps,
  unknownAlert
} from "../../../../src/domain/fraud/alerts/FraudAlert.ts"
import { makeGathering, patternOf } from "../../../../src/domain/fraud/alerts/Sightings.ts"
import { Severity, severityRank } from "../../../../src/domain/fraud/FraudType.ts"
import { reportOf } from "./AlertSamples.ts"

const id = "ALT-2026-0000001"
const done = { by: "ada", atMillis: 7_000 }

type Decision = ReturnType<typeof decideAcknowledge>
type Step = (state: FraudAlertState) => Decision

const after = (state: FraudAlertState, step: Step) => {
  const decision = step(state)
  return Result.isSuccess(decision) ? decision.success.reduce(evolveAlert, state) : state
}

const report =
  (n: number, given?: Parameters<typeof reportOf>[1]): Step =>
  (state) => {
    const one = reportOf(n, given)
    return decideReport(state, patternOf(one), makeGathering(one, 5_000).sighting(), 6_000)
  }

const steps = {
  acknowledge: (state: FraudAlertState) => decideAcknowledge(state, done),
  investigate: (state: FraudAlertState) => decideInvestigate(state, done),
  assign: (state: FraudAlertState) => decideAssign(state, "bola", done),
  comment: (state: FraudAlertState) => decideComment(state, "note", "looked at it", done),
  resolve: (state: FraudAlertState) => decideResolve(state, "confirmed_fraud", "", done),
  reopen: (state: FraudAlertState) => decideReopen(state, "seen again", done)
}

const raised = after(unknownAlert(id), report(0))

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...Object.values(steps)),
  fc
    .record({ n: fc.nat(500), severity: fc.constantFrom(...Severity.literals) })
    .map(({ n, severity }) => report(n, { finding: { severity }, call: { sourceIp: `192.0.2.${n % 200}` } })),
  fc
    .constantFrom(...AlertResolution.literals)
    .map((resolution) => (state: FraudAlertState) => decideResolve(state, resolution, "why", done))
)

describe("a fraud alert", () => {
  it("says of a masking attack what the regulator asks for", () => {
    assert.deepInclude(raised, {
      status: "pending",
      severity: "HIGH",
      nccType: "CLI_SPOOFING",
      aNumberCount: 5,
      detectionWindowMillis: 5_000,
      detectionLatencyMillis: 0.25,
      detectedAtMillis: 5_000,
      actionTaken: "BLOCKED",
      reportedNcc: false
    })
    assert.strictEqual(raised.pattern?.bNumber, "+2348010000001")
  })

  it("goes from pending to resolved, with who and when of each step", () => {
    const end = [steps.acknowledge, steps.investigate, steps.assign, steps.comment, steps.resolve].reduce(after, raised)
    assert.deepInclude(end, {
      status: "resolved",
      acknowledgedBy: "ada",
      acknowledgedAtMillis: 7_000,
      investigatingBy: "ada",
      assignee: "bola",
      resolution: "confirmed_fraud",
      resolvedBy: "ada",
      resolvedAtMillis: 7_000
    })
    assert.deepStrictEqual(
      end.comments.map(({ newStatus, oldStatus, type }) => [type, oldStatus, newStatus]),
      [
        ["status_change", "pending", "acknowledged"],
        ["status_change", "acknowledged", "investigating"],
        ["assignment", null, null],
        ["note", null, null],
        ["resolution", "investigating", "resolved"]
      ]
    )
  })

  it("that is investigated or resolved at once was acknowledged by that", () => {
    assert.strictEqual(after(raised, steps.investigate).acknowledgedBy, "ada")
    assert.strictEqual(after(raised, steps.resolve).acknowledgedBy, "ada")
  })

  it("once resolved takes comments and a reopening, and refuses the rest", () => {
    const resolved = after(raised, steps.resolve)
    for (const step of [steps.acknowledge, steps.investigate, steps.assign, report(1)]) {
      const refusal = step(resolved)
      assert(Result.isFailure(refusal))
      assert.strictEqual(refusal.failure._tag, "AlertStatusRefused")
    }
    assert.isTrue(Result.isFailure(decideResolve(resolved, "false_positive", "", done)))
    assert.strictEqual(after(resolved, steps.comment).comments.at(-1)?.text, "looked at it")
    const reopened = after(resolved, steps.reopen)
    assert.deepInclude(reopened, { status: "investigating", resolution: null, resolvedBy: null })
    assert.isTrue(Result.isFailure(steps.reopen(reopened)))
  })

  it("that nobody raised knows no command but the report", () => {
    for (const step of Object.values(steps)) {
      const refusal = step(unknownAlert(id))
      assert(Result.isFailure(refusal))
      assert.strictEqual(refusal.failure._tag, "AlertUnknown")
    }
  })

  it("rises in severity, and never falls", () => {
    const worse = after(raised, report(1, { finding: { severity: "CRITICAL", evidence: "worse" } }))
    const calmer = after(worse, report(2, { finding: { severity: "LOW", evidence: "calm" } }))
    assert.deepStrictEqual([calmer.severity, calmer.evidence, calmer.findings], ["CRITICAL", "worse", 3])
    assert.deepInclude(worse.comments.at(-1), { type: "escalation", text: "HIGH to CRITICAL", author: "tandem" })
  })

  it("is told to the regulator once", () => {
    const reported = (incident: string) => (state: FraudAlertState) => decideReportedToNcc(state, incident, done)
    const told = after(raised, reported("NCC-2026-01-0001234"))
    assert.deepInclude(told, { reportedNcc: true, nccIncidentId: "NCC-2026-01-0001234" })
    assert.deepStrictEqual(after(told, reported("NCC-2026-01-0001234")), told)
    assert.isTrue(Result.isFailure(reported("NCC-2026-01-0009999")(told)))
  })

  it("whatever is done to it: stays within its bounds, loses no finding, and does nothing twice", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 300 }), (all) => {
        let state = raised
        let findings = 1
        for (const step of all) {
          const decision = step(state)
          const events = Result.isSuccess(decision) ? decision.success : []
          const next = events.reduce(evolveAlert, state)
          findings += events.filter(({ _tag }) => _tag === "AlertSeenAgain").length
          assert.isAtLeast(severityRank(next.severity), severityRank(state.severity))
          assert.isAtMost(next.sample.length, maxCalls)
          assert.isAtMost(next.aNumbers.length, maxANumbers)
          assert.isAtMost(next.sourceIps.length, maxSourceIps)
          assert.isAtMost(next.comments.length, maxComments)
          assert.strictEqual(next.sample[0]?.callId, "call-0")
          assert.strictEqual(next.resolution === null, next.status !== "resolved")
          state = next
        }
        assert.strictEqual(state.findings, findings)
        for (const step of [steps.acknowledge, steps.investigate, steps.assign, steps.resolve]) {
          const once = after(state, step)
          const again = step(once)
          if (once !== state && Result.isSuccess(again)) assert.deepStrictEqual(again.success, [])
        }
      }),
      { numRuns: 100 }
    )
  })
})

describe("findings that are gathered", () => {
  it("count as many as there are, and name the first call and the newest", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3 }), (calls, each) => {
        const gathering = makeGathering(reportOf(0), 5_000)
        for (let n = 0; n < calls; n++) {
          for (let k = n === 0 ? 1 : 0; k < each; k++) gathering.add(reportOf(n))
        }
        const sighting = gathering.sighting()
        assert.deepStrictEqual([sighting.findings, sighting.calls], [calls * each, calls])
        assert.deepStrictEqual(
          sighting.sample.map(({ callId }) => callId),
          [
            "call-0",
            ...Array.from({ length: calls }, (_, n) => `call-${n}`)
              .slice(1)
              .slice(-9)
          ]
        )
        assert.strictEqual(sighting.aNumbers.length, Math.min(calls, maxANumbers))
        assert.deepStrictEqual([sighting.firstAtMillis, sighting.lastAtMillis], [1_000, 999 + calls])
      })
    )
  })

  it("say the strongest of what was done", () => {
    const gathering = makeGathering(reportOf(0, { action: "flag" }), 0)
    assert.strictEqual(gathering.sighting().action, "NONE")
    gathering.add(reportOf(1, { action: "redirect" }))
    assert.strictEqual(gathering.sighting().action, "BLOCKED")
    gathering.add(reportOf(2, { action: "allow", disconnected: true }))
    gathering.add(reportOf(3, { action: "block" }))
    assert.strictEqual(gathering.sighting().action, "DISCONNECTED")
  })

  it("cut what came over the wire to a size", () => {
    const long = "9".repeat(5_000)
    const one = reportOf(0, { call: { callId: long, aNumber: long, sourceIp: long }, finding: { subject: long } })
    const { aNumbers, sample, sourceIps } = makeGathering(one, 0).sighting()
    for (const word of [aNumbers[0], sourceIps[0], sample[0]?.callId, patternOf(one).subject]) {
      assert.strictEqual(word?.length, 200)
    }
  })
})
