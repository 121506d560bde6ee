import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"

const edge = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}, code = 200) {
  const called = yield* callee(code)
  const proxy = yield* kamailio({ destinations: [called.port], settings })
  const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
  const { call } = yield* caller(proxy.port)
  return { proxy, tandem, call }
})

const calls = (length: number) => Array.from({ length }, (_, index) => ({ called: `+23481000${1000 + index * 1000}` }))

describe.skipIf(!installed("kamailio"))("CDRs of Kamailio", () => {
  it.live("of calls while Tandem is away wait until it is there, and say that nobody judged them", () =>
    Effect.gen(function* () {
      const { call, proxy, tandem } = yield* edge()
      yield* Effect.forEach(calls(60), call)
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_waiting") === 60)
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length >= 60)
      assert.strictEqual(new Set(cdrs.map((cdr) => cdr["call_id"])).size, 60)
      assert.isTrue(cdrs.every((cdr) => cdr["unchecked"] === true && cdr["sip_code"] === 200))
      assert.isTrue(cdrs.every((cdr) => Number(cdr["answer_time"]) <= Number(cdr["end_time"])))
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_in_flight") === 0)
    }).pipe(Effect.scoped)
  )

  it.live("of calls that nobody judged tell all that a verdict needs", () =>
    Effect.gen(function* () {
      const { call, tandem } = yield* edge({ TANDEM_REGION: "lagos" })
      const asserted = "<sip:+2348030000001@127.0.0.1>"
      yield* call({
        called: "+2348100000001",
        display: "Ọlá",
        extra: [`p-asserted-identity: ${asserted}`, "user-agent: pbx"]
      })
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      const told = ["unchecked", "p_asserted_identity", "from_display", "user_agent", "region"]
      assert.deepStrictEqual(
        told.map((name) => cdrs[0]?.[name]),
        [true, asserted, "Ọlá", "pbx", "lagos"]
      )
    }).pipe(Effect.scoped)
  )

  it.live("over the bound of the queue are dropped, the oldest first, and counted", () =>
    Effect.gen(function* () {
      const { call, proxy, tandem } = yield* edge({ CDR_QUEUE_MAX: "100" })
      yield* Effect.forEach(calls(120), call)
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_total") === 120)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_cdrs_dropped_total"), 20)
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length >= 100)
      assert.strictEqual(cdrs.length, 100)
    }).pipe(Effect.scoped)
  )

  it.live("are sent again when Tandem died before it acknowledged them", () =>
    Effect.gen(function* () {
      const { call, proxy, tandem } = yield* edge()
      const node = yield* tandem.run
      yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
      yield* node.signal("SIGSTOP")
      yield* Effect.forEach(calls(20), call)
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_in_flight") > 0)
      yield* node.signal("SIGKILL")
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => new Set(seen.cdrs.map((cdr) => cdr["call_id"])).size === 20)
      assert.isTrue(cdrs.every((cdr) => cdr["unchecked"] === true))
      yield* until(proxy.metrics, (page) => metric(page, "acm_cdrs_in_flight") === 0)
      assert.isAbove(metric(yield* proxy.metrics, "acm_cdrs_sent_again_total"), 0)
    }).pipe(Effect.scoped)
  )

  it.live("tell the code of a call that failed", () =>
    Effect.gen(function* () {
      const { call, tandem } = yield* edge({}, 486)
      yield* tandem.run
      assert.strictEqual((yield* call({ called: "+2348100000001" })).code, 486)
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(cdrs[0]?.["sip_code"], 486)
      assert.isUndefined(cdrs[0]?.["answer_time"])
    }).pipe(Effect.scoped)
  )
})
