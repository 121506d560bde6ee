import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { createHash } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { parsePhoneNumberFromString } from "libphonenumber-js/max"
import type { FraudLabel, GeneratedCall, HonestGroup, TrafficOptions } from "../../../src/simulators/traffic/Traffic.ts"
import { defaultTraffic, generateTraffic } from "../../../src/simulators/traffic/Traffic.ts"
import { fraudLabels, honestGroups } from "../../../src/simulators/traffic/Labels.ts"

const calls = (options: Partial<TrafficOptions>): ReadonlyArray<GeneratedCall> => [
  ...generateTraffic({ ...defaultTraffic, ...options })
]

const digest = (options: Partial<TrafficOptions>) => {
  const hash = createHash("sha256")
  for (const call of generateTraffic({ ...defaultTraffic, ...options })) hash.update(JSON.stringify(call))
  return hash.digest("hex")
}

const day = calls({ seed: 11, calls: 150_000, subscribers: 20_000 })
const frauds = day.filter(({ label }) => label !== null)
const share = (part: number, whole: number) => part / whole

describe("generated traffic", () => {
  it("is the same for the same options, byte for byte, and another for another seed", () => {
    const one = digest({ seed: 7, calls: 20_000 })
    assert.strictEqual(digest({ seed: 7, calls: 20_000 }), one)
    assert.notStrictEqual(digest({ seed: 8, calls: 20_000 }), one)
  })

  it("is in order of time, within its run, and every call has an id of its own", () => {
    const late = day.filter(({ call }, index) => call.atMillis < (day[index - 1]?.call.atMillis ?? 0))
    assert.lengthOf(late, 0)
    assert.isAtLeast(day[0]?.call.atMillis ?? 0, defaultTraffic.startAtMillis)
    assert.strictEqual(new Set(day.map(({ call }) => call.callId)).size, day.length)
  })

  it("gives exactly as many calls as asked for, with the prevalence that was asked for", () => {
    assert.lengthOf(day, 150_000)
    assert.approximately(share(frauds.length, day.length), 0.005, 0.0002)
    const much = calls({ calls: 20_000, prevalence: 0.1 })
    assert.approximately(share(much.filter(({ label }) => label !== null).length, much.length), 0.1, 0.005)
    assert.lengthOf(
      calls({ calls: 5000, prevalence: 0 }).filter(({ label }) => label !== null),
      0
    )
  })

  it("has every kind of fraud and every honest group", () => {
    assert.sameMembers([...new Set(frauds.map(({ label }) => label))], [...fraudLabels])
    const groups = new Set(day.flatMap(({ group }) => (group === null ? [] : [group])))
    assert.sameMembers([...groups], ["ordinary", ...honestGroups])
  })

  it("labels each call as fraud or as honest, and says who made it", () => {
    const wrong = day.filter(
      ({ actor, difficulty, group, label }) =>
        (label === null) === (group === null) ||
        actor === "" ||
        (label === null ? difficulty !== 0 : difficulty < 0 || difficulty > 1)
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("tells of each call an end that fits its beginning", () => {
    const wrong = day.filter(
      ({ call }) =>
        !Number.isSafeInteger(call.atMillis) ||
        call.endedAtMillis !== call.atMillis + call.ringMillis + call.durationMillis ||
        (call.answeredAtMillis === null) !== (call.sipCode !== 200) ||
        call.durationMillis > 0 !== (call.sipCode === 200)
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("leaves out the kinds whose weight is 0, and stops when its time is over", () => {
    const none = Object.fromEntries(fraudLabels.map((label) => [label, 0])) as Record<FraudLabel, number>
    const alone = calls({ calls: 30_000, mix: { ...none, sim_box: 1 } })
    assert.deepStrictEqual([...new Set(alone.flatMap(({ label }) => label ?? []))], ["sim_box"])
    const short = calls({ durationMillis: 600_000, callsPerSecond: 5 })
    assert.lengthOf(short, 3000)
    assert.isAtMost((short.at(-1)?.call.atMillis ?? 0) - defaultTraffic.startAtMillis, 600_000)
  })

  it("holds for any seed and size", () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.maxSafeNat(),
          calls: fc.integer({ min: 0, max: 3000 }),
          prevalence: fc.double({ min: 0, max: 1, noNaN: true }),
          subscribers: fc.integer({ min: 10, max: 1_000_000 })
        }),
        (options) => {
          const made = calls(options)
          assert.isTrue(made.every(({ call }, index) => call.atMillis >= (made[index - 1]?.call.atMillis ?? 0)))
          assert.isAtMost(made.length, options.calls)
          const fraud = made.filter(({ label }) => label !== null).length
          assert.isAtMost(fraud, Math.round(options.calls * options.prevalence))
        }
      ),
      { numRuns: 40 }
    )
  })

  it("keeps no more of a long run than of a short one", () => {
    setFlagsFromString("--expose-gc")
    const collect: unknown = runInNewContext("gc")
    const heldAfter = (count: number) => {
      const traffic = generateTraffic({ ...defaultTraffic, calls: 500_000 })[Symbol.iterator]()
      for (let index = 0; index < count; index++) traffic.next()
      if (typeof collect === "function") collect()
      const { heapUsed } = process.memoryUsage()
      assert.isFalse(traffic.next().done)
      return heapUsed
    }
    // What 300,000 calls take is more than a hundred megabytes.
    assert.isBelow(heldAfter(300_000) - heldAfter(10_000), 10_000_000)
  })
})

describe("ordinary subscribers", () => {
  const ordinary = day.filter(({ group }) => group === "ordinary")

  it("are answered in 60 to 75 percent of calls", () => {
    const rate = share(ordinary.filter(({ call }) => call.sipCode === 200).length, ordinary.length)
    assert.isAbove(rate, 0.6)
    assert.isBelow(rate, 0.75)
  })

  it("call at day more than at night, and mostly whom they called before", () => {
    const hour = (atMillis: number) => new Date(atMillis + 3_600_000).getUTCHours()
    const at = (from: number, to: number) =>
      ordinary.filter(({ call }) => hour(call.atMillis) >= from && hour(call.atMillis) < to).length
    assert.isAbove(at(9, 12), 3 * at(1, 4))
    const pairs = new Set(ordinary.map(({ call }) => `${call.aNumber}>${call.bNumber}`))
    assert.isBelow(pairs.size, 0.75 * ordinary.length)
  })

  it("have valid numbers, at home and abroad", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ordinary.length - 1 }), (index) => {
        const call = ordinary[index]?.call
        const numbers = [call?.aNumber ?? "", call?.bNumber ?? ""].filter((number) => number !== "")
        for (const number of numbers) assert.isTrue(parsePhoneNumberFromString(number)?.isValid(), number)
      }),
      { numRuns: 3000 }
    )
  })
})

