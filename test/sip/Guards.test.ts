import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"

const stranger = "1 192.0.2.1 32 0 elsewhere"

const edge = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}, sources?: string) {
  const called = yield* callee()
  const proxy = yield* kamailio({ destinations: [called.port], settings, ...(sources && { sources }) })
  const { call } = yield* caller(proxy.port)
  return { called, proxy, call }
})

const codes = (calls: ReadonlyArray<{ readonly code: number }>) => calls.map(({ code }) => code)

describe.skipIf(!installed("kamailio"))("Kamailio by itself", () => {
  it.live("answers OPTIONS, refuses REGISTER, and hops without end", () =>
    Effect.gen(function* () {
      const { call } = yield* edge()
      const called = "+2348100000001"
      const answers = yield* Effect.forEach(
        [
          { called, method: "OPTIONS" },
          { called, method: "REGISTER" },
          { called, method: "MESSAGE" },
          { called, maxForwards: 0 },
          { called, maxForwards: 71 },
          { called, maxForwards: 70 }
        ],
        call
      )
      assert.deepStrictEqual(codes(answers), [200, 405, 405, 483, 483, 200])
    }).pipe(Effect.scoped)
  )

  it.live("takes calls from known sources alone, but emergency calls from anybody", () =>
    Effect.gen(function* () {
      const { call } = yield* edge({}, stranger)
      const answers = yield* Effect.forEach([{ called: "+2348100000001" }, { called: "112" }], call)
      assert.deepStrictEqual(codes(answers), [403, 200])
    }).pipe(Effect.scoped)
  )

  it.live("holds a known source to its calls a second", () =>
    Effect.gen(function* () {
      const { call, proxy } = yield* edge({ SIP_CALLS_PER_SECOND_PER_SOURCE: "5" })
      const calls = Array.from({ length: 30 }, (_, index) => ({ called: `+23481000000${index + 10}` }))
      const answers = codes(yield* Effect.forEach(calls, call, { concurrency: "unbounded" }))
      const over = answers.filter((code) => code === 503).length
      // The thirty may fall into two seconds.
      assert.isAtLeast(over, 20)
      assert.strictEqual(answers.filter((code) => code === 200).length, 30 - over)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_calls_over_pace_total"), over)
    }).pipe(Effect.scoped)
  )

  it.live("answers a stranger who floods no more", () =>
    Effect.gen(function* () {
      const { call, proxy } = yield* edge({ SIP_PIKE_REQUESTS_PER_SECOND: "20" }, stranger)
      const flood = Array.from({ length: 200 }, () => ({ called: "+2348100000001" }))
      yield* Effect.forEach(flood, (each) => Effect.timeoutOption(call(each), "2 seconds"), {
        concurrency: "unbounded"
      })
      assert.strictEqual(metric(yield* proxy.metrics, "acm_sources_banned_total"), 1)
      const later = yield* Effect.timeoutOption(call({ called: "+2348100000001" }), "1 second")
      assert.strictEqual(later._tag, "None")
      assert.strictEqual((yield* call({ called: "112" })).code, 200)
    }).pipe(Effect.scoped)
  )

  it.live("takes the next destination when one refuses or is silent, and offers the silent one nothing more", () =>
    Effect.gen(function* () {
      const refuses = yield* callee(503)
      const answers = yield* callee()
      const silent = 9
      const proxy = yield* kamailio({
        destinations: [refuses.port, silent, answers.port],
        settings: { SIP_NO_ANSWER_MILLIS: "500" }
      })
      const { call } = yield* caller(proxy.port)
      const calls = Array.from({ length: 9 }, () => ({ called: "+2348100000001" }))
      assert.deepStrictEqual(
        codes(yield* Effect.forEach(calls, call)),
        Array.from({ length: 9 }, () => 200)
      )
      assert.isAtLeast(metric(yield* proxy.metrics, "acm_failover_events"), 3)
      assert.isAtLeast(refuses.calls.length, 2)
      assert.strictEqual(answers.calls.length, 9)
    }).pipe(Effect.scoped)
  )

  it.live("passes a refusal of the called side on as it is", () =>
    Effect.gen(function* () {
      const busy = yield* callee(486)
      const other = yield* callee()
      const proxy = yield* kamailio({ destinations: [busy.port, other.port] })
      const { call } = yield* caller(proxy.port)
      const calls = Array.from({ length: 4 }, () => ({ called: "+2348100000001" }))
      assert.sameMembers(codes(yield* Effect.forEach(calls, call)), [486, 200, 486, 200])
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_total") === 4)
    }).pipe(Effect.scoped)
  )
})
