import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed, kamailioModule } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"

describe.skipIf(!installed("kamailio") || !kamailioModule("http_async_client"))("Kamailio that asks over HTTP", () => {
  it.live("does what Tandem says, lets calls pass while it is away, and tells it of all of them", () =>
    Effect.gen(function* () {
      const called = yield* callee()
      const tandem = yield* verdictStub({ evapiPorts: [] })
      const proxy = yield* kamailio({
        destinations: [called.port],
        settings: { VERDICT_BY_HTTP: "yes", TANDEM_SWITCH_URL: `http://127.0.0.1:${tandem.port}` }
      })
      const node = yield* tandem.run
      yield* until(tandem.alive, Boolean)
      const { call } = yield* caller(proxy.port)
      const all = ["001", "102", "203", "304", "405"].map((end) => ({ called: `+2348100000${end}` }))
      const codes = (yield* Effect.forEach(all, call)).map(({ code }) => code)
      assert.deepStrictEqual(codes, [200, 603, 200, 200, 302])
      assert.deepStrictEqual(called.calls[1]?.headers.get("x-acm-flagged"), ["SIM_BOX"])
      yield* until(tandem.seen, (seen) => seen.cdrs.length === 5)
      yield* node.signal("SIGKILL")
      const blocked = Array.from({ length: 10 }, () => ({ called: "+2348100000102" }))
      const passed = (yield* Effect.forEach(blocked, call)).map(({ code }) => code)
      assert.deepStrictEqual(new Set(passed), new Set([200]))
      const open = yield* proxy.metrics
      assert.strictEqual(metric(open, "acm_circuit_breaker_opened_total"), 1)
      assert.strictEqual(metric(open, "acm_calls_unchecked_total", "timeout"), 5)
      assert.strictEqual(metric(open, "acm_calls_unchecked_total", "breaker"), 5)
      yield* tandem.run
      const again = Effect.map(call({ called: "+2348100000102" }), ({ code }) => code)
      yield* until(again, (code) => code === 603)
      yield* until(again, () => true)
      yield* until(proxy.metrics, (page) => metric(page, "acm_circuit_breaker_closed_total") === 1)
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length >= 17)
      const unchecked = cdrs.filter((cdr) => cdr["unchecked"] === true)
      assert.strictEqual(unchecked.length, metric(yield* proxy.metrics, "acm_calls_unchecked_total"))
    }).pipe(Effect.scoped)
  )
})
