import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { CallView } from "../../../src/http/api/CallViews.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import type { NodeProcess } from "../../fixtures/NodeProcess.ts"
import { OwnServer } from "../../fixtures/OwnServer.ts"
import { batchOf, burstCallers, burstPassed, kindOf } from "../../fixtures/sip/LabelledTraffic.ts"
import { installed } from "../../fixtures/sip/Program.ts"
import { metric } from "../../fixtures/sip/SipEdge.ts"
import type { Proxy, Tandems, Told } from "./LoadedPlane.ts"
import {
  allAcknowledged,
  bothWays,
  callLoad,
  callsPerSecond,
  callUntil,
  direct,
  isDegraded,
  isMeasured,
  isUnchecked,
  recordsOf,
  seconds,
  tandems
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

/** Batches that come after the load: few calls until all is well again, and then a second's as before. */
const firstMeanwhile = 10
const fewCallsPerSecond = 50
const firstAfterwards = 100

/** Afterwards it is as if nothing had happened: a second of calls, the first one on a machine that is measured. */
const asBefore = Effect.fnUntraced(function* (proxy: Proxy, { settled }: Tandems) {
  const results = yield* callUntil(proxy, { batch: firstAfterwards, callsPerSecond }, ({ batch }) =>
    Effect.gen(function* () {
      yield* allAcknowledged(proxy.metrics)
      const whole = isWhole((yield* settled).filter((call) => batchOf(call) === batch))
      assert.isTrue(whole || !isMeasured)
      return whole
    })
  )
  return { results, page: yield* allAcknowledged(proxy.metrics) }
})

interface Disturbance {
  readonly name: string
  readonly disturb: (process: NodeProcess) => Effect.Effect<void>
  readonly restore: (
    nodes: Tandems["nodes"],
    process: NodeProcess
  ) => Effect.Effect<unknown, never, Effect.Services<Tandems["nodes"][number]["start"]>>
  /** Verdicts that were given and never written, at most. */
  readonly lostMax: number
}

/** Disturbs Tandem after a quarter of the calls, and brings it back at half of them. */
const disturbed = ({ disturb, lostMax, name, restore }: Disturbance) =>
  Effect.gen(function* () {
    const proxy = yield* direct
    const plane = yield* tandems(1, [proxy])
    const { nodes, processes } = plane
    const [process] = processes
    if (process === undefined) return assert.fail("no node")
    const [during] = yield* Effect.all(
      [
        callLoad(wholeLoad, proxy),
        Effect.delay(disturb(process), `${(seconds * 1000) / 4} millis`),
        Effect.delay(restore(nodes, process), `${(seconds * 1000) / 2} millis`)
      ],
      { concurrency: "unbounded" }
    )
    // The calls themselves are the probes that close the breaker.
    const meanwhile = yield* callUntil(proxy, { batch: firstMeanwhile, callsPerSecond: fewCallsPerSecond }, () =>
      Effect.map(
        proxy.metrics,
        (page) => metric(page, "acm_nodes_usable") === 1 && metric(page, "acm_circuit_breaker_open") === 0
      )
    )
    const { page, results } = yield* asBefore(proxy, plane)
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
      "UDP straight to Kamailio, and TCP through HAProxy: every call gets the verdict of its kind and its CDR, none fails",
      () =>
        Effect.gen(function* () {
          const { balanced, direct } = yield* bothWays
          const plane = yield* tandems(1, [direct, balanced])
          const ways = [
            { name: "UDP", proxy: direct, load: wholeLoad },
            { name: "TCP through HAProxy", proxy: balanced, load: { ...wholeLoad, batch: 1 } }
          ]
          yield* Effect.forEach(
            ways,
            ({ load, name, proxy }) =>
              Effect.gen(function* () {
                const result = yield* callLoad(load, proxy)
                const page = yield* allAcknowledged(proxy.metrics)
                undisturbed(yield* recordsOf(plane, { name, results: [result] }), page)
              }),
            { concurrency: isMeasured ? 1 : "unbounded" }
          )
        }).pipe(Effect.scoped),
      180_000
    )

    it.effect(
      "kill -9 of Tandem: no call fails, the breaker opens, and closes when it is back",
      () =>
        disturbed({
          name: "kill -9",
          disturb: (process) => process.signal("SIGKILL"),
          restore: ([node]) => node?.start ?? Effect.void,
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
          const proxy = yield* direct
          const plane = yield* tandems(2, [proxy])
          const { processes, settled } = plane
          const [victim] = processes
          if (victim === undefined) return assert.fail("no node")
          const [during] = yield* Effect.all(
            [callLoad(wholeLoad, proxy), Effect.delay(victim.signal("SIGKILL"), `${(seconds * 1000) / 4} millis`)],
            { concurrency: "unbounded" }
          )
          const second = { batch: firstMeanwhile, callsPerSecond: fewCallsPerSecond }
          const meanwhile = yield* callUntil(proxy, second, ({ batch }) =>
            Effect.map(settled, (calls) => !calls.some((call) => batchOf(call) === batch && isDegraded(call)))
          )
          const { page, results } = yield* asBefore(proxy, plane)
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
