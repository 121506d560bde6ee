import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { longestCallId, readAttempt, readEnd } from "../../../../src/domain/fraud/calls/SwitchCall.ts"

const now = Date.UTC(2026, 0, 15, 12, 0, 0)

const asked = {
  call_id: "a84b4c76e66710@pc33.example.net",
  caller_id: "08031234567",
  called_number: "tel:+2348055500001",
  source_ip: "198.51.100.7",
  timestamp: now / 1000
}

type Fields = Readonly<Record<string, unknown>>

const callOf = (more: Fields) => {
  const read = readAttempt({ ...asked, ...more }, now)
  if (!read.ok) return assert.fail(JSON.stringify(read.problems))
  return read.value.call
}

const attemptProblems = (more: Fields): ReadonlyArray<string> => {
  const read = readAttempt({ ...asked, ...more }, now)
  return read.ok ? [] : read.problems.map(({ field }) => field)
}

describe("a switch's question", () => {
  it("is read with numbers in E.164 and what is missing empty", () => {
    assert.deepStrictEqual(callOf({}), {
      callId: asked.call_id,
      atMillis: now,
      aNumber: "+2348031234567",
      bNumber: "+2348055500001",
      assertedNumber: "",
      displayName: "",
      userAgent: "",
      sourceIp: "198.51.100.7",
      sourceGroup: 0,
      gatewayId: "",
      carrierId: "",
      region: "",
      attestation: "missing"
    })
  })

  it("takes the names of both contracts, and passes over those that hold nothing", () => {
    const { aNumber, bNumber, gatewayId } = callOf({
      caller_id: null,
      called_number: undefined,
      a_number: "+2348031111111",
      b_number: "+2348032222222",
      gateway_id: "",
      switch_id: "sw-1"
    })
    assert.deepStrictEqual([aNumber, bNumber, gatewayId], ["+2348031111111", "+2348032222222", "sw-1"])
  })

  it("takes instants in ISO 8601, seconds and milliseconds, and the present when there is none", () => {
    const instants: ReadonlyArray<readonly [unknown, number]> = [
      [now / 1000, now],
      [now / 1000 + 0.25, now + 250],
      [now, now],
      [String(now), now],
      [String(now / 1000), now],
      ["2026-01-15T12:00:00Z", now],
      ["2026-01-15T13:00:00.000+01:00", now],
      ["2026-01-15T12:00:00", now],
      ["2026-01-15 12:00:00", now],
      ["2026-01-15T12:00Z", now],
      [-1, -1000],
      [undefined, now],
      [null, now],
      ["", now]
    ]
    for (const [timestamp, atMillis] of instants) {
      assert.strictEqual(callOf({ timestamp }).atMillis, atMillis, JSON.stringify(timestamp))
    }
  })

  it("says which field is wrong", () => {
    const cases: ReadonlyArray<readonly [Fields, ReadonlyArray<string>]> = [
      [{ call_id: undefined }, ["call_id"]],
      [{ call_id: "" }, ["call_id"]],
      [{ call_id: ["x"] }, ["call_id"]],
      [{ called_number: undefined }, ["called_number"]],
      [{ called_number: "anonymous" }, ["called_number"]],
      [{ called_number: "sip:ada@example.net" }, ["called_number"]],
      [{ called_number: "1".repeat(5_000) }, ["called_number"]],
      [{ called_number: { a: 1 } }, ["called_number"]],
      [{ caller_id: [] }, ["caller_id"]],
      [{ caller_id: true }, ["caller_id"]],
      [{ timestamp: Number.NaN }, ["timestamp"]],
      [{ timestamp: Number.POSITIVE_INFINITY }, ["timestamp"]],
      [{ timestamp: "yesterday" }, ["timestamp"]],
      [{ timestamp: "call 5" }, ["timestamp"]],
      [{ timestamp: "   " }, ["timestamp"]],
      [{ timestamp: "2026-13-45T99:00:00Z" }, ["timestamp"]],
      [{ timestamp: {} }, ["timestamp"]],
      [{ source_group: -1 }, ["source_group"]],
      [{ source_group: 10.5 }, ["source_group"]],
      [{ source_group: "ten" }, ["source_group"]],
      [{ source_group: true }, ["source_group"]],
      [{ source_group: [10] }, ["source_group"]],
      [{ source_group: 10_000 }, ["source_group"]],
      [{ source_ip: "9".repeat(65) }, ["source_ip"]],
      [{ gateway_id: "g".repeat(129) }, ["gateway_id"]],
      [{ attestation: "Z" }, ["attestation"]],
      [{ call_id: 0, called_number: "x", timestamp: "x" }, ["timestamp", "called_number"]],
      [{ call_id: "", called_number: "", source_group: -1 }, ["source_group", "call_id", "called_number"]]
    ]
    for (const [more, fields] of cases) assert.deepStrictEqual(attemptProblems(more), fields, JSON.stringify(more))
    for (const body of [null, [], "x", 1, undefined]) {
      assert.isFalse(readAttempt(body, now).ok)
      assert.isFalse(readEnd(body).ok)
    }
  })

  it("cannot be made unreadable by the caller: what the calling side writes may be anything of any length", () => {
    const long = "x".repeat(60_000)
    const call = callOf({
      call_id: long,
      caller_id: `sip:${long}@example.net`,
      p_asserted_identity: long,
      from_display: long,
      user_agent: long,
      identity: long
    })
    assert.deepStrictEqual([call.aNumber, call.assertedNumber], ["", ""])
    assert.isAtMost(call.callId.length, longestCallId)
    assert.notStrictEqual(call.callId, callOf({ call_id: `${long}y` }).callId)
    assert.strictEqual(callOf({ caller_id: "sip:ada@example.net" }).aNumber, "")
    assert.strictEqual(callOf({ p_asserted_identity: "<sip:ada@example.net>" }).assertedNumber, "")
  })

  it("reads digits from an international gateway as a whole international number", () => {
    assert.strictEqual(callOf({ source_group: "10", caller_id: "447911123456" }).aNumber, "+447911123456")
    assert.strictEqual(callOf({ source_group: 1, caller_id: "447911123" }).aNumber, "+234447911123")
  })

  it("keeps sources of IPv6, withheld callers and what the switch says of the signature", () => {
    const call = callOf({ source_ip: "2001:db8::7", caller_id: "anonymous", attestation: "b" })
    assert.deepStrictEqual([call.sourceIp, call.aNumber, call.attestation], ["2001:db8::7", "", "B"])
    assert.strictEqual(callOf({ source_ip: undefined }).sourceIp, "0.0.0.0")
  })
})

