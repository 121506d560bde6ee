import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"
import { adminKey, asAdmin, tandemNode } from "../fixtures/sip/TandemNode.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const sources = ["1 127.0.0.1 32 0 core", "10 127.0.0.10 32 0 transit-1", "66 127.0.0.66 32 0 outcast"].join("\n")

const sandbox = Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "sip" })

/** A Kamailio with three kinds of sources, and `tandem serve --role all` as it runs in production behind it. */
const plane = Effect.gen(function* () {
  const called = yield* callee()
  const proxy = yield* kamailio({ destinations: [called.port], sources, settings: { BREAKER_OPEN_SECONDS: "1" } })
  const database = yield* TestDatabase.url
  const { start, url } = yield* tandemNode({ database, evapiPorts: [proxy.evapiPort] })
  const node = yield* start
  yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
  const api = asAdmin(url, yield* adminKey(database))
  return { called, proxy, node, start, api }
})

describe.skipIf(!installed("kamailio"))("Kamailio with the real Tandem behind it", () => {
  it.live(
    "bills, refuses and puts through as the rules say, and every CDR is taken, also after kill -9",
    () =>
      Effect.gen(function* () {
        const { api, called, node, proxy, start } = yield* plane
        const [core, transit, outcast] = yield* Effect.forEach(["127.0.0.1", "127.0.0.10", "127.0.0.66"], (address) =>
          caller(proxy.port, address)
        )
        if (core === undefined || transit === undefined || outcast === undefined) return assert.fail("no callers")
        const honest = { caller: "+2348031234567", called: "+2348098765432" }
        assert.strictEqual((yield* core.call(honest)).code, 200)
        assert.strictEqual((yield* transit.call({ caller: "+2348031234568", called: "+2348098765433" })).code, 200)
        assert.strictEqual((yield* outcast.call({ ...honest, called: "+2348098765434" })).code, 603)
        const [plain, masked] = called.calls
        assert.isFalse([...(plain?.headers.keys() ?? [])].some((name) => name.startsWith("x-acm")))
        assert.deepStrictEqual(masked?.headers.get("x-acm-penalty-billing"), ["international"])
        yield* api("POST", "/api/v1/fraud/lists/block", { kind: "number", value: "+2348031110000", reason: "test" })
        const blocked = Effect.map(
          core.call({ caller: "+2348031110000", called: "+2348098765435" }),
          ({ code }) => code
        )
        yield* until(blocked, (code) => code === 603)
        yield* node.signal("SIGKILL")
        assert.strictEqual((yield* core.call({ ...honest, called: "+2348098765436" })).code, 200)
        yield* start
        // The calls themselves are the probes that close the breaker.
        yield* until(blocked, (code) => code === 603)
        const page = yield* until(
          proxy.metrics,
          (page) => metric(page, "acm_cdrs_acknowledged_total") === metric(page, "acm_calls_total")
        )
        assert.strictEqual(metric(page, "acm_cdrs_refused_total"), 0)
        assert.strictEqual(metric(page, "acm_cdrs_in_flight"), 0)
        assert.strictEqual(metric(page, "acm_calls_unchecked_total", "unreadable"), 0)
      }).pipe(Effect.provide(sandbox), Effect.scoped),
    120_000
  )
})
