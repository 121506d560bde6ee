import { assert, describe, it } from "@effect/vitest"
import type { CallAttempt } from "../../../src/domain/fraud/CallAttempt.ts"
import type { Finding, RuleName } from "../../../src/domain/fraud/Finding.ts"
import type { RuleSet } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"
import { attempt, called, endOf, engineWith, found, mobile, noon } from "./CallSamples.ts"

/** What happens, one after the other: a call that is only seen to begin, or with how it ended. */
type Scene = ReadonlyArray<readonly [call: CallAttempt, end?: Parameters<typeof endOf>[1]]>

/** Plays a scene and gives what the rule found last, at a beginning or at an end. */
const last = (rule: RuleName, scene: Scene, rules: RuleSet = defaultRules): Finding | undefined => {
  const engine = engineWith(rules)
  let finding: Finding | undefined
  for (const [call, end] of scene) {
    finding = found(engine.attempt(call).findings, rule)
    if (end !== undefined) finding = found(engine.ended(endOf(call, end)), rule) ?? finding
  }
  return finding
}

const times = (count: number, one: (n: number) => Scene[number]): Scene =>
  Array.from({ length: count }, (_, n) => one(n))

const night = Date.UTC(2026, 0, 15, 21, 30, 0)
const caller = "+2348031234567"

interface Edge {
  readonly rule: RuleName
  readonly what: string
  readonly fraud: Scene
  readonly honest: Scene
  readonly rules?: RuleSet
}

const range = (count: number) => Array.from({ length: count }, (_, n) => n)

const consecutive = (numbers: ReadonlyArray<number>): Scene =>
  numbers.map((n) => [attempt({ aNumber: `+23480310${String(n).padStart(5, "0")}`, bNumber: called(n) })])

const regions = (apartMillis: number): Scene => [
  [attempt({ region: "Lagos" })],
  [attempt({ region: "Kano", atMillis: noon + apartMillis })]
]

const briefly = (destinations: number, seconds: number): Scene =>
  times(destinations, (n) => [attempt({ bNumber: called(n), atMillis: noon + n * 40_000 }), { seconds }])

const oneRing = (calls: number, ringMillis: number, sipCode = 487): Scene =>
  times(calls, (n) => [
    attempt({ aNumber: "+2693100000", bNumber: called(n), atMillis: noon + n * 20_000 }),
    { seconds: 0, ringMillis, sipCode }
  ])

const costly = (calls: number, apartMillis: number): Scene =>
  times(calls, (n) => [attempt({ bNumber: "+8821650001234", atMillis: noon + n * apartMillis })])

const redials = (sipCode: number): Scene =>
  times(6, (n) => [
    attempt({ bNumber: "+8821650001234", atMillis: noon + n * 60_000 }),
    { seconds: sipCode === 200 ? 20 : 0, sipCode }
  ])

const abroad = (calls: number, atMillis: number): Scene =>
  times(calls, (n) => [
    attempt({ aNumber: "+23412345678", bNumber: `+25261${String(n).padStart(7, "0")}`, atMillis: atMillis + n * 5_000 })
  ])

const longCalls = (calls: number, seconds: number): Scene => [
  ...times(calls, (n): Scene[number] => [
    attempt({ aNumber: mobile(n), bNumber: `+23418880${String(n).padStart(2, "0")}`, atMillis: noon + n * 1_000 }),
    { seconds }
  ]),
  [attempt({ bNumber: "+2341888099", atMillis: noon + seconds * 1000 + 60_000 })]
]

/** All of them under way at once, so that nothing is known before they end. */
const longCallsAtOnce = (calls: number, seconds: number) => {
  const engine = engineWith()
  const begun = Array.from({ length: calls }, (_, n) =>
    attempt({ aNumber: mobile(n), bNumber: `+23470012345${10 + n}`, atMillis: noon + n * 1_000 })
  )
  const atBeginning = begun.flatMap((call) => found(engine.attempt(call).findings, "traffic_pumping") ?? [])
  const atEnd = begun.map((call) => found(engine.ended(endOf(call, { seconds })), "traffic_pumping"))
  return { atBeginning, atEnd }
}

