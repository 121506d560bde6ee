import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../fixtures/sip/Program.ts"
import { haproxy, kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { sippCallee, sippCalls } from "../fixtures/sip/Sipp.ts"

const status = (url: string, init?: RequestInit) =>
  Effect.promise(() =>
    fetch(url, init).then(
      (response) => response.status,
      () => 0
    )
  )

describe.skipIf(!installed("kamailio", "haproxy", "sipp"))("HAProxy", () => {
  it.live("hands SIP over TCP to the Kamailio that answers OPTIONS, and to the other when one dies", () =>
    Effect.gen(function* () {
      const called = yield* sippCallee
      const settings = { SIP_PROXY_PROTOCOL: "yes" }
      const one = yield* kamailio({ destinations: [called.port], settings })
      const two = yield* kamailio({ destinations: [called.port], settings })
      const tandem = yield* verdictStub({ evapiPorts: [one.evapiPort, two.evapiPort] })
      yield* tandem.run
      const { page, ports } = yield* haproxy({
        settings: {
          KAMAILIO1: `127.0.0.1:${one.port}`,
          KAMAILIO2: `127.0.0.1:${two.port}`,
          KAMAILIO1_METRICS: `127.0.0.1:${one.metricsPort}`,
          KAMAILIO2_METRICS: `127.0.0.1:${two.metricsPort}`
        }
      })
      const alive = page("HAPROXY_METRICS_PORT", "/metrics")
      const servers = (count: number) =>
        until(alive, (text) => text.includes(`haproxy_backend_active_servers{proxy="kamailio"} ${count}`))
      const port = ports["SIP_TCP_PORT"] ?? 0
      const calls = sippCalls({
        port,
        callsPerSecond: 20,
        calls: 20,
        transport: "tcp",
        numbers: ["+2348100000001", "+2348100000102"]
      })
      for (const path of ["/kamailio1/metrics", "/kamailio2/metrics"]) {
        yield* until(page("HAPROXY_METRICS_PORT", path), (text) => metric(text, "acm_nodes_usable") === 1)
      }
      yield* servers(2)
      const before = yield* calls
      assert.deepStrictEqual([before.failed, before.answered], [0, { 200: 10, 302: 0, 603: 10 }])
      yield* one.program.signal("SIGKILL")
      yield* servers(1)
      const after = yield* calls
      assert.deepStrictEqual([after.failed, after.answered], [0, { 200: 10, 302: 0, 603: 10 }])
      const { questions } = yield* tandem.seen
      assert.isTrue(questions.every((question) => question["source_ip"] === "127.0.0.1"))
      assert.isFalse(questions.some((question) => question["source_port"] === 0))
    }).pipe(Effect.scoped)
  )

  it.live("leads to Tandem's nodes that are ready, refuses who asks too often, and shows what it does", () =>
    Effect.gen(function* () {
      const tandem = yield* verdictStub({ evapiPorts: [] })
      const node = yield* tandem.run
      const { page, ports } = yield* haproxy({
        settings: {
          TANDEM1: `127.0.0.1:${tandem.port}`,
          TANDEM1_SWITCH: `127.0.0.1:${tandem.port}`,
          REQUESTS_PER_10S: "50"
        }
      })
      const api = `http://127.0.0.1:${ports["HTTP_PORT"]}/health/live`
      const detect = `http://127.0.0.1:${ports["SWITCH_PORT"]}/api/v1/fraud/detect`
      const question = JSON.stringify({ call_id: "1", caller_id: "+2348030000001", called_number: "+2348100000102" })
      yield* until(status(detect, { method: "POST", body: question }), (code) => code === 200)
      yield* until(status(api), (code) => code === 200)
      const codes = yield* Effect.forEach(Array.from({ length: 80 }), () => status(api))
      assert.isAbove(codes.filter((code) => code === 200).length, 0)
      assert.isAtLeast(codes.filter((code) => code === 429).length, 30)
      assert.include(yield* page("HAPROXY_STATS_PORT", "/stats"), "tandem_switch")
      assert.include(yield* page("HAPROXY_METRICS_PORT", "/metrics"), "haproxy_server_status")
      yield* node.signal("SIGKILL")
      yield* until(status(detect, { method: "POST", body: question }), (code) => code === 503)
    }).pipe(Effect.scoped)
  )
})
