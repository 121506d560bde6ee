import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { CallView } from "../../../src/http/api/CallViews.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import type { NodeProcess } from "../../fixtures/NodeProcess.ts"
import { OwnServer } from "../../fixtures/OwnServer.ts"
import { burstCallers, burstPassed, kindOf } from "../../fixtures/sip/LabelledTraffic.ts"
import { installed } from "../../fixtures/sip/Program.ts"
import { haproxy, metric } from "../../fixtures/sip/SipEdge.ts"
import type { LoadResult } from "../../fixtures/sip/Sipp.ts"
import type { LoadedPlane, Told } from "./LoadedPlane.ts"
import {
  allAcknowledged,
  callLoad,
  callsPerSecond,
  isDegraded,
  isMeasured,
  isUnchecked,
  loadedPlane,
  moreUntil,
  recordsOf,
  seconds,
  usable
} from "./LoadedPlane.ts"

const services = Layer.mergeAll(OwnServer.layer, Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "load" }))

const wholeLoad = { batch: 0, callsPerSecond, seconds }

/** Verdicts that a node had given and not written when it was killed: a tenth of a second's, while the database keeps up. */
const lostMax = isMeasured ? callsPerSecond : 2 * callsPerSecond

/** All calls were judged in time, by all that is to be known: of each burst those are refused who came too late to be people. */
const isWhole = (calls: ReadonlyArray<CallView>) => {
  const burst = calls.filter((call) => kindOf(call) === "burst")
  const passed = burst.filter((call) => call.verdict?.action === "allow")
  return (
    calls.every((call) => call.verdict !== null && !isUnchecked(call) && !isDegraded(call)) &&
    passed.length * burstCallers === burst.length * burstPassed
  )
}

/** What holds when nothing happened to Tandem. */
const undisturbed = ({ calls, lost }: Told, metrics: string) => {
  assert.strictEqual(lost, 0)
  const unchecked = metric(metrics, "acm_calls_unchecked_total")
  assert.strictEqual(calls.filter(isUnchecked).length, unchecked)
  if (isMeasured || unchecked === 0) assert.isTrue(isWhole(calls))
}

const since = (atMillis: number) => (call: CallView) => Date.parse(call.startedAt) >= atMillis

/** Afterwards it is as if nothing had happened: a second of calls, the first one on a machine that is measured. */
const asBefore = Effect.fnUntraced(function* ({ proxy, settled }: LoadedPlane) {
  const results: Array<LoadResult> = []
  for (let batch = 1; ; batch++) {
    const startedAt = Date.now()
    const second = { batch, callsPerSecond, seconds: 1, talkMillis: 200 }
    results.push(yield* callLoad(second, { port: proxy.port }))
    const page = yield* allAcknowledged(proxy.metrics)
    if (isWhole((yield* settled).filter(since(startedAt)))) return { page, results }
    assert.isFalse(isMeasured)
  }
})

interface Disturbance {
  readonly name: string
  readonly disturb: (process: NodeProcess) => Effect.Effect<void>
  readonly restore: (
    plane: LoadedPlane,
    process: NodeProcess
  ) => Effect.Effect<unknown, never, Effect.Services<LoadedPlane["nodes"][number]["start"]>>
  /** Verdicts that were given and never written, at most. */
  readonly lostMax: number
}

/** Disturbs Tandem after a quarter of the calls, and brings it back at half of them. */
const disturbed = ({ disturb, lostMax, name, restore }: Disturbance) =>
  Effect.gen(function* () {
    const plane = yield* loadedPlane(1)
    const { processes, proxy } = plane
    const [process] = processes
    if (process === undefined) return assert.fail("no node")
    yield* usable(proxy.metrics, 1)
    const [during] = yield* Effect.all(
      [
        callLoad(wholeLoad, { port: proxy.port }),
        Effect.delay(disturb(process), `${(seconds * 1000) / 4} millis`),
        Effect.delay(restore(plane, process), `${(seconds * 1000) / 2} millis`)
      ],
      { concurrency: "unbounded" }
    )
    // The calls themselves are the probes that close the breaker.
    const meanwhile = yield* moreUntil(
      plane,
      Effect.map(
        proxy.metrics,
        (page) => metric(page, "acm_nodes_usable") === 1 && metric(page, "acm_circuit_breaker_open") === 0
      )
    )
    const { page, results } = yield* asBefore(plane)
    const { calls, lost } = yield* recordsOf(plane, { name, results: [during, ...meanwhile, ...results] })
    assert.isAtLeast(metric(page, "acm_circuit_breaker_opened_total"), 1)
    assert.isAtLeast(metric(page, "acm_circuit_breaker_closed_total"), 1)
    assert.isAbove(metric(page, "acm_calls_unchecked_total", "breaker"), 0)
    const unchecked = calls.filter(isUnchecked)
    assert.strictEqual(unchecked.length, metric(page, "acm_calls_unchecked_total"))
    assert.isFalse(unchecked.some((call) => call.verdict === null))
    assert.isAtMost(lost, lostMax)
  }).pipe(Effect.scoped)