const flashes = (calls: number, sipCode = 487): Scene => [
  ...times(calls, (n): Scene[number] => [
    attempt({ aNumber: mobile(n), bNumber: called(n), atMillis: noon + n * 5_000 }),
    { seconds: 0, ringMillis: 2_000, sipCode }
  ]),
  [attempt({ aNumber: mobile(99), bNumber: called(99), atMillis: noon + calls * 5_000 })]
]

const quickly = (destinations: number): Scene =>
  times(destinations, (n) => [attempt({ bNumber: called(n), atMillis: noon + n * 5_000 }), { seconds: 6 }])

const atOnce = (calls: number): Scene =>
  times(calls, (n) => [attempt({ bNumber: called(n % 5), atMillis: noon + n * 200 })])

const shortAnswers = (calls: number, seconds: number): Scene => [
  ...times(calls, (n): Scene[number] => [
    attempt({ aNumber: mobile(n), bNumber: called(n), atMillis: noon + n * 2_000 }),
    { seconds }
  ]),
  [attempt({ aNumber: mobile(99), atMillis: noon + calls * 2_000 + 15_000 })]
]

/** Calls of one source under numbers of its own choice, and a last one that is judged. */
const talks = (
  more: Partial<CallAttempt>,
  seconds = enough.refiledSeconds,
  attestation: CallAttempt["attestation"] = "C"
): Scene => [
  ...times(10, (n): Scene[number] => [
    attempt({ aNumber: mobile(n), bNumber: called(n), atMillis: noon + n * 20_000, attestation }),
    { seconds }
  ]),
  [attempt({ aNumber: mobile(99), bNumber: called(99), atMillis: noon + 600_000, ...more })]
]

const one = (more: Partial<CallAttempt>): Scene => [[attempt(more)]]

const ownRanges: RuleSet = {
  ...defaultRules,
  cli_impossible: {
    ...defaultRules.cli_impossible,
    parameters: { ...defaultRules.cli_impossible.parameters, ownPrefixes: ["+234803"] }
  }
}

/** As many as it takes, after the rules that hold until somebody changes them. */
const enough = {
  run: defaultRules.sequential_spoofing.parameters.runLength,
  rings: defaultRules.wangiri.parameters.calls,
  costly: defaultRules.irsf.parameters.calls,
  abroad: defaultRules.pbx_hacking.parameters.calls,
  long: defaultRules.traffic_pumping.parameters.calls,
  longSeconds: defaultRules.traffic_pumping.parameters.minAverageSeconds,
  flashes: defaultRules.flash_call.parameters.calls,
  destinations: defaultRules.robocall.parameters.destinations,
  aMinute: defaultRules.cpm_threshold.parameters.callsPerMinute,
  short: defaultRules.acd_threshold.parameters.minCalls,
  shortSeconds: defaultRules.acd_threshold.parameters.maxAverageSeconds,
  refiledSeconds: defaultRules.refiling.parameters.minAverageSeconds
}

