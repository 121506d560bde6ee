import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const sources = ["1 127.0.0.1 32 0 core", "10 127.0.0.10 32 0 transit-1", "66 127.0.0.66 32 0 outcast"].join("\n")

const sandbox = Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "sip" })

/** A Kamailio with three kinds of sources, and `tandem serve --role all` as it runs in production behind it. */
const plane = Effect.gen(function* () {
  const called = yield* callee()
  const proxy = yield* kamailio({ destinations: [called.port], sources, settings: { BREAKER_OPEN_SECONDS: "1" } })
  const url = yield* TestDatabase.url
  const [port, switchPort] = yield* Effect.all([freePort, freePort])
  const start = startNode("all", {
    ...sandboxValues(yield* Sandbox),
    DATABASE_URL: Redacted.value(url),
    LOG_LEVEL: "Warn",
    TANDEM_PORT: String(port),
    FRAUD_SWITCH_PORT: String(switchPort),
    FRAUD_EVAPI_ADDRESSES: `127.0.0.1:${proxy.evapiPort}`
  })
  const services = yield* Layer.build(ApiKeys.layer.pipe(Layer.provideMerge(Database.layerUrl(url))))
  const key = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "test", role: "admin" })).pipe(
    Effect.provide(services)
  )
  const node = yield* start
  yield* untilLive(`http://127.0.0.1:${port}`)
  yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
  const post = (path: string, body: unknown) =>
    Effect.promise(() =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${Redacted.value(key.key)}`, "content-type": "application/json" },
        body: JSON.stringify(body)
      })
    )
  return { called, proxy, node, start, post }
})

describe.skipIf(!installed("kamailio"))("Kamailio with the real Tandem behind it", () => {
  it.live(
    "bills, refuses and puts through as the rules say, and every CDR is taken, also after kill -9",
    () =>
      Effect.gen(function* () {
        const { called, node, post, proxy, start } = yield* plane
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
        const listed = yield* post("/api/v1/fraud/lists/block", {
          kind: "number",
          value: "+2348031110000",
          reason: "test"
        })
        assert.isBelow(listed.status, 300, yield* Effect.promise(() => listed.text()))
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