describe.skipIf(!installed("kamailio", "haproxy", "sipp"))("the SIP edge and Tandem under load", () => {
  layer(services, { timeout: 120_000, excludeTestServices: true })((it) => {
    it.effect(
      "UDP straight to Kamailio: every call gets the verdict of its kind and its CDR, none fails",
      () =>
        Effect.gen(function* () {
          const plane = yield* loadedPlane(1)
          const { metrics, port } = plane.proxy
          yield* usable(metrics, 1)
          const result = yield* callLoad(wholeLoad, { port })
          const page = yield* allAcknowledged(metrics)
          undisturbed(yield* recordsOf(plane, { name: "UDP", results: [result] }), page)
        }).pipe(Effect.scoped),
      180_000
    )

    it.effect(
      "TCP through HAProxy: the same, and the caller's own address is what Tandem is told",
      () =>
        Effect.gen(function* () {
          const plane = yield* loadedPlane(1, { SIP_PROXY_PROTOCOL: "yes" })
          const { page, ports, upstream } = yield* haproxy({
            settings: {
              KAMAILIO1: `127.0.0.1:${plane.proxy.port}`,
              KAMAILIO1_METRICS: `127.0.0.1:${plane.proxy.metricsPort}`
            }
          })
          const metrics = page("HAPROXY_METRICS_PORT", "/kamailio1/metrics")
          yield* usable(metrics, 1)
          yield* upstream
          const result = yield* callLoad(wholeLoad, { port: ports["SIP_TCP_PORT"] ?? 0, transport: "tcp" })
          const told = yield* allAcknowledged(metrics)
          undisturbed(yield* recordsOf(plane, { name: "TCP through HAProxy", results: [result] }), told)
        }).pipe(Effect.scoped),
      180_000
    )

    it.effect(
      "kill -9 of Tandem: no call fails, the breaker opens, and closes when it is back",
      () =>
        disturbed({
          name: "kill -9",
          disturb: (process) => process.signal("SIGKILL"),
          restore: ({ nodes }) => nodes[0]?.start ?? Effect.void,
          lostMax
        }),
      180_000
    )

    it.effect(
      "Tandem freezes: no call fails, the breaker opens, and closes when it goes on",
      () =>
        disturbed({
          name: "SIGSTOP",
          disturb: (process) => process.signal("SIGSTOP"),
          restore: (_, process) => process.signal("SIGCONT"),
          lostMax: 0
        }),
      180_000
    )

    it.effect(
      "kill -9 of one of two nodes: no call fails, and the other one judges them, soon by all that is to be known",
      () =>
        Effect.gen(function* () {
          const plane = yield* loadedPlane(2)
          const { processes, proxy, settled } = plane
          const [victim] = processes
          if (victim === undefined) return assert.fail("no node")
          yield* usable(proxy.metrics, 2)
          const [during] = yield* Effect.all(
            [
              callLoad(wholeLoad, { port: proxy.port }),
              Effect.delay(victim.signal("SIGKILL"), `${(seconds * 1000) / 4} millis`)
            ],
            { concurrency: "unbounded" }
          )
          let startedAt = Date.now()
          const meanwhile = yield* moreUntil(
            plane,
            Effect.gen(function* () {
              const last = (yield* settled).filter(since(startedAt))
              startedAt = Date.now()
              return last.length > 0 && !last.some(isDegraded)
            })
          )
          const { page, results } = yield* asBefore(plane)
          const { calls, lost } = yield* recordsOf(plane, {
            name: "kill -9 of one of two",
            results: [during, ...meanwhile, ...results]
          })
          assert.strictEqual(metric(page, "acm_nodes_usable"), 1)
          // Those that the node had been asked about when it died.
          if (isMeasured) assert.isBelow(calls.filter(isUnchecked).length, callsPerSecond)
          assert.isAtMost(lost, lostMax)
          assert.isAbove(calls.filter(isDegraded).length, 0)
        }).pipe(Effect.scoped),
      180_000
    )
  })
})
