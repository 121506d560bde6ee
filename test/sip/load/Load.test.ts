import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../../fixtures/sip/Program.ts"
import { haproxy, kamailio, metric, until, verdictStub } from "../../fixtures/sip/SipEdge.ts"
import { sippCallee, sippCalls } from "../../fixtures/sip/Sipp.ts"
import type { LoadResult } from "../../fixtures/sip/Sipp.ts"

const callsPerSecond = Number(process.env["SIP_LOAD_CPS"] ?? 100)
const seconds = Number(process.env["SIP_LOAD_SECONDS"] ?? 8)
const calls = callsPerSecond * seconds

/**
 * What a call waits for a node that is silent, and a tick of the proxy's timer. It is asserted when a size was asked for: a
 * machine that does other things meanwhile says nothing about it.
 */
const slowestMillis = process.env["SIP_LOAD_CPS"] === undefined ? Infinity : 350

/** Out of ten calls eight are put through. */
const numbers = ["001", "002", "103", "004", "205", "006", "407", "008", "009", "010"].map((end) => `+2348100000${end}`)

const edge = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}) {
  const called = yield* sippCallee
  const proxy = yield* kamailio({ destinations: [called.port], settings })
  const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
  return { proxy, tandem, node: yield* tandem.run }
})

type Edge = Effect.Success<ReturnType<typeof edge>>

const noneFailed = (name: string, result: LoadResult) =>
  Effect.gen(function* () {
    yield* Effect.logInfo(`${name}: ${calls} calls at ${callsPerSecond}/s`, result)
    assert.strictEqual(result.failed, 0)
    assert.strictEqual(result.successful, calls)
    assert.isAtMost(result.slowestMillis, slowestMillis)
  })

/** Every call has its CDR at Tandem, and as many say that nobody judged the call as the proxy counted. */
const everyCallIsTold = ({ tandem }: Edge, metrics: string) =>
  Effect.gen(function* () {
    const byCall = (cdrs: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
      new Map(cdrs.map((cdr) => [cdr["call_id"], cdr["unchecked"]]))
    const { cdrs } = yield* until(tandem.seen, (seen) => byCall(seen.cdrs).size >= calls)
    const unchecked = [...byCall(cdrs).values()].filter((value) => value === true).length
    assert.strictEqual(byCall(cdrs).size, calls)
    assert.strictEqual(unchecked, metric(metrics, "acm_calls_unchecked_total"))
  })

/** Disturbs Tandem after a quarter of the calls, and brings it back at half of them. */
const disturbed = (
  name: string,
  disturb: (edge: Edge) => Effect.Effect<void>,
  restore: (edge: Edge) => Effect.Effect<unknown, never, Effect.Services<Edge["tandem"]["run"]>>
) =>
  Effect.gen(function* () {
    const plane = yield* edge()
    const { proxy } = plane
    yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
    const [result] = yield* Effect.all(
      [
        sippCalls({ port: proxy.port, callsPerSecond, calls, numbers }),
        Effect.delay(disturb(plane), `${(seconds * 1000) / 4} millis`),
        Effect.delay(restore(plane), `${(seconds * 1000) / 2} millis`)
      ],
      { concurrency: "unbounded" }
    )
    yield* noneFailed(name, result)
    const page = yield* proxy.metrics
    assert.isAtLeast(metric(page, "acm_circuit_breaker_opened_total"), 1)
    assert.isAtLeast(metric(page, "acm_circuit_breaker_closed_total"), 1)
    assert.strictEqual(metric(page, "acm_circuit_breaker_open"), 0)
    assert.isAbove(metric(page, "acm_calls_unchecked_total", "breaker"), 0)
    yield* everyCallIsTold(plane, page)
  }).pipe(Effect.scoped)

describe.skipIf(!installed("kamailio", "haproxy", "sipp"))("the SIP edge under load", () => {
  it.live(
    "UDP straight to Kamailio: every call gets its verdict and its CDR, none fails",
    () =>
      Effect.gen(function* () {
        const plane = yield* edge()
        yield* until(plane.proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
        const result = yield* sippCalls({ port: plane.proxy.port, callsPerSecond, calls, numbers })
        yield* noneFailed("UDP", result)
        assert.deepStrictEqual(result.answered, { 200: calls * 0.8, 302: calls * 0.1, 603: calls * 0.1 })
        yield* everyCallIsTold(plane, yield* plane.proxy.metrics)
      }).pipe(Effect.scoped),
    180_000
  )

  it.live(
    "TCP through HAProxy: the same, and the caller's own address is what Tandem is told",
    () =>
      Effect.gen(function* () {
        const plane = yield* edge({ SIP_PROXY_PROTOCOL: "yes" })
        const { page, ports, upstream } = yield* haproxy({
          settings: {
            KAMAILIO1: `127.0.0.1:${plane.proxy.port}`,
            KAMAILIO1_METRICS: `127.0.0.1:${plane.proxy.metricsPort}`
          }
        })
        const metrics = page("HAPROXY_METRICS_PORT", "/kamailio1/metrics")
        yield* until(metrics, (text) => metric(text, "acm_nodes_usable") === 1)
        yield* upstream
        const port = ports["SIP_TCP_PORT"] ?? 0
        const result = yield* sippCalls({ port, callsPerSecond, calls, numbers, transport: "tcp" })
        yield* noneFailed("TCP through HAProxy", result)
        assert.deepStrictEqual(result.answered, { 200: calls * 0.8, 302: calls * 0.1, 603: calls * 0.1 })
        yield* everyCallIsTold(plane, yield* metrics)
      }).pipe(Effect.scoped),
    180_000
  )

  it.live(
    "kill -9 of Tandem: no call fails, the breaker opens, and closes when it is back",
    () =>
      disturbed(
        "kill -9",
        ({ node }) => node.signal("SIGKILL"),
        ({ tandem }) => tandem.run
      ),
    180_000
  )

  it.live(
    "Tandem freezes: no call fails, the breaker opens, and closes when it goes on",
    () =>
      disturbed(
        "SIGSTOP",
        ({ node }) => node.signal("SIGSTOP"),
        ({ node }) => node.signal("SIGCONT")
      ),
    180_000
  )
})
