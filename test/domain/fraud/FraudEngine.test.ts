import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { CallAttempt } from "../../../src/domain/fraud/CallAttempt.ts"
import { FraudEngine } from "../../../src/domain/fraud/FraudEngine.ts"
import { ListIndex } from "../../../src/domain/fraud/lists/ListIndex.ts"
import type { RuleSet } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { ruleNames } from "../../../src/domain/fraud/Screening.ts"
import { CallerWindows } from "../../../src/domain/fraud/windows/CallerWindows.ts"
import { windowSettings } from "../../../src/domain/fraud/windows/WindowSettings.ts"
import { attempt, called, engineWith, finds, found, mobile, noon } from "./CallSamples.ts"

const victim = "+2348055500001"

const masking = (parameters: Partial<RuleSet["call_masking"]["parameters"]>): RuleSet => ({
  ...defaultRules,
  call_masking: {
    ...defaultRules.call_masking,
    parameters: { ...defaultRules.call_masking.parameters, ...parameters }
  }
})

const withModes = (mode: "shadow" | "off"): RuleSet =>
  Object.assign({ ...defaultRules }, ...ruleNames.map((rule) => ({ [rule]: { ...defaultRules[rule], mode } })))

/** So many different callers of one number, one after the other. */
const attack = (callers: number, apartMillis = 100): ReadonlyArray<CallAttempt> =>
  Array.from({ length: callers }, (_, n) =>
    attempt({ aNumber: mobile(n), bNumber: victim, atMillis: noon + n * apartMillis })
  )

const maskedOf = (calls: ReadonlyArray<CallAttempt>, rules = defaultRules): ReadonlyArray<boolean> => {
  const engine = engineWith(rules)
  return calls.map((call) => finds(engine.attempt(call), "call_masking"))
}

describe("call masking", () => {
  it("is five distinct callers and not four; the fifth call is stopped, and of high severity", () => {
    const engine = engineWith()
    const verdicts = attack(5).map((call) => engine.attempt(call))
    assert.deepStrictEqual(
      verdicts.map(({ action }) => action),
      ["allow", "allow", "allow", "allow", "block"]
    )
    const finding = found(verdicts[4]?.findings ?? [], "call_masking")
    assert.deepStrictEqual(
      [finding?.type, finding?.severity, finding?.subject, finding?.aNumberCount, finding?.windowMillis],
      ["CALL_MASKING", "HIGH", victim, 5, 5_000]
    )
  })

  it("begins with the nth distinct caller for every threshold that may be set", () => {
    for (let threshold = 3; threshold <= 20; threshold++) {
      const masked = maskedOf(attack(threshold, 10), masking({ threshold }))
      assert.deepStrictEqual(masked, [...Array.from({ length: threshold - 1 }, () => false), true], `at ${threshold}`)
    }
  })

  it("counts a caller once, however often it calls, and callers of other numbers not at all", () => {
    const again = attack(4).flatMap((call) => [call, { ...call, callId: "again" }, { ...call, callId: "once more" }])
    assert.notInclude(maskedOf(again), true)
    const elsewhere = attack(12).map((call, n) => ({ ...call, bNumber: called(n % 3) }))
    assert.notInclude(maskedOf(elsewhere), true)
  })

  it("forgets a caller when it is as old as the window, and not one millisecond sooner", () => {
    const late = (age: number) => [
      ...attack(4, 0),
      attempt({ aNumber: mobile(9), bNumber: victim, atMillis: noon + age })
    ]
    assert.isTrue(maskedOf(late(4_999))[4])
    assert.isFalse(maskedOf(late(5_000))[4])
  })

  it("stops as many of the same calls whatever order they come in within the window", () => {
    const callers = fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 14 })
    const scene = callers.chain((some) =>
      fc.tuple(
        fc
          .array(fc.nat(4_999), { minLength: some.length, maxLength: some.length })
          .map((times) =>
            some.map((n, i) => attempt({ aNumber: mobile(n), bNumber: victim, atMillis: noon + (times[i] ?? 0) }))
          ),
        fc.shuffledSubarray(
          some.map((_, i) => i),
          { minLength: some.length, maxLength: some.length }
        )
      )
    )
    fc.assert(
      fc.property(scene, ([calls, order]) => {
        const inOrder = maskedOf(calls)
        const inAnyOrder = maskedOf(order.flatMap((i) => calls.slice(i, i + 1)))
        assert.deepStrictEqual([...inAnyOrder].sort(), [...inOrder].sort())
        assert.strictEqual(inOrder.filter(Boolean).length, Math.max(0, calls.length - 4))
      })
    )
  })

  it("is one pattern however long it goes on: all its findings are about the called number", () => {
    const engine = engineWith()
    const findings = attack(60, 50).flatMap((call) => found(engine.attempt(call).findings, "call_masking") ?? [])
    assert.strictEqual(findings.length, 56)
    assert.deepStrictEqual(
      [...new Set(findings.map(({ subject, type }) => `${type} ${subject}`))],
      [`CALL_MASKING ${victim}`]
    )
    assert.strictEqual(findings.at(-1)?.severity, "CRITICAL")
  })

  it("stops nothing when calls of an attack are not to be refused, and tells of it all the same", () => {
    const engine = engineWith(masking({ disconnect: false }))
    const last = attack(6)
      .map((call) => engine.attempt(call))
      .at(-1)
    assert.deepStrictEqual([last?.action, last && finds(last, "call_masking")], ["flag", true])
  })
})