describe("honest groups", () => {
  const of = (group: HonestGroup) => day.filter((call) => call.group === group)

  it("roaming families come over the international gateway, asserted and attested by a roaming partner", () => {
    const family = of("roaming_family")
    assert.isNotEmpty(family)
    for (const { call } of family) {
      assert.strictEqual(call.sourceGroup, 10)
      assert.match(call.aNumber, /^\+234\d{10}$/)
      assert.strictEqual(call.assertedNumber, call.aNumber)
      assert.strictEqual(call.attestation, "A")
      assert.match(call.carrierId, /^ROAMING-/)
    }
  })

  it("a radio vote brings more callers to one number than any masking attack, from many sources", () => {
    const votes = of("radio_vote")
    const first = votes.filter(({ actor }) => actor === votes[0]?.actor)
    assert.isAbove(new Set(first.map(({ call }) => call.aNumber)).size, 100)
    assert.isAbove(new Set(first.map(({ call }) => call.sourceIp)).size, 8)
    assert.isAtMost(new Set(first.map(({ call }) => call.bNumber)).size, 3)
  })

  it("a carrier in transit has very many callers, for nearly all of whom it or somebody before it vouches", () => {
    const carried = of("transit_carrier").map(({ call }) => call)
    assert.isNotEmpty(carried)
    assert.isTrue(carried.every(({ sourceGroup }) => sourceGroup === 4))
    assert.isAbove(new Set(carried.map(({ aNumber }) => aNumber)).size, 0.5 * carried.length)
    assert.isTrue(carried.some(({ attestation }) => attestation === "C"))
    const strange = carried.filter(
      ({ aNumber, assertedNumber, attestation }) => attestation !== "A" && assertedNumber !== aNumber
    )
    assert.isBelow(strange.length, 0.1 * carried.length)
  })

  it("a company's office abroad shows a home number and asserts a foreign one, and its carrier knows it", () => {
    const office = of("offshore_centre").map(({ call }) => call)
    assert.isNotEmpty(office)
    for (const call of office) {
      assert.match(call.aNumber, /^\+234201\d{7}$/)
      assert.notMatch(call.assertedNumber, /^\+234/)
      assert.include(["A", "B"], call.attestation)
      assert.notStrictEqual(call.sourceGroup, 10)
    }
  })

  it("have valid numbers of their own", () => {
    for (const group of honestGroups) {
      for (const { call } of of(group).slice(0, 200)) {
        assert.isTrue(parsePhoneNumberFromString(call.aNumber)?.isValid(), `${group} ${call.aNumber}`)
        assert.isTrue(parsePhoneNumberFromString(call.bNumber)?.isValid(), `${group} ${call.bNumber}`)
      }
    }
  })

  it("senders of codes and broadcasters keep to one attested number each", () => {
    for (const { call } of of("otp_sender")) assert.strictEqual(call.assertedNumber, call.aNumber)
    const church = of("church_broadcast")
    const numbers = (actor: string | undefined) =>
      new Set(church.filter((call) => call.actor === actor).map(({ call }) => call.aNumber))
    assert.strictEqual(numbers(church[0]?.actor).size, 1)
  })
})
