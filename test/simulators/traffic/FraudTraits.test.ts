import { assert, describe, it } from "@effect/vitest"
import type { FraudLabel, GeneratedCall } from "../../../src/simulators/traffic/Traffic.ts"
import { defaultTraffic, generateTraffic } from "../../../src/simulators/traffic/Traffic.ts"
import { evasiveFrom } from "../../../src/simulators/traffic/Scenario.ts"
import { isPossibleNigerian } from "../../../src/domain/numbering/NigerianNumbering.ts"
import { highCostRange } from "../../../src/domain/numbering/HighCostRanges.ts"

const options = { ...defaultTraffic, seed: 5, calls: 200_000, subscribers: 20_000, prevalence: 0.03 }
const all = [...generateTraffic(options)].filter(({ label }) => label !== null)

/** The campaigns of a kind that do not hide. */
const campaigns = (label: FraudLabel, under = evasiveFrom): ReadonlyArray<ReadonlyArray<GeneratedCall["call"]>> => {
  const found = Object.values(
    Object.groupBy(
      all.filter((call) => call.label === label && call.difficulty < under),
      ({ actor }) => actor
    )
  )
  assert.isNotEmpty(found)
  return found.map((group) => (group ?? []).map(({ call }) => call))
}

const distinct = (values: ReadonlyArray<string>) => new Set(values).size
const median = (values: ReadonlyArray<number>) => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
const answeredOf = (calls: ReadonlyArray<GeneratedCall["call"]>) => calls.filter(({ sipCode }) => sipCode === 200)

/** Some window of this length, from one of the calls on, for which it holds. */
const someWindow = (
  calls: ReadonlyArray<GeneratedCall["call"]>,
  millis: number,
  holds: (window: ReadonlyArray<GeneratedCall["call"]>) => boolean
) =>
  calls.some((first) =>
    holds(calls.filter(({ atMillis }) => atMillis >= first.atMillis && atMillis < first.atMillis + millis))
  )

