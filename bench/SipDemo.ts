/**
 * `npm run demo:sip`: half a minute of calls through the shipped HAProxy and Kamailio, judged by a whole Tandem on a database
 * of its own. Prints what became of each kind of call. Nothing of it stays.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Logger } from "effect"
import { createHash } from "node:crypto"
import { Sandbox } from "../src/simulators/Sandbox.ts"
import { OwnServer } from "../test/fixtures/OwnServer.ts"
import { missing } from "../test/fixtures/sip/Program.ts"
import { haproxy, kamailio, metric, until } from "../test/fixtures/sip/SipEdge.ts"
import { sippCallee, sippCalls } from "../test/fixtures/sip/Sipp.ts"
import type { Load, LoadResult } from "../test/fixtures/sip/Sipp.ts"
import { adminKey, asAdmin, tandemNode } from "../test/fixtures/sip/TandemNode.ts"

const seconds = 30
const callsPerSecond = 10
const talkMillis = 20_000
const crowd = 900
const blockedNumber = "+2348031110000"

const packages = "kamailio kamailio-json-modules kamailio-extra-modules haproxy sip-tester"

/** Numbers that look like those of many people: no two follow each other, and every run has the same. */
const people = (prefix: string) =>
  Array.from({ length: crowd }, (_, index) => {
    const digits = createHash("sha256").update(`${prefix}${index}`).digest().readUInt32BE() % 10_000_000
    return prefix + String(digits).padStart(7, "0")
  })

const tandem = Effect.fnUntraced(function* (evapiPorts: ReadonlyArray<number>) {
  const { url: database } = yield* OwnServer
  const { start, url } = yield* tandemNode({ database, evapiPorts })
  yield* start
  const api = asAdmin(url, yield* adminKey(database))
  const blocked = { kind: "number", value: blockedNumber, reason: "demonstration" }
  yield* api("POST", "/api/v1/fraud/lists/block", blocked)
})

const cell = (value: string | number, width: number) => String(value).padStart(width)

const row = (name: string, calls: string | number, codes: ReadonlyArray<string | number>) =>
  `${name.padEnd(48)}${cell(calls, 7)}${codes.map((code) => cell(code, 8)).join("")}`

const tableOf = (results: ReadonlyArray<readonly [string, LoadResult]>) =>
  [
    row("calls", "all", ["through", "302", "603", "failed"]),
    ...results.map(([name, { answered, failed, successful }]) =>
      row(name, successful + failed, [answered[200], answered[302], answered[603], failed])
    )
  ].join("\n")

const wanted = [
  ["verdicts", "acm_verdicts_total"],
  ["of these fraud", "acm_fraud_detected"],
  ["flagged", "acm_fraud_flagged"],
  ["billed as international", "acm_penalty_billing"],
  ["refused", "acm_fraud_blocked"],
  ["passed without a verdict", "acm_calls_unchecked_total"],
  ["CDRs that Tandem has", "acm_cdrs_acknowledged_total"]
] as const

const demo = Effect.gen(function* () {
  yield* Console.log("Starting Kamailio, HAProxy, Tandem and a database ...")
  const called = yield* sippCallee
  const sources = ["1 127.0.0.1 32 0 core", "10 127.0.0.10 32 0 transit-1", "66 127.0.0.66 32 0 outcast"].join("\n")
  const direct = yield* kamailio({ destinations: [called.port], sources })
  const behind = yield* kamailio({ destinations: [called.port], sources, settings: { SIP_PROXY_PROTOCOL: "yes" } })
  const balancer = yield* haproxy({
    settings: {
      KAMAILIO1: `127.0.0.1:${behind.port}`,
      KAMAILIO1_METRICS: `127.0.0.1:${behind.metricsPort}`
    }
  })
  yield* tandem([direct.evapiPort, behind.evapiPort])
  const balanced = balancer.page("HAPROXY_METRICS_PORT", "/kamailio1/metrics")
  const pages = [direct.metrics, balanced]
  yield* Effect.forEach(pages, (page) => until(page, (text) => metric(text, "acm_nodes_usable") === 1))
  yield* balancer.upstream
  // Whom they call differs too: five strangers who call the same number at once are what fraud looks like.
  const kind = (callers: ReadonlyArray<string>, numbersPrefix: string, address = "127.0.0.1") => ({
    callsPerSecond,
    calls: callsPerSecond * seconds,
    talkMillis,
    port: direct.port,
    numbers: people(numbersPrefix),
    callers,
    address
  })
  const balancedTcp = { port: balancer.ports["SIP_TCP_PORT"] ?? 0, transport: "tcp" } as const
  const kinds: ReadonlyArray<readonly [string, Load]> = [
    ["people, UDP", kind(people("+234803"), "+234810")],
    ["people, TCP through HAProxy", { ...kind(people("+234806"), "+234813"), ...balancedTcp }],
    ["Nigerian callers from an international gateway", kind(people("+234705"), "+234814", "127.0.0.10")],
    ["a caller of the block list", kind(Array<string>(crowd).fill(blockedNumber), "+234816")],
    ["a source that is blacklisted", kind(people("+234703"), "+234903", "127.0.0.66")]
  ]
  yield* Console.log(`Calling for ${seconds} seconds, ${callsPerSecond * kinds.length} calls a second ...\n`)
  const results = yield* Effect.forEach(
    kinds,
    ([name, options]) => Effect.map(sippCalls(options), (result) => [name, result] as const),
    { concurrency: "unbounded" }
  )
  yield* Console.log(tableOf(results))
  const texts = yield* Effect.forEach(pages, (page) =>
    until(page, (text) => metric(text, "acm_cdrs_acknowledged_total") >= metric(text, "acm_calls_total"))
  )
  const why = texts.flatMap((text) => text.split("\n").filter((line) => line.startsWith("acm_fraud_verdicts_total")))
  yield* Console.log(`\n${why.map((line) => line.replace(/ \d{13}$/, "")).join("\n")}`)
  const total = (name: string) => texts.reduce((sum, text) => sum + metric(text, name), 0)
  yield* Console.log(`\n${wanted.map(([words, name]) => `${words.padEnd(28)}${cell(total(name), 7)}`).join("\n")}`)
})

const main = Effect.gen(function* () {
  const absent = missing("kamailio", "haproxy", "sipp")
  if (absent.length > 0) {
    yield* Console.log(
      `This needs ${absent.join(", ")}. On Debian 12:\n  apt-get install --no-install-recommends ${packages}`
    )
    return
  }
  const sandbox = Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "sip-demo" })
  yield* Effect.scoped(demo).pipe(Effect.provide([OwnServer.layer, sandbox]))
})

NodeRuntime.runMain(main.pipe(Effect.provide(Logger.layer([]))))
