import { NodeRuntime } from "@effect/platform-node"
import { Console, Context, Effect, Layer, Redacted } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import type { Server, Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FraudEngine } from "../src/domain/fraud/FraudEngine.ts"
import { defaultRules } from "../src/domain/fraud/rules/RuleSet.ts"
import { EmbeddedPostgres } from "../src/layers/storage/EmbeddedPostgres.ts"
import { defaultTraffic, generateTraffic } from "../src/simulators/traffic/Traffic.ts"
import { freePort } from "../test/fixtures/FreePort.ts"
import { cpuMillisOf, hasProgram, startProcess, untilAnswers } from "./screening/Processes.ts"
import type { LoadResult, Wire } from "./screening/Load.ts"
import { dial, http, load, netstrings } from "./screening/Load.ts"

const path = "/api/v1/fraud/detect"
const lanes = 48

/** A just-in-time compiler needs some ten thousand calls until its code is what it will be all day. */
const warmUpSeconds = 10

const seconds = Number(process.env["BENCH_SECONDS"] ?? 8)
const main = new URL("../src/cli/main.ts", import.meta.url).pathname
const here = (file: string) => new URL(`./screening/${file}`, import.meta.url).pathname

const calls = [...generateTraffic({ ...defaultTraffic, seed: 11, calls: 50_000 })].map(({ call }) => call)

/** What a switch asks, without a time: the call is now. */
const bodyOf = (kind: "http" | "evapi") => {
  let round = 0
  return (n: number) => {
    const call = calls[n % calls.length]
    if (n % calls.length === 0) round += 1
    return JSON.stringify({
      ...(kind === "evapi" ? { type: "detect", id: `${n}:1` } : {}),
      call_id: `${process.pid}-${kind}-${round}-${n}-${calls.length}`,
      caller_id: call?.aNumber,
      called_number: call?.bNumber,
      source_ip: call?.sourceIp,
      source_group: call?.sourceGroup,
      p_asserted_identity: call?.assertedNumber,
      from_display: call?.displayName,
      user_agent: call?.userAgent,
      gateway_id: call?.gatewayId,
      carrier_id: call?.carrierId,
      region: call?.region
    })
  }
}

interface Row {
  readonly name: string
  /** Of the servers' processes, for one decision under full load. */
  readonly cpuMicros: number
  readonly full: LoadResult
  readonly half: LoadResult
}

const measure = (
  name: string,
  sockets: ReadonlyArray<Socket>,
  wire: Wire,
  body: (n: number) => string,
  { pids, width = 1 }: { readonly pids: ReadonlyArray<number>; readonly width?: number }
) =>
  Effect.gen(function* () {
    const run = (more: { readonly pacePerSecond?: number; readonly seconds: number }) =>
      Effect.promise(() => load({ sockets, wire, body, width, ...more }))
    yield* run({ seconds: warmUpSeconds })
    const before = cpuMillisOf(pids)
    const full = yield* run({ seconds })
    const cpuMicros = ((cpuMillisOf(pids) - before) * 1000) / Math.max(1, full.answered)
    const half = yield* run({ seconds, pacePerSecond: full.perSecond / 2 })
    for (const socket of sockets) socket.destroy()
    const row: Row = { name, cpuMicros, full, half }
    yield* Console.error(`  measured: ${name}`)
    return row
  })

const dialAll = (ports: ReadonlyArray<number>) =>
  Effect.promise(() => Promise.all(Array.from({ length: lanes }, (_, n) => dial(ports[n % ports.length] ?? 0))))

const overHttp = (name: string, ports: ReadonlyArray<number>, pids: ReadonlyArray<number>) =>
  Effect.flatMap(dialAll(ports), (sockets) => measure(name, sockets, http(path), bodyOf("http"), { pids }))

/** Plays the proxy's side of evapi: it listens, and the node comes; one connection, so lanes share it by their ids. */
const listenForNode = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ readonly server: Server; readonly port: number; readonly come: Promise<Socket> }>((resolve) => {
        const server = createServer()
        const come = new Promise<Socket>((arrived) => server.once("connection", arrived))
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resolve({ server, come, port: typeof address === "object" && address !== null ? address.port : 0 })
        })
      })
  ),
  ({ server }) => Effect.sync(() => server.close())
)

const node = (databaseUrl: string, port: number, more: Readonly<Record<string, string>> = {}) =>
  startProcess([main, "serve", "--role", "all"], {
    DATABASE_URL: databaseUrl,
    TANDEM_SANDBOX: "true",
    TANDEM_SANDBOX_PORT: "0",
    TANDEM_PORT: "0",
    TANDEM_DATA_DIR: mkdtempSync(join(tmpdir(), "tandem-bench-node-")),
    FRAUD_SWITCH_PORT: String(port),
    BROKER_PORT: "0",
    LOG_LEVEL: "Error",
    ...more
  })