describe("each kind of fraud has its trait", () => {
  it.each(campaigns("call_masking"))("call masking: five callers of one number within five seconds", (...calls) => {
    const attacked = (window: ReadonlyArray<GeneratedCall["call"]>) =>
      window.some(
        ({ bNumber }) => distinct(window.filter((call) => call.bNumber === bNumber).map((call) => call.aNumber)) >= 5
      )
    assert.isTrue(someWindow(calls, 5000, attacked))
  })

  it("sequential spoofing: three consecutive numbers from one source, one after the other", () => {
    for (const calls of campaigns("sequential_spoofing")) {
      assert.strictEqual(distinct(calls.map(({ sourceIp }) => sourceIp)), 1)
      const numbers = calls.map(({ aNumber }) => Number(aNumber))
      assert.isTrue(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1))
      assert.isAtLeast(calls.length, 3)
    }
  })

  it("impossible geography: one number in two regions within a second", () => {
    for (const calls of campaigns("impossible_geography")) {
      const torn = calls.some((one) =>
        calls.some(
          (other) =>
            other.aNumber === one.aNumber &&
            other.region !== one.region &&
            other.callId !== one.callId &&
            Math.abs(other.atMillis - one.atMillis) <= 1000
        )
      )
      assert.isTrue(torn)
    }
  })

  it("masked CLI: a Nigerian number from abroad for which nobody vouches", () => {
    for (const calls of campaigns("cli_mask", 2)) {
      for (const call of calls) {
        assert.strictEqual(call.sourceGroup, 10)
        assert.match(call.aNumber, /^\+234\d{10}$/)
        assert.notStrictEqual(call.assertedNumber, call.aNumber)
        assert.notStrictEqual(call.attestation, "A")
      }
    }
  })

  it("impossible CLI: a number that cannot be, or the called one's own from outside", () => {
    for (const calls of campaigns("cli_impossible", 2)) {
      for (const { aNumber, bNumber } of calls) {
        assert.isTrue(aNumber === bNumber || !isPossibleNigerian(aNumber), aNumber)
        assert.match(aNumber, /^\+(234|999|210)/)
      }
    }
  })

  it("SIM box: more than fifty strangers from one place, short or all alike", () => {
    for (const calls of campaigns("sim_box")) {
      assert.strictEqual(distinct(calls.map(({ aNumber }) => aNumber)), 1)
      assert.isAbove(distinct(calls.map(({ bNumber }) => bNumber)), 50)
      assert.strictEqual(distinct(calls.map(({ region }) => region)), 1)
    }
  })

  it("wangiri: rings three seconds at most, from a costly number, to many", () => {
    for (const calls of campaigns("wangiri")) {
      assert.isTrue(calls.every(({ ringMillis }) => ringMillis <= 3000))
      assert.isTrue(calls.every(({ aNumber }) => highCostRange(aNumber) !== undefined))
      assert.isAbove(distinct(calls.map(({ bNumber }) => bNumber)), 0.9 * calls.length)
      assert.isBelow(answeredOf(calls).length, Math.max(3, 0.1 * calls.length))
    }
  })

  it("IRSF: long calls from few numbers to costly ranges", () => {
    for (const calls of campaigns("irsf")) {
      assert.isTrue(calls.every(({ bNumber }) => highCostRange(bNumber) !== undefined))
      assert.isAbove(median(answeredOf(calls).map(({ durationMillis }) => durationMillis)), 150_000)
      assert.isAtMost(distinct(calls.map(({ aNumber }) => aNumber)), 20)
    }
  })

  it("PBX hacking: one company's exchange calls costly numbers, at night", () => {
    for (const calls of campaigns("pbx_hacking")) {
      assert.strictEqual(distinct(calls.map(({ sourceIp }) => sourceIp)), 1)
      const costly = calls.filter(({ bNumber }) => highCostRange(bNumber) !== undefined)
      assert.isAbove(costly.length, calls.length / 2)
      const hour = new Date((calls[0]?.atMillis ?? 0) + 3_600_000).getUTCHours()
      assert.isTrue(hour <= 4 || hour >= 21, `${hour}`)
    }
  })

  it("traffic pumping: long calls of many to few numbers of one range", () => {
    for (const calls of campaigns("traffic_pumping")) {
      assert.isAtMost(distinct(calls.map(({ bNumber }) => bNumber)), 8)
      assert.strictEqual(distinct(calls.map(({ bNumber }) => bNumber.slice(0, -2))), 1)
      assert.isAbove(median(answeredOf(calls).map(({ durationMillis }) => durationMillis)), 240_000)
    }
  })

  it("flash calls: hardly ever answered, each with another number, from one source", () => {
    for (const calls of campaigns("flash_call")) {
      assert.strictEqual(distinct(calls.map(({ sourceIp }) => sourceIp)), 1)
      assert.isAbove(distinct(calls.map(({ aNumber }) => aNumber)), 0.9 * calls.length)
      assert.isTrue(calls.every(({ durationMillis }) => durationMillis < 2000))
    }
  })

  it("refiling: home numbers on a domestic trunk, that nobody vouches for, of people who talk", () => {
    for (const calls of campaigns("refiling", 2)) {
      assert.strictEqual(distinct(calls.map(({ sourceIp }) => sourceIp)), 1)
      assert.isTrue(calls.every(({ sourceGroup }) => sourceGroup !== 10))
      assert.isTrue(calls.every(({ aNumber }) => isPossibleNigerian(aNumber)))
      assert.isTrue(calls.every(({ attestation }) => attestation !== "A"))
      assert.isAbove(distinct(calls.map(({ aNumber }) => aNumber)), calls.length / 6)
      assert.isAbove(median(answeredOf(calls).map(({ durationMillis }) => durationMillis)), 40_000)
    }
    const open = campaigns("refiling", 0.3).flat()
    const leaked = open.filter(({ assertedNumber }) => assertedNumber !== "" && !assertedNumber.startsWith("+234"))
    assert.isAbove(leaked.length, open.length / 2)
    const wary = all.filter(({ difficulty, label }) => label === "refiling" && difficulty >= evasiveFrom)
    assert.isNotEmpty(wary)
    assert.isTrue(wary.every(({ call }) => call.assertedNumber === "" || call.assertedNumber === call.aNumber))
  })

  it("robocalls: one number to sixty strangers, who hang up soon", () => {
    for (const calls of campaigns("robocall")) {
      assert.strictEqual(distinct(calls.map(({ aNumber }) => aNumber)), 1)
      assert.isAtLeast(distinct(calls.map(({ bNumber }) => bNumber)), 55)
      assert.isBelow(median(answeredOf(calls).map(({ durationMillis }) => durationMillis)), 15_000)
    }
  })

  it("what comes in under a subscriber's number by an international gateway is masked as well, and nothing else is", () => {
    const masked = all.filter(
      ({ call, label }) => label !== "cli_mask" && call.sourceGroup === 10 && isPossibleNigerian(call.aNumber)
    )
    assert.isNotEmpty(masked)
    assert.deepStrictEqual(
      all.filter(({ also }) => also === "cli_mask").map(({ call }) => call.callId),
      masked.map(({ call }) => call.callId)
    )
  })

  it("evasive campaigns are there, and stay below a threshold that catches the others", () => {
    const hard = [
      ...generateTraffic({ ...options, calls: 50_000, difficulty: [0.9, 1], mix: { ...options.mix, sim_box: 3 } })
    ]
    const sims = hard.filter(({ label }) => label === "sim_box")
    assert.isNotEmpty(sims)
    const calls = new Map<string, number>()
    for (const { call } of sims) calls.set(call.aNumber, (calls.get(call.aNumber) ?? 0) + 1)
    assert.isAtMost(Math.max(...calls.values()), 40)
    const callers = hard.filter(({ label }) => label === "wangiri")
    assert.isAbove(distinct(callers.map(({ call }) => call.aNumber)), distinct(callers.map(({ actor }) => actor)))
  })
})
