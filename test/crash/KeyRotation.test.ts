import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Random, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Agent } from "node:https"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import type { IssuedView } from "../../src/http/api/CertificateViews.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { directory, runTandem } from "../cli/RunTandem.ts"
import { callBroker } from "../fixtures/BrokerClient.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { holderOf } from "../fixtures/HandshakeCases.ts"
import type { NodeProcess } from "../fixtures/NodeProcess.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { messageIdOf } from "./BrokerClients.ts"

/** `npm run test:rotation` runs the long form. Each statement that re-encrypts takes so long that kills meet some. */
const size =
  process.env["ROTATION_MESSAGES"] === undefined
    ? { messages: 3_000, statementSeconds: 0.6, patience: "2 minutes" as const }
    : { messages: Number(process.env["ROTATION_MESSAGES"]), statementSeconds: 0.05, patience: "10 minutes" as const }

const kills = 2
const batch = 500
const late = 20
const readsWhileDown = 50
const client = "bank"

const idOf = (n: number) => messageIdOf(client, 0, n)
const textOf = (n: number) => `the code of message ${n} is ${n * 7_919}`

type Settings = Readonly<Record<string, string | undefined>>

const live = Effect.fnUntraced(function* (node: NodeProcess, port: number) {
  const ended = Effect.flatMap(node.exited, () => Effect.die(new Error(node.log().slice(-5_000))))
  yield* untilLive(`http://127.0.0.1:${port}`).pipe(Effect.raceFirst(ended), Effect.timeout("1 minute"))
})

/** The node that answers HTTP, and the one that rotates, which can be killed and started again. */
const startPlane = Effect.fnUntraced(function* (settings: Settings) {
  const [api, broker] = yield* Effect.all([freePort, freePort])
  const edge = yield* startNode("edge", { ...settings, TANDEM_PORT: String(api), BROKER_PORT: String(broker) })
  const runner = Effect.gen(function* () {
    const port = yield* freePort
    const node = yield* startNode("runner", { ...settings, TANDEM_PORT: String(port) })
    yield* live(node, port)
    return node
  })
  const first = yield* runner
  yield* live(edge, api)
  return { api: `http://127.0.0.1:${api}`, broker: `https://127.0.0.1:${broker}`, edge, first, runner }
})

const makeAsk = (url: string, apiKey: string) => (path: string, body?: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return { status: response.status, text: await response.text() }
  })
type Ask = ReturnType<typeof makeAsk>

const asked = (ask: Ask, path: string, body?: unknown) =>
  Effect.map(ask(path, body), ({ status, text }) => {
    assert.strictEqual(status, 200, `${path}: ${text}`)
    return JSON.parse(text)
  })

/** What a client hands in; tells how many messages are safe. */
const makeSubmit = Effect.fnUntraced(function* (broker: string, issued: IssuedView) {
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 2 })),
    (each) => Effect.sync(() => each.destroy())
  )
  let safe = 0
  const submit = Effect.fnUntraced(function* (count: number) {
    const messages = Array.from({ length: count }, (_, n) => ({
      message_id: idOf(safe + n),
      sender_number: `+1212555${String((safe + n) % 10_000).padStart(4, "0")}`,
      message_body: textOf(safe + n)
    }))
    const call = { path: "/api/v1/messages/batch", body: { messages }, agent }
    const { body, status } = yield* callBroker(broker, holderOf(issued), call).pipe(
      Effect.timeout("30 seconds"),
      // The listener is there a moment after the authority; the same ids again are the same messages.
      Effect.retry({ times: 50, schedule: Schedule.spaced("200 millis") })
    )
    assert.strictEqual(status, 202, JSON.stringify(body))
    safe += count
  })
  return { submit, safe: () => safe }
})

/** Reads a message by the API; what is not as it was sent is kept. */
const makeReader = (ask: Ask) => {
  const wrong: Array<string> = []
  let reads = 0
  const read = Effect.fnUntraced(function* (n: number) {
    const { status, text } = yield* ask(`/api/v1/messages/${idOf(n)}/body`)
    if (status !== 200 || JSON.parse(text).body !== textOf(n)) wrong.push(`${n}: ${status} ${text}`)
    reads += 1
  })
  return { read, wrong, reads: () => reads }
}

const count = (condition: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<{ readonly n: number }>(
      `SELECT count(*)::integer AS n FROM messages WHERE ${condition}`
    )
    return rows[0]?.n ?? 0
  })

const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
  isSo.pipe(Effect.repeat({ until: Boolean, schedule: Schedule.spaced("20 millis") }), Effect.timeout(size.patience))