const cdr = {
  ...asked,
  timestamp: undefined,
  start_time: "2026-01-15T12:00:00Z",
  answer_time: "2026-01-15T12:00:08Z",
  end_time: "2026-01-15T12:01:08Z",
  sip_code: 200
}

const endOf = (more: Fields) => {
  const read = readEnd({ ...cdr, ...more })
  if (!read.ok) return assert.fail(JSON.stringify(read.problems))
  return read.value
}

describe("a CDR", () => {
  it("is read with what lies between its instants", () => {
    const { answeredAtMillis, durationMillis, ringMillis, sipCode, unchecked } = endOf({})
    assert.deepStrictEqual(
      [answeredAtMillis, ringMillis, durationMillis, sipCode, unchecked],
      [now + 8_000, 8_000, 60_000, 200, false]
    )
  })

  it("of a call that nobody answered has no answer, in whatever way the switch says so", () => {
    for (const answer_time of [undefined, null, "", 0, "0"]) {
      const end = endOf({ answer_time, sip_code: undefined })
      assert.deepStrictEqual(
        [end.answeredAtMillis, end.ringMillis, end.durationMillis, end.sipCode],
        [null, 68_000, 0, 487]
      )
    }
    assert.strictEqual(endOf({ sip_code: undefined }).sipCode, 200)
  })

  it("knows the spellings of a call that went unchecked, and no others", () => {
    for (const unchecked of [true, 1, "1", "true"]) assert.isTrue(endOf({ unchecked }).unchecked)
    for (const unchecked of [false, 0, "0", "false", "", null, undefined, {}, "no"]) {
      assert.isFalse(endOf({ unchecked }).unchecked)
    }
  })

  it("says which field is wrong", () => {
    const cases: ReadonlyArray<readonly [Fields, string]> = [
      [{ start_time: undefined }, "start_time"],
      [{ end_time: undefined }, "end_time"],
      [{ end_time: "2026-01-15T12:00:07Z" }, "end_time"],
      [{ answer_time: null, end_time: "2026-01-15T11:59:59Z" }, "end_time"],
      [{ answer_time: "2026-01-15T11:59:59Z" }, "answer_time"],
      [{ answer_time: [] }, "answer_time"],
      [{ sip_code: 99 }, "sip_code"],
      [{ sip_code: 700 }, "sip_code"],
      [{ sip_code: 200.5 }, "sip_code"],
      [{ sip_code: "OK" }, "sip_code"],
      [{ sip_code: {} }, "sip_code"],
      [{ called_number: "" }, "called_number"]
    ]
    for (const [more, field] of cases) {
      const read = readEnd({ ...cdr, ...more })
      assert.deepStrictEqual(
        read.ok ? [] : read.problems.map((problem) => problem.field),
        [field],
        JSON.stringify(more)
      )
    }
  })
})

describe("whatever JSON comes", () => {
  const names = [...Object.keys(cdr), "p_asserted_identity", "source_group", "identity", "attestation", "unchecked"]
  const known = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.double(), fc.string()))

  it("is understood or refused, and never thrown at", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), known), (body) => {
        for (const read of [readAttempt(body, now), readEnd(body)]) {
          if (read.ok) continue
          assert.isNotEmpty(read.problems)
        }
      }),
      { numRuns: 1000 }
    )
  })

  it("has sound times when it is understood as a CDR", () => {
    const instant = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
    )
    fc.assert(
      fc.property(instant, instant, fc.option(instant), (start_time, end_time, answer_time) => {
        const read = readEnd({ ...cdr, start_time, end_time, answer_time })
        if (read.ok) assert.isTrue(read.value.ringMillis >= 0 && read.value.durationMillis >= 0)
      })
    )
  })
})
