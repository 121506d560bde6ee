import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { CallView } from "../../../src/http/api/CallViews.ts"
import { OwnServer } from "../../fixtures/OwnServer.ts"
import type { Batch } from "../../fixtures/sip/LabelledTraffic.ts"
import { kinds, labelledLoads, lists, sources, tallyByKind, wrongIn } from "../../fixtures/sip/LabelledTraffic.ts"
import { kamailio, metric, until } from "../../fixtures/sip/SipEdge.ts"
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

/** Waits until Kamailio may ask so many nodes. */
export const usable = (metrics: Effect.Effect<string>, nodes: number) =>
  until(metrics, (page) => metric(page, "acm_nodes_usable") === nodes)

/** A node learns of the lists soon after they were changed. */
const knowsLists = (url: string) =>
  until(
    Effect.promise(() => fetch(`${url}/metrics`).then((response) => response.text())),
    (page) => metric(page, "tandem_fraud_list_entries") === lists.allow.length + lists.block.length
  )

/** Kamailio with so many nodes of Tandem behind it, on a database of their own with all lists filled. */
export const loadedPlane = Effect.fnUntraced(function* (
  count: number,
  settings: Readonly<Record<string, string>> = {}
) {
  const called = yield* sippCallee
  const { copy } = yield* OwnServer
  const proxied = kamailio({ destinations: [called.port], sources, settings })
  const [proxy, database] = yield* Effect.all([proxied, copy], { concurrency: "unbounded" })
  const from = new Date().toISOString()
  const nodes = yield* Effect.forEach(Array.from({ length: count }), () =>
    tandemNode({ database, evapiPorts: [proxy.evapiPort] })
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
    return until(Effect.delay(records, "400 millis"), (calls) => {
      const now = calls.filter(isUnjudged).length
      const isSame = now === before
      before = now
      return isSame
    })
  })
  return { proxy, nodes, processes, settled }
})

export type LoadedPlane = Effect.Success<ReturnType<typeof loadedPlane>>

const sum = (results: ReadonlyArray<LoadResult>): LoadResult & { readonly calls: number } => {
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

const fewCallsPerSecond = 50
const firstExtraBatch = 10

/** All kinds of calls at once, and how they went for those who called. */
export const callLoad = Effect.fnUntraced(function* (batch: Batch, where: Pick<Load, "port" | "transport">) {
  const loads = labelledLoads(batch)
  const results = yield* Effect.forEach(loads, (load) => sippCalls({ ...load, ...where }), { concurrency: "unbounded" })
  const result = sum(results)
  assert.strictEqual(result.calls, batch.callsPerSecond * batch.seconds)
  return result
})

/** A second of calls again and again until it is so, one second at least. */
export const moreUntil = Effect.fnUntraced(function* ({ proxy }: LoadedPlane, isSo: Effect.Effect<boolean>) {
  const results: Array<LoadResult> = []
  for (let batch = firstExtraBatch; ; batch++) {
    const few = { batch, callsPerSecond: fewCallsPerSecond, seconds: 1, talkMillis: 200 }
    results.push(yield* callLoad(few, { port: proxy.port }))
    if (yield* isSo) return results
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
  readonly results: ReadonlyArray<LoadResult>
}

export interface Told {
  readonly calls: ReadonlyArray<CallView>
  /** Calls whose verdict a node had not written when it was killed. */
  readonly lost: number
}

/** What Tandem says of every call that was made: none failed, each has one record with a CDR, and the verdict of its kind. */
export const recordsOf = Effect.fnUntraced(function* (plane: LoadedPlane, { name, results }: Story) {
  const calls = yield* plane.settled
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