const peers = Effect.scoped(
  Effect.gen(function* () {
    const rows: Array<Row> = []
    const bare = yield* freePort
    const server = yield* startProcess([here("BareServer.ts"), String(bare)])
    yield* untilAnswers(bare)
    rows.push(yield* overHttp("(a) bare node:http, same JSON, answers at once", [bare], [server.pid ?? 0]))
    if (!hasProgram("redis-server")) {
      yield* Console.log("redis-server is not installed: (b) is left out")
      return rows
    }
    const [redis, port] = [yield* freePort, yield* freePort]
    const store = yield* startProcess(["--port", String(redis), "--save", "", "--appendonly", "no"], {}, "redis-server")
    yield* untilAnswers(redis)
    const asker = yield* startProcess([here("RedisServer.ts"), String(port), String(redis)])
    yield* untilAnswers(port)
    rows.push(
      yield* overHttp("(b) Redis windows through ioredis, masking only", [port], [store.pid ?? 0, asker.pid ?? 0])
    )
    return rows
  })
)

const inProcess = Effect.sync(() => {
  const engine = new FraudEngine(defaultRules)
  const rounds = 8
  let decisions = 0
  let startedAt = 0
  for (let round = 0; round < rounds; round++) {
    if (round === 2) startedAt = performance.now()
    for (const call of calls) {
      engine.attempt(call)
      if (round >= 2) decisions += 1
    }
  }
  return decisions / ((performance.now() - startedAt) / 1000)
})

const tandem = (databaseUrl: string) =>
  Effect.gen(function* () {
    const rows: Array<Row> = []
    yield* Effect.scoped(
      Effect.gen(function* () {
        const port = yield* freePort
        const proxy = yield* listenForNode
        const { pid = 0 } = yield* node(databaseUrl, port, { FRAUD_EVAPI_ADDRESSES: `127.0.0.1:${proxy.port}` })
        yield* untilAnswers(port)
        const socket = yield* Effect.promise(() => proxy.come)
        yield* Effect.sleep("3 seconds")
        rows.push(yield* overHttp("Tandem over HTTP, one node", [port], [pid]))
        rows.push(
          yield* measure("Tandem over evapi's frames, one connection", [socket], netstrings, bodyOf("evapi"), {
            pids: [pid],
            width: lanes
          })
        )
      })
    )
    yield* Effect.scoped(
      Effect.gen(function* () {
        const ports = [yield* freePort, yield* freePort]
        const pids: Array<number> = []
        for (const port of ports) pids.push((yield* node(databaseUrl, port)).pid ?? 0)
        for (const port of ports) yield* untilAnswers(port)
        yield* Effect.sleep("8 seconds")
        rows.push(yield* overHttp("Tandem over HTTP, two nodes", ports, pids))
      })
    )
    return rows
  })

const line = ({ cpuMicros, full, half, name }: Row, bare: Row | undefined, redis: Row | undefined) => {
  const ratio = (peer: Row | undefined) =>
    peer === undefined || peer.name === name
      ? "     -"
      : `${(full.perSecond / peer.full.perSecond).toFixed(2)}x`.padStart(6)
  const millis = (value: number) => value.toFixed(2).padStart(7)
  return (
    `${name.padEnd(50)}${Math.round(full.perSecond).toString().padStart(8)}/s ${ratio(bare)} ${ratio(redis)}` +
    `${Math.round(cpuMicros).toString().padStart(7)}${millis(full.p50Millis)} ${millis(full.p99Millis)}  at half load${millis(half.p50Millis)} ${millis(half.p99Millis)}` +
    (full.failed + half.failed > 0 ? `  ${full.failed + half.failed} failed` : "")
  )
}

const program = Effect.gen(function* () {
  yield* Console.log(`${lanes} connections, ${seconds} s a case; load and servers share this machine`)
  yield* Console.log(`in process, all detectors: ${Math.round(yield* inProcess)} decisions/s`)
  spawnSync(process.execPath, ["--expose-gc", here("Soak.ts")], { stdio: "inherit" })
  const dataDir = mkdtempSync(join(tmpdir(), "tandem-bench-"))
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(dataDir, { recursive: true, force: true })))
  const { url } = Context.get(yield* Layer.build(EmbeddedPostgres.layer({ dataDir })), EmbeddedPostgres)
  const before = yield* peers
  const rows = yield* tandem(Redacted.value(url))
  const [bare, redis] = before
  yield* Console.log(`${"".padEnd(50)}    full load  /(a)   /(b)  CPU us  p50 ms  p99 ms`)
  for (const row of [...before, ...rows]) yield* Console.log(line(row, bare, redis))
}).pipe(Effect.scoped)

NodeRuntime.runMain(program)