const edges: ReadonlyArray<Edge> = [
  {
    rule: "sequential_spoofing",
    what: "a run of consecutive numbers of one source, not one with a gap",
    fraud: consecutive(range(enough.run).toReversed()),
    honest: consecutive([...range(enough.run - 1), enough.run])
  },
  {
    rule: "impossible_geography",
    what: "another region within the window, not at its end",
    fraud: regions(999),
    honest: regions(1_000)
  },
  {
    rule: "sim_box",
    what: "dozens of destinations, very briefly, not a dozen",
    fraud: briefly(70, 2),
    honest: briefly(15, 2)
  },
  {
    rule: "wangiri",
    what: "so many rings that were given up at once, not one less",
    fraud: oneRing(enough.rings, 3_000),
    honest: oneRing(enough.rings - 1, 3_000)
  },
  {
    rule: "wangiri",
    what: "given up at once, not a millisecond later",
    fraud: oneRing(enough.rings, 3_000),
    honest: oneRing(12, 3_001)
  },
  {
    rule: "wangiri",
    what: "given up by the caller, not by a busy line that is dialled again",
    fraud: oneRing(enough.rings, 900),
    honest: oneRing(12, 900, 486)
  },
  {
    rule: "irsf",
    what: "so many calls to costly ranges, not one less",
    fraud: costly(enough.costly, 1_000),
    honest: costly(enough.costly - 1, 1_000)
  },
  {
    rule: "irsf",
    what: "calls that were answered, not one number again and again because it does not answer",
    fraud: redials(200),
    honest: redials(480)
  },
  {
    rule: "irsf",
    what: "within minutes, not in hours",
    fraud: costly(enough.costly, 60_000),
    honest: costly(3, 7_200_000)
  },
  {
    rule: "pbx_hacking",
    what: "so many calls abroad by night, not one less",
    fraud: abroad(enough.abroad, night),
    honest: abroad(enough.abroad - 1, night)
  },
  { rule: "pbx_hacking", what: "by night, not by day", fraud: abroad(enough.abroad, night), honest: abroad(30, noon) },
  {
    rule: "traffic_pumping",
    what: "so many long calls to one range, not one less",
    fraud: longCalls(enough.long, enough.longSeconds),
    honest: longCalls(enough.long - 1, enough.longSeconds)
  },
  {
    rule: "traffic_pumping",
    what: "so long on average, not a second less",
    fraud: longCalls(enough.long + 5, enough.longSeconds),
    honest: longCalls(enough.long + 5, enough.longSeconds - 1)
  },
  {
    rule: "flash_call",
    what: "so many rings of ever other callers, not fewer",
    fraud: flashes(enough.flashes),
    honest: flashes(enough.flashes - 1)
  },
  {
    rule: "flash_call",
    what: "given up by the caller, not lines that are busy",
    fraud: flashes(enough.flashes + 10),
    honest: flashes(enough.flashes + 10, 486)
  },
  {
    rule: "robocall",
    what: "very many destinations in minutes, not half of them",
    fraud: quickly(Math.ceil(enough.destinations * 1.3)),
    honest: quickly(enough.destinations / 2)
  },
  {
    rule: "cpm_threshold",
    what: "so many calls within a minute, not one less",
    fraud: atOnce(enough.aMinute),
    honest: atOnce(enough.aMinute - 1)
  },
  {
    rule: "acd_threshold",
    what: "so many answered calls that end at once, not one less",
    fraud: shortAnswers(enough.short, enough.shortSeconds),
    honest: shortAnswers(enough.short - 1, enough.shortSeconds)
  },
  {
    rule: "acd_threshold",
    what: "so short on average, not a second longer",
    fraud: shortAnswers(enough.short, enough.shortSeconds),
    honest: shortAnswers(enough.short, enough.shortSeconds + 1)
  },
  {
    rule: "cli_mask",
    what: "a home number on an international gateway, not on a trusted trunk",
    fraud: one({ sourceGroup: 10 }),
    honest: one({ sourceGroup: 1 })
  },
  {
    rule: "cli_mask",
    what: "a number that somebody may have, not one of a range that was never given out",
    fraud: one({ sourceGroup: 10 }),
    honest: one({ sourceGroup: 10, aNumber: "+2346001234567" })
  },
  {
    rule: "cli_mask",
    what: "a home number that nobody signed for, whatever is asserted, not a roaming subscriber with full attestation",
    fraud: one({ sourceGroup: 10, assertedNumber: caller }),
    honest: one({ sourceGroup: 10, assertedNumber: caller, attestation: "A" })
  },
  {
    rule: "cli_impossible",
    what: "a range that was never given out, not one that was",
    fraud: one({ aNumber: "+2346001234567" }),
    honest: one({ aNumber: "+2348031234567" })
  },
  {
    rule: "cli_impossible",
    what: "a wrong length, not a withheld number",
    fraud: one({ aNumber: "+234803123456" }),
    honest: one({ aNumber: "" })
  },
  {
    rule: "cli_impossible",
    what: "an own number from outside, not from inside",
    fraud: one({ sourceGroup: 10 }),
    honest: one({ sourceGroup: 1 }),
    rules: ownRanges
  },
  {
    rule: "refiling",
    what: "a home number that hides a foreign one, not a home one",
    fraud: one({ assertedNumber: "+447911123456" }),
    honest: one({ assertedNumber: "+2348037654321" })
  },
  {
    rule: "refiling",
    what: "on a domestic trunk, not by an international gateway, where it is masking",
    fraud: one({ assertedNumber: "+447911123456", sourceGroup: 4 }),
    honest: one({ assertedNumber: "+447911123456", sourceGroup: 10 })
  },
  {
    rule: "refiling",
    what: "ever other numbers that nobody vouches for and a gateway signed, not those that the network asserts",
    fraud: talks({}),
    honest: talks({ assertedNumber: mobile(99) })
  },
  {
    rule: "refiling",
    what: "people who talk, not calls that are over at once",
    fraud: talks({}, enough.refiledSeconds),
    honest: talks({}, enough.refiledSeconds - 1)
  },
  {
    rule: "refiling",
    what: "numbers of which the network tells that they come from elsewhere, not only unsigned ones",
    fraud: talks({}),
    honest: talks({}, enough.refiledSeconds, "missing")
  },
  {
    rule: "stir_shaken",
    what: "a signature that does not hold, not a missing one",
    fraud: one({ attestation: "failed" }),
    honest: one({ attestation: "missing" })
  }
]

