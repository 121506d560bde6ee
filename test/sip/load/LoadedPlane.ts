import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { CallView } from "../../../src/http/api/CallViews.ts"
import { OwnServer } from "../../fixtures/OwnServer.ts"
import type { Batch } from "../../fixtures/sip/LabelledTraffic.ts"
import {
  batchOf,
  kinds,
  labelledLoads,
  lists,
  sources,
  tallyByKind,
  wrongIn
} from "../../fixtures/sip/LabelledTraffic.ts"
import { haproxy, kamailio, metric, until } from "../../fixtures/sip/SipEdge.ts"
import type { Load, LoadResult } from "../../fixtures/sip/Sipp.ts"
import { sippCallee, sippCalls } from "../../fixtures/sip/Sipp.ts"
import { adminKey, asAdmin, tandemNode } from "../../fixtures/sip/TandemNode.ts"

export const callsPerSecond = Number(process.env["SIP_LOAD_CPS"] ?? 100)
export const seconds = Number(process.env["SIP_LOAD_SECONDS"] ?? 4)

/**
 * Whether a size was asked for, on a machine that does nothing else. One that does other things meanwhile says nothing about
 * how long a call waits, and a node that gets no processor for 300 ms is passed over for two seconds: rightly so.
 */
export const isMeasured = process.env["SIP_LOAD_CPS"] !== undefined

/** What a call waits for a node that is silent, and a tick of the proxy's timer. */
const slowestMillis = isMeasured ? 350 : Infinity

const isUnjudged = ({ verdict }: CallView) => verdict === null

/** Set up before anybody had judged it. */
export const isUnchecked = ({ end }: CallView) => end?.unchecked === true

/** Judged by what one node knew, since the others could not be asked. */
export const isDegraded = ({ verdict }: CallView) => verdict?.degraded === true

/** A node learns of the lists soon after they were changed. */
const knowsLists = (url: string) =>
  until(
    Effect.promise(() => fetch(`${url}/metrics`).then((response) => response.text())),
    (page) => metric(page, "tandem_fraud_list_entries") === lists.allow.length + lists.block.length
  )

/** A Kamailio behind HAProxy, for SIP over TCP. */
const behindBalancer = Effect.fnUntraced(function* (called: number) {
  const settings = { SIP_PROXY_PROTOCOL: "yes" }
  const { evapiPort, metricsPort, port } = yield* kamailio({ destinations: [called], sources, settings })
  const { page, ports, upstream } = yield* haproxy({
    settings: { KAMAILIO1: `127.0.0.1:${port}`, KAMAILIO1_METRICS: `127.0.0.1:${metricsPort}` }
  })
  yield* upstream
  const metrics = page("HAPROXY_METRICS_PORT", "/kamailio1/metrics")
  return { evapiPort, metrics, port: ports["SIP_TCP_PORT"] ?? 0, transport: "tcp" as const }
})

/** A Kamailio that takes UDP, and one behind HAProxy. */
export const bothWays = Effect.gen(function* () {
  const { port } = yield* sippCallee
  const udp = kamailio({ destinations: [port], sources })
  const [direct, balanced] = yield* Effect.all([udp, behindBalancer(port)], { concurrency: "unbounded" })
  return { direct, balanced }
})

/** A Kamailio that takes UDP. */
export const direct = Effect.flatMap(sippCallee, ({ port }) => kamailio({ destinations: [port], sources }))

export type Proxy = Pick<Effect.Success<typeof direct>, "evapiPort" | "metrics" | "port">

/** So many nodes of Tandem, connected to the proxies, on a database of their own with all lists filled. */
export const tandems = Effect.fnUntraced(function* (count: number, proxies: ReadonlyArray<Proxy>) {
  const database = yield* (yield* OwnServer).copy
  const from = new Date().toISOString()
  const nodes = yield* Effect.forEach(Array.from({ length: count }), () =>
    tandemNode({ database, evapiPorts: proxies.map(({ evapiPort }) => evapiPort) })
  )
  const processes = yield* Effect.forEach(nodes, ({ start }) => start, { concurrency: "unbounded" })
  const key = yield* adminKey(database)
  /** Asks the last node, which is never disturbed when there are several. */
  const api = asAdmin(nodes.at(-1)?.url ?? "", key)
  for (const [list, values] of Object.entries(lists)) {
    const text = values.map((value) => JSON.stringify({ kind: "number", value })).join("\n")
    yield* api("POST", `/api/v1/fraud/lists/${list}/import`, { format: "jsonl", text, reason: "test" })
  }
  yield* Effect.forEach(nodes, ({ url }) => knowsLists(url), { concurrency: "unbounded" })
  const records = Effect.map(
    api("GET", `/api/v1/fraud/calls/export?from=${from}&to=${new Date(Date.now() + 3_600_000).toISOString()}`),
    (text) =>
      text
        .split("\n")
        .filter(Boolean)
        .map((line): CallView => JSON.parse(line))
  )
  /** The records once nothing more is written: verdicts come behind the call's back. */
  const settled = Effect.suspend(() => {
    let before = -1
    return until(Effect.delay(records, "250 millis"), (calls) => {
      const now = calls.filter(isUnjudged).length
      const isSame = now === before
      before = now
      return isSame
    })
  })
  for (const { metrics } of proxies) yield* until(metrics, (page) => metric(page, "acm_nodes_usable") === count)
  return { nodes, processes, settled }
})