/** Calls in which many rules find something. */
const suspicious = [
  ...attack(8),
  attempt({ sourceGroup: 10 }),
  attempt({ attestation: "failed" }),
  attempt({ aNumber: "+2341234567" }),
  attempt({ assertedNumber: "+447911123456" })
]

describe("what rules may do", () => {
  it("on trial, they find the same and change no verdict", () => {
    const [engine, trial] = [engineWith(), engineWith(withModes("shadow"))]
    for (const call of suspicious) {
      const told = engine.attempt(call).findings.filter(({ shadow }) => !shadow)
      const { action, findings, score } = trial.attempt(call)
      assert.deepStrictEqual([action, score], ["allow", 0])
      assert.includeMembers(
        findings.map(({ rule }) => rule),
        told.map(({ rule }) => rule)
      )
      assert.isTrue(findings.every(({ shadow }) => shadow))
    }
  })

  it("off, they find nothing", () => {
    const engine = engineWith(withModes("off"))
    for (const call of suspicious) {
      const { action, findings } = engine.attempt(call)
      assert.deepStrictEqual([action, findings], ["allow", []])
    }
  })
})

const entry = (list: "allow" | "block", value: string) => ({
  list,
  kind: "number" as const,
  value,
  reason: "test",
  expiresAtMillis: Number.POSITIVE_INFINITY
})

describe("lists", () => {
  const caller = mobile(1)

  const judged = (lists: ListIndex, call: CallAttempt) => engineWith().attempt(call, lists.match(call, noon))

  it("decide before windows, the allow list before the block list", () => {
    const lists = new ListIndex()
    const bad = attempt({ aNumber: caller, attestation: "failed", sourceGroup: 10 })
    lists.put(entry("block", caller))
    const blocked = judged(lists, bad)
    assert.deepStrictEqual([blocked.action, blocked.score, blocked.findings], ["block", 1, []])
    lists.put(entry("allow", caller))
    const allowed = judged(lists, bad)
    assert.deepStrictEqual([allowed.action, allowed.listed?.list, allowed.findings], ["allow", "allow", []])
  })

  it("do not make who is on them part of a pattern", () => {
    const lists = new ListIndex()
    lists.put(entry("allow", caller))
    const engine = engineWith()
    const calls = [
      attempt({ aNumber: caller, bNumber: victim }),
      ...attack(6).filter((call) => call.aNumber !== caller)
    ]
    const masked = calls.map((call) => finds(engine.attempt(call, lists.match(call, noon)), "call_masking"))
    assert.deepStrictEqual(masked, [false, false, false, false, false, true])
  })

  it("stop no call to the police, an ambulance or the fire brigade; nor does any rule", () => {
    const lists = new ListIndex()
    lists.put(entry("block", caller))
    for (const bNumber of ["+234112", "+112", "+234199", "+234767"]) {
      const engine = engineWith()
      const match = { list: "block", kind: "number", value: caller, reason: "test" } as const
      assert.strictEqual(engine.attempt(attempt({ aNumber: caller, bNumber }), match).action, "allow", bNumber)
      const actions = attack(20).map((call) => engine.attempt({ ...call, bNumber, attestation: "failed" }).action)
      assert.deepStrictEqual([...new Set(actions)], ["allow"], bNumber)
    }
    assert.strictEqual(judged(lists, attempt({ aNumber: caller, bNumber: "+2348112112112" })).action, "block")
  })
})

describe("memory", () => {
  it("of callers is bounded: a million random ones take no more rows than they may", () => {
    const settings = windowSettings(defaultRules)
    const before = process.memoryUsage().arrayBuffers
    const windows = new CallerWindows(50_000, settings)
    const call = attempt()
    for (let i = 0; i < 1_000_000; i++) {
      const aNumber = `+234803${(Math.imul(i, 2_654_435_761) >>> 0) % 9_999_991}`
      windows.attempt({ ...call, aNumber, atMillis: noon + i }, settings)
    }
    assert.isAtMost(windows.size, 50_000)
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 64 * 1024 * 1024)
  })

  it("of called numbers and sources is bounded, and no figure is ever below zero", () => {
    const engine = new FraudEngine(defaultRules, { callers: 500, callees: 500, sources: 100 })
    for (let i = 0; i < 20_000; i++) {
      const call = attempt({
        aNumber: i % 50 === 0 ? "" : mobile(i % 3_001),
        bNumber: called(i % 7_919),
        sourceIp: `198.51.${(i >> 3) % 100}.${i % 250}`,
        atMillis: noon + i * 40
      })
      const { caller, called: callee, source } = engine.features(call)
      for (const figure of Object.values({ ...caller, ...callee, ...source }))
        if (!(figure >= 0)) assert.fail(String(figure))
    }
    assert.isAtMost(engine.sizes.callers, 500)
    assert.isAtMost(engine.sizes.callees, 500)
    assert.isAtMost(engine.sizes.sources, 100)
  })
})
