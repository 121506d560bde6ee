import { assert, describe, it } from "@effect/vitest"
import { fraudLabels, honestGroups } from "../../../src/simulators/traffic/Labels.ts"
import { labelledMinute } from "../../../src/simulators/traffic/LabelledMinute.ts"
import {
  callRecord,
  sippFields,
  switchRequest,
  toCallRecords,
  toSippCsv,
  toSwitchRequests
} from "../../../src/simulators/traffic/TrafficText.ts"

const minute = labelledMinute(3)

describe("the labelled minute", () => {
  it("shows every kind of fraud once, amid every kind of honest traffic, within a minute", () => {
    const campaigns = new Set(minute.flatMap(({ actor, label }) => (label === null ? [] : [actor])))
    assert.sameMembers(
      [...campaigns],
      fraudLabels.map((label) => `${label}-1`)
    )
    const groups = new Set(minute.flatMap(({ group }) => group ?? []))
    assert.sameMembers([...groups], ["ordinary", ...honestGroups])
    assert.isBelow(minute.length, 700)
    assert.isAtMost((minute.at(-1)?.call.atMillis ?? 0) - (minute[0]?.call.atMillis ?? 0), 60_000)
  })

  it("is the same for the same seed, at any time of the day", () => {
    assert.deepStrictEqual(labelledMinute(3), minute)
    const start = Date.UTC(2026, 5, 1, 12)
    assert.isAtLeast(labelledMinute(3, start)[0]?.call.atMillis ?? 0, start)
  })
})

describe("traffic as text", () => {
  it("asks as a switch asks", () => {
    const first = minute[0]
    if (first === undefined) return assert.fail("no calls")
    const { call } = first
    assert.deepStrictEqual(Object.keys(switchRequest(call)), [
      "call_id",
      "caller_id",
      "called_number",
      "source_ip",
      "source_group",
      "p_asserted_identity",
      "from_display",
      "user_agent",
      "timestamp",
      "gateway_id",
      "carrier_id",
      "region",
      "attestation"
    ])
    assert.strictEqual(switchRequest(call).timestamp, new Date(call.atMillis).toISOString())
    const record = callRecord(call)
    assert.strictEqual(record.end_time, new Date(call.endedAtMillis).toISOString())
    assert.strictEqual(record.answer_time === null, call.sipCode !== 200)
  })

  it("writes one line a call that reads back", () => {
    const requests = [...toSwitchRequests(minute)].map((line): unknown => JSON.parse(line))
    assert.deepStrictEqual(
      requests,
      minute.map(({ call }) => switchRequest(call))
    )
    assert.lengthOf([...toCallRecords(minute)], minute.length)
  })

  it("writes an injection file with all its fields in every line, whatever a name holds", () => {
    const odd = minute.slice(0, 1).map((one) => ({ ...one, call: { ...one.call, displayName: "a;b\nc" } }))
    const lines = [...toSippCsv([...minute, ...odd])]
    assert.strictEqual(lines[0], "SEQUENTIAL")
    assert.lengthOf(lines, minute.length + 2)
    for (const line of lines.slice(1)) assert.lengthOf(line.split(";"), sippFields.length)
    const expected = new Set(lines.slice(1).map((line) => line.split(";")[2]))
    assert.isTrue(expected.has("honest") && expected.has("call_masking"))
  })
})