export type Tandems = Effect.Success<ReturnType<typeof tandems>>

/** How a batch went for those who called. */
export interface BatchResult extends LoadResult {
  readonly batch: number
  readonly calls: number
}

const sum = (results: ReadonlyArray<LoadResult>): Omit<BatchResult, "batch"> => {
  const total = (of: (result: LoadResult) => number) => results.reduce((all, result) => all + of(result), 0)
  return {
    calls: total(({ failed, successful }) => failed + successful),
    successful: total(({ successful }) => successful),
    failed: total(({ failed }) => failed),
    retransmissions: total(({ retransmissions }) => retransmissions),
    slowestMillis: Math.max(...results.map((result) => result.slowestMillis)),
    answered: {
      200: total(({ answered }) => answered[200]),
      302: total(({ answered }) => answered[302]),
      603: total(({ answered }) => answered[603])
    }
  }
}

/** All kinds of calls at once. */
export const callLoad = Effect.fnUntraced(function* (
  batch: Batch,
  { port, transport }: Pick<Load, "port" | "transport">
) {
  const where = { port, ...(transport && { transport }) }
  const results = yield* Effect.forEach(labelledLoads(batch), (load) => sippCalls({ ...load, ...where }), {
    concurrency: "unbounded"
  })
  const result: BatchResult = { batch: batch.batch, ...sum(results) }
  assert.strictEqual(result.calls, batch.callsPerSecond * batch.seconds)
  return result
})

/** Batches of one second's calls, from the first of these numbers on, until it is so after one of them. */
export const callUntil = <R>(
  { port }: Proxy,
  second: Pick<Batch, "batch" | "callsPerSecond">,
  isSo: (result: BatchResult) => Effect.Effect<boolean, never, R>
) =>
  Effect.gen(function* () {
    const results: Array<BatchResult> = []
    for (let batch = second.batch; ; batch++) {
      const result = yield* callLoad({ ...second, batch, seconds: 1, talkMillis: 200 }, { port })
      results.push(result)
      if (yield* isSo(result)) return results
    }
  })

/** The metrics once every call has ended and Tandem has its CDR. */
export const allAcknowledged = (metrics: Effect.Effect<string>) =>
  until(
    metrics,
    (page) =>
      metric(page, "acm_calls_total") > 0 &&
      metric(page, "acm_cdrs_acknowledged_total") === metric(page, "acm_calls_total")
  )

const row = (cells: ReadonlyArray<string | number>) =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(12) : String(cell).padStart(11))).join("")

const actions = ["allow", "penalty_billing", "flag", "block", "none"] as const

const tableOf = (calls: ReadonlyArray<CallView>) => {
  const tallies = tallyByKind(calls)
  return [
    row(["", "calls", "allow", "penalty", "flag", "block", "none", "200", "603", "unchecked", "degraded"]),
    ...kinds.flatMap((kind) => {
      const tally = tallies.get(kind)
      if (tally === undefined) return []
      const { answered, calls: count, degraded, refused, unchecked } = tally
      const verdicts = actions.map((action) => tally.actions[action] ?? 0)
      return [row([kind, count, ...verdicts, answered, refused, unchecked, degraded])]
    })
  ].join("\n")
}

/** How many calls are so, and when the first and the last of them began, in seconds after the first of all. */
const spanOf = (calls: ReadonlyArray<CallView>, isSo: (call: CallView) => boolean) => {
  const startOf = ({ startedAt }: CallView) => Date.parse(startedAt)
  const found = calls.filter(isSo)
  if (found.length === 0) return "none"
  const begin = Math.min(...calls.map(startOf))
  const [first, last] = [Math.min(...found.map(startOf)), Math.max(...found.map(startOf))]
  return `${found.length}, from ${((first - begin) / 1000).toFixed(1)} s to ${((last - begin) / 1000).toFixed(1)} s`
}

export interface Story {
  readonly name: string
  readonly results: ReadonlyArray<BatchResult>
}

export interface Told {
  readonly calls: ReadonlyArray<CallView>
  /** Calls whose verdict a node had not written when it was killed. */
  readonly lost: number
}

/** What Tandem says of every call that was made: none failed, each has one record with a CDR, and the verdict of its kind. */
export const recordsOf = Effect.fnUntraced(function* ({ settled }: Tandems, { name, results }: Story) {
  const batches = new Set(results.map(({ batch }) => batch))
  const calls = (yield* settled).filter((call) => batches.has(batchOf(call)))
  const result = sum(results)
  yield* Effect.logInfo(
    `${name}: ${callsPerSecond}/s for ${seconds} s, the slowest set-up ${result.slowestMillis} ms, ${result.failed} failed; ` +
      `unchecked ${spanOf(calls, isUnchecked)}; degraded ${spanOf(calls, isDegraded)}\n${tableOf(calls)}`
  )
  assert.strictEqual(result.failed, 0)
  assert.isAtMost(result.slowestMillis, slowestMillis)
  assert.deepStrictEqual(calls.flatMap((call) => wrongIn(call) ?? []).slice(0, 5), [])
  assert.strictEqual(calls.length, result.calls)
  assert.strictEqual(calls.filter((call) => call.end?.sipCode === 603).length, result.answered[603])
  const told: Told = { calls, lost: calls.filter(isUnjudged).length }
  return told
})
