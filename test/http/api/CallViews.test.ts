import { assert, describe, it } from "@effect/vitest"
import { callRecordOf, callViewOf } from "../../../src/http/api/CallViews.ts"
import { attempt, blocked, end } from "../../layers/storage/calls/SampleCalls.ts"

describe("the view of a call", () => {
  it("tells all that the records know of it", () => {
    const { answeredAtMillis, durationMillis, endedAtMillis, ringMillis, sipCode, unchecked } = end("call")
    const told = { answeredAtMillis, durationMillis, endedAtMillis, ringMillis, sipCode, unchecked }
    for (const judged of [blocked, null]) {
      for (const ended of [
        null,
        { ...told, reportedAtMillis: endedAtMillis + 7 },
        { ...told, answeredAtMillis: null, reportedAtMillis: 5 }
      ]) {
        const record = { call: attempt("call"), judged, ended }
        assert.deepStrictEqual(callRecordOf(callViewOf(record)), record)
      }
    }
  })
})