describe("each rule finds its fraud, and not what only just is none", () => {
  it.for(edges)("$rule: $what", ({ fraud, honest, rule, rules }) => {
    const finding = last(rule, fraud, rules)
    assert.isDefined(finding)
    assert.isTrue((finding?.confidence ?? 0) > 0 && (finding?.confidence ?? 1) <= 0.99)
    assert.isAbove(finding?.evidence.length ?? 0, 20)
    assert.isNotEmpty(finding?.subject)
    assert.isUndefined(last(rule, honest, rules)?.evidence)
  })
})

describe("traffic pumping whose last call begins before the first one ends", () => {
  it("is found as the calls end, with half as many of them since they are three times as long", () => {
    const { atBeginning, atEnd } = longCallsAtOnce(enough.long / 2, 3 * enough.longSeconds)
    assert.deepStrictEqual(atBeginning, [])
    assert.deepStrictEqual(
      atEnd.map((finding) => finding?.subject),
      [...range(enough.long / 2 - 1).map(() => undefined), "+23470012345…"]
    )
  })

  it("is not found one call, or one second, earlier", () => {
    for (const calls of [
      longCallsAtOnce(enough.long / 2 - 1, 3 * enough.longSeconds),
      longCallsAtOnce(enough.long / 2, 3 * enough.longSeconds - 1)
    ]) {
      assert.deepStrictEqual(
        calls.atEnd.filter((finding) => finding !== undefined),
        []
      )
    }
  })
})

describe("a company that shows its home number for people abroad", () => {
  const office = { aNumber: "+2342015550001", assertedNumber: "+447911123456", sourceGroup: 3 }
  const sureness = (more: Partial<CallAttempt>, calls = 1) =>
    last(
      "refiling",
      times(calls, (n) => [attempt({ ...office, ...more, bNumber: called(n) })])
    )?.confidence ?? 0

  it("is hardly suspected when a carrier signed that it knows the company", () => {
    const [unsigned, known, full] = (["missing", "B", "A"] as const).map((attestation) => sureness({ attestation }))
    assert.isAtLeast(unsigned ?? 0, 0.5)
    assert.isBelow(known ?? 1, 0.25)
    assert.isBelow(full ?? 1, known ?? 0)
  })

  it("is no longer billed for it, unsigned, once its source has used the number often", () => {
    assert.isAtLeast(sureness({}, 3), 0.5)
    assert.isBelow(sureness({}, 4), 0.5)
  })
})