const slowly = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(${size.statementSeconds}); RETURN NULL; END $$`)
  yield* sql`CREATE TRIGGER dawdle AFTER UPDATE OF key_version ON messages FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`
})

const makeWorld = Effect.gen(function* () {
  const url = yield* TestDatabase.url
  const keyFile = join(directory(), "keys.json")
  const own = { DATABASE_URL: Redacted.value(url), MESSAGE_KEY_FILE: keyFile }
  const settings: Settings = {
    ...sandboxValues(yield* Sandbox),
    ...own,
    CA_KEY_PASSPHRASE: "a rotation test's passphrase",
    API_RATE_LIMIT_PER_MINUTE: "1000000",
    LOG_LEVEL: "Warn"
  }
  const plane = yield* startPlane(settings)
  const database = yield* Layer.build(ApiKeys.layer.pipe(Layer.provideMerge(Database.layerUrl(url))))
  const { key } = yield* Context.get(database, ApiKeys).create({ name: "test", role: "admin" })
  const ask = makeAsk(plane.api, Redacted.value(key))
  yield* asked(ask, "/api/v1/certificates/authority", {})
  const limits = { domain: "codes", rateLimit: 1_000_000, dailyQuota: null }
  const issued: IssuedView = yield* asked(ask, "/api/v1/certificates", { clientId: client, limits })
  // The node that was asked may not have heard of the authority, which another one has made a moment ago.
  assert.match(issued.rootPem + issued.chainPem, /^(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n){2}$/)
  const { safe, submit } = yield* makeSubmit(plane.broker, issued)
  const tandem = (...args: ReadonlyArray<string>) => Effect.promise(() => runTandem(args, { env: own }))
  return { ask, database, keyFile, plane, safe, submit, tandem }
})

type World = Effect.Success<typeof makeWorld>

/** Kills the node that rotates when a part of the messages is done; how many were left each time. */
const killWhileItRotates = Effect.fnUntraced(function* ({ plane }: World, reads: () => number) {
  const left: Array<number> = []
  let runner = plane.first
  for (let kill = 1; kill <= kills; kill++) {
    const enough = (size.messages * kill) / (kills + 2)
    // Those that came with the new key already say nothing of the rotation.
    yield* until(Effect.map(count("key_version = 1"), (old) => old <= size.messages - enough))
    yield* Effect.andThen(runner.signal("SIGKILL"), runner.exited)
    const before = reads()
    yield* until(Effect.sync(() => reads() >= before + readsWhileDown))
    left.push(yield* count("key_version = 1"))
    runner = yield* plane.runner
  }
  return left
})

/** Rotates while messages are read and come in; gives what was seen meanwhile. */
const rotateUnderLoad = Effect.fnUntraced(function* (world: World, reader: ReturnType<typeof makeReader>) {
  const { safe, submit, tandem } = world
  const { read, reads } = reader
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.flatMap(
        Effect.suspend(() => Random.nextIntBetween(0, safe() - 1)),
        read
      )
    )
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(submit(late), Effect.sleep("250 millis"))))
  yield* until(Effect.sync(() => reads() > 0))
  const startedAt = yield* Clock.currentTimeMillis
  const rotated = yield* tandem("keys", "rotate")
  assert.strictEqual(rotated.code, 0, rotated.stderr)
  const left = yield* killWhileItRotates(world, reads)
  yield* until(Effect.map(count("key_version = 1"), (old) => old === 0))
  const seconds = ((yield* Clock.currentTimeMillis) - startedAt) / 1_000
  const before = reads()
  yield* until(Effect.sync(() => reads() > before))
  return { left, seconds, reads: before }
}, Effect.scoped)

/** Every message has the new key and is as it was sent; the old key is kept, for backups that need it. */
const judge = Effect.fnUntraced(function* (
  { keyFile, safe, tandem }: World,
  { read, wrong }: ReturnType<typeof makeReader>
) {
  assert.deepStrictEqual(wrong, [])
  const total = yield* count("true")
  assert.isAtLeast(total, safe())
  assert.isAbove(safe(), size.messages, "none came in meanwhile")
  assert.strictEqual(yield* count("key_version <> 2 OR get_byte(body, 0) <> 2"), 0)
  const status = yield* tandem("keys", "rotate", "--status", "-o", "json")
  assert.strictEqual(status.code, 0, status.stderr)
  const versions = [{ version: 2, messages: total }]
  assert.deepStrictEqual(JSON.parse(status.stdout), { current: 2, total, remaining: 0, versions })
  const file = JSON.parse(readFileSync(keyFile, "utf8"))
  const kept = file.keys.map(({ version }: { readonly version: number }) => version)
  assert.deepStrictEqual([file.current, kept], [2, [1, 2]])
  const all = Array.from({ length: safe() }, (_, n) => n)
  yield* Effect.forEach(all, read, { concurrency: 16, discard: true }).pipe(Effect.timeout(size.patience))
  assert.deepStrictEqual(wrong.slice(0, 10), [])
  return total
})

describe("a rotation of the messages' key", () => {
  it.live(
    `of ${size.messages} messages ends complete although its node is killed ${kills} times, all readable throughout`,
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const { ask, database, plane, safe, submit } = world
        yield* Effect.gen(function* () {
          while (safe() < size.messages) yield* submit(batch)
          yield* slowly
          const reader = makeReader(ask)
          const { left, reads, seconds } = yield* rotateUnderLoad(world, reader)
          assert.isTrue(
            left.every((some) => some > 0),
            `killed too late: ${left.join(", ")} left`
          )
          const total = yield* judge(world, reader)
          yield* Effect.logInfo(
            `${total} messages re-encrypted in ${seconds.toFixed(1)} s, the node killed with ${left.join(" and ")} left; ` +
              `${reads} reads meanwhile and each message once at the end: all as they were sent`
          )
        }).pipe(
          Effect.tapError(() => Effect.logError(plane.edge.log().slice(-5_000))),
          Effect.provideContext(database)
        )
      }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "rotation" })), Effect.scoped),
    1_800_000
  )
})
