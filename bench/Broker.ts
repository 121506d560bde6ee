import { NodeRuntime } from "@effect/platform-node"
import { Console, Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "node:tls"
import type { TLSSocket } from "node:tls"
import type { IssuedView } from "../src/http/api/CertificateViews.ts"
import * as Database from "../src/layers/storage/Database.ts"
import { EmbeddedPostgres } from "../src/layers/storage/EmbeddedPostgres.ts"
import { freePort } from "../test/fixtures/FreePort.ts"
import { startPlane } from "./broker/Plane.ts"
import type { LoadResult } from "./screening/Load.ts"
import { http, load } from "./screening/Load.ts"
import { startProcess, untilAnswers } from "./screening/Processes.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 8)
const connections = 128
const rounds = 3
const warmUpSeconds = 5
const peer = new URL("./broker/Peer.ts", import.meta.url).pathname

const wire = { ...http("/api/v1/messages"), isGood: (answer: string) => answer.startsWith("HTTP/1.1 202") }

const body = (n: number) =>
  JSON.stringify({
    sender_number: `+1555${String(n % 10_000_000).padStart(7, "0")}`,
    message_body: `Your code is ${n}. It is good for ten minutes; do not show it to anybody.`
  })

const dial = (port: number, { chainPem, pem, privateKeyPem, rootPem }: IssuedView) =>
  new Promise<TLSSocket>((resolve, reject) => {
    const tls = { cert: pem + chainPem, key: privateKeyPem ?? "", ca: rootPem, servername: "localhost" }
    const socket = connect({ host: "127.0.0.1", port, ...tls }, () => resolve(socket.setNoDelay(true)))
    socket.once("error", reject)
  })

interface Row {
  readonly name: string
  readonly full: LoadResult
}

const measure = (name: string, port: number, client: IssuedView) =>
  Effect.gen(function* () {
    const sockets = yield* Effect.promise(() =>
      Promise.all(Array.from({ length: connections }, () => dial(port, client)))
    )
    const run = (time: number) => Effect.promise(() => load({ sockets, wire, body, seconds: time }))
    yield* run(warmUpSeconds)
    const full = yield* run(seconds)
    for (const socket of sockets) socket.destroy()
    yield* Console.error(`  measured: ${name}`)
    return { name, full } satisfies Row
  })

/** The certificates of a client, and of the peers' listeners, of a new authority. */
const certified = Effect.fnUntraced(function* (
  { ask, broker }: Effect.Success<ReturnType<typeof startPlane>>,
  dir: string
) {
  yield* ask("POST", "/certificates/authority", {})
  const limits = { domain: "unrouted", rateLimit: 10_000_000, dailyQuota: null }
  const client: IssuedView = yield* ask("POST", "/certificates", { clientId: "bench", limits })
  const server: IssuedView = yield* ask("POST", "/certificates", {
    clientId: "peer",
    profile: "server",
    dnsNames: ["localhost"]
  })
  yield* Effect.sync(() => {
    writeFileSync(join(dir, "server.crt"), server.pem + server.chainPem)
    writeFileSync(join(dir, "server.key"), server.privateKeyPem ?? "")
    writeFileSync(join(dir, "ca.crt"), server.rootPem)
  })
  yield* untilAnswers(broker)
  return client
})

const startPeers = (url: Redacted.Redacted, dir: string) =>
  Effect.forEach(
    [
      ["(a) node:https, one INSERT a request", "insert"],
      ["(b) node:https, pg-boss send", "pg-boss"]
    ] as const,
    Effect.fnUntraced(function* ([name, way]) {
      const port = yield* freePort
      yield* startProcess([peer, way, String(port), Redacted.value(url), dir])
      yield* untilAnswers(port)
      return { name, port }
    })
  )

/** What a case leaves to the database's background would slow down the next one. */
const settle = (url: Redacted.Redacted) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`VACUUM ANALYZE`).pipe(Effect.provide(Database.layerUrl(url)))

const line = ({ full, name }: Row, first: Row | undefined, second: Row | undefined) => {
  const ratio = (to: Row | undefined) =>
    to === undefined || to.name === name ? "      -" : `${(full.perSecond / to.full.perSecond).toFixed(2)}x`.padStart(7)
  const perSecond = Math.round(full.perSecond).toString().padStart(7)
  const millis = `p50 ${full.p50Millis.toFixed(1)} ms, p99 ${full.p99Millis.toFixed(1)} ms`
  return `${name.padEnd(52)}${perSecond}/s ${ratio(first)} ${ratio(second)}  ${millis}${full.failed > 0 ? `, ${full.failed} failed` : ""}`
}

const program = Effect.gen(function* () {
  yield* Console.log(
    `${connections} keep-alive connections, ${seconds} s a case; load, servers and Postgres share this machine`
  )
  const dir = mkdtempSync(join(tmpdir(), "tandem-bench-"))
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(dir, { recursive: true, force: true })))
  const { url } = Context.get(
    yield* Layer.build(EmbeddedPostgres.layer({ dataDir: join(dir, "pg") })),
    EmbeddedPostgres
  )
  const plane = yield* startPlane(url, dir)
  const client = yield* certified(plane, dir)
  const cases = [...(yield* startPeers(url, dir)), { name: "Tandem: encrypted, keyed, in order", port: plane.broker }]
  const measured = cases.map(() => new Array<Row>())
  // In another order each time, and each on a database that has nothing left to tidy up of the one before.
  for (let round = 0; round < rounds; round++) {
    for (const n of cases.keys()) {
      const place = (n + round) % cases.length
      const each = cases[place]
      if (each === undefined) continue
      yield* settle(url)
      measured[place]?.push(yield* measure(each.name, each.port, client))
    }
  }
  const rows = measured.flatMap((list) => {
    const sorted = list.toSorted((one, other) => one.full.perSecond - other.full.perSecond)
    return sorted[Math.floor(sorted.length / 2)] ?? []
  })
  yield* Console.log(`medians of ${rounds} rounds`.padEnd(52) + " accepted     /(a)    /(b)")
  for (const row of rows) yield* Console.log(line(row, rows[0], rows[1]))
}).pipe(Effect.scoped)

NodeRuntime.runMain(program)
