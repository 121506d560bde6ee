import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Redacted, Ref } from "effect"
import { SqlClient } from "effect/sql"
import { pointWebhooks } from "../../src/cli/RunningPlane.ts"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import { Audit } from "../../src/layers/storage/Audit.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const numbersInPlay = 40

/** The longest a request may wait for one answer; a load that gives up sooner would hide how long a take-over takes. */
const requestTimeoutMillis = 20_000

const call = (url: string, apiKey: string, path: string, method = "GET") =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(requestTimeoutMillis)
    })
    return { status: response.status, body: await response.json() }
  })

/** Two runners and an edge on one database, some numbers bought, and a load of reads and block commands on all of them. */
const cluster = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const url = yield* TestDatabase.url
  const port = yield* freePort
  const edgeUrl = `http://127.0.0.1:${port}`
  const settings = {
    ...sandboxValues(sandbox),
    DATABASE_URL: Redacted.value(url),
    LOG_LEVEL: "Warn",
    API_RATE_LIMIT_PER_MINUTE: "1000000"
  }
  yield* pointWebhooks(sandbox, edgeUrl)
  yield* sandbox.setStock("plivo", { npa: "212", count: numbersInPlay, mode: "replace" })
  yield* startNode("edge", { ...settings, TANDEM_PORT: String(port) })
  yield* untilLive(edgeUrl)
  const victim = yield* startNode("runner", { ...settings, TANDEM_PORT: "0" })
  const other = yield* startNode("runner", { ...settings, TANDEM_PORT: "0" })
  yield* sandbox.openTicket({
    subject: "Numbers",
    description: `Please order ${numbersInPlay} numbers in area code 212.`
  })
  const database = Layer.mergeAll(ApiKeys.layer, Audit.layer).pipe(Layer.provideMerge(Database.layerUrl(url)))
  const services = yield* Layer.build(database)
  const key = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "test", role: "admin" })).pipe(
    Effect.provide(services)
  )
  const apiKey = Redacted.value(key.key)
  const bought = Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ readonly e164: string }>`SELECT e164 FROM numbers WHERE status = 'blocked'`
    return rows.map((row) => row.e164)
  }).pipe(Effect.provide(services))
  const numbers = yield* bought.pipe(
    Effect.delay("200 millis"),
    Effect.repeat({ until: (rows) => rows.length === numbersInPlay })
  )
  // Both runners hold shards now: the second one's share comes a little after it joined.
  yield* Effect.sleep("5 seconds")
  return { edgeUrl, apiKey, victim, other, numbers, services }
})

type Cluster = Effect.Success<typeof cluster>

/** Blocks and unblocks every number again and again, as callers would that know nothing of nodes. */
const load = Effect.fnUntraced(function* ({ apiKey, edgeUrl, numbers }: Cluster) {
  const answered = yield* Ref.make(0)
  const one = (e164: string) =>
    Effect.gen(function* () {
      const path = `/api/v1/numbers/${encodeURIComponent(e164)}`
      for (const command of ["unblock", "block"]) {
        yield* call(edgeUrl, apiKey, `${path}/${command}`, "POST").pipe(Effect.ignore)
        yield* Ref.update(answered, (n) => n + 1)
      }
      yield* Effect.sleep("100 millis")
    }).pipe(Effect.forever)
  yield* Effect.forEach(numbers, one, { concurrency: "unbounded", discard: true }).pipe(Effect.forkScoped)
  return answered
})

/** Blocks every number once and says how long it took until all had answered. */
const allBlocked = Effect.fnUntraced(function* ({ apiKey, edgeUrl, numbers }: Cluster) {
  const startedAt = yield* Clock.currentTimeMillis
  const answers = yield* Effect.forEach(
    numbers,
    (e164) => call(edgeUrl, apiKey, `/api/v1/numbers/${encodeURIComponent(e164)}/block`, "POST"),
    { concurrency: "unbounded" }
  )
  assert.deepStrictEqual(
    answers.filter((answer) => answer.status !== 200).map((answer) => answer.body),
    []
  )
  return (yield* Clock.currentTimeMillis) - startedAt
})

/** The history has no gap and no fork, and the inventory shows what the journal says. */
const unbroken = ({ numbers, services }: Cluster) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const sandbox = yield* Sandbox
    assert.deepStrictEqual((yield* Effect.flatMap(Audit, (audit) => audit.verify)).findings, [])
    const blocked = yield* sql<{ readonly e164: string }>`SELECT e164 FROM numbers WHERE status = 'blocked'`
    assert.strictEqual(blocked.length, numbers.length)
    const inInventory = (yield* sandbox.ledger).mcp.blocked.map((row) => `+${row.number}`)
    assert.deepStrictEqual(inInventory.sort(), blocked.map((row) => row.e164).sort())
  }).pipe(Effect.provide(services))

const sandbox = Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "fail-over" })

describe("two runners on one Postgres", () => {
  it.live(
    "kill -9 of one under load: its actors answer on the other",
    () =>
      Effect.gen(function* () {
        const plane = yield* cluster
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* load(plane)
            yield* Effect.sleep("1 second")
            yield* plane.victim.signal("SIGKILL")
            const tookMillis = yield* allBlocked(plane)
            yield* Effect.logInfo(`kill -9: every actor answers again after ${tookMillis} ms`)
          })
        )
        yield* allBlocked(plane)
        yield* unbroken(plane)
      }).pipe(Effect.provide(sandbox), Effect.scoped),
    120_000
  )

  it.live(
    "a frozen node's actors answer on the other; when it wakes it writes nothing stale",
    () =>
      Effect.gen(function* () {
        const plane = yield* cluster
        yield* Effect.scoped(
          Effect.gen(function* () {
            const answered = yield* load(plane)
            yield* Effect.sleep("1 second")
            yield* plane.victim.signal("SIGSTOP")
            const tookMillis = yield* allBlocked(plane)
            yield* Effect.logInfo(`SIGSTOP: every actor answers again after ${tookMillis} ms`)
            yield* plane.victim.signal("SIGCONT")
            const before = yield* Ref.get(answered)
            yield* Effect.sleep("100 millis").pipe(
              Effect.andThen(Ref.get(answered)),
              Effect.repeat({ until: (now) => now > before + 5 * numbersInPlay })
            )
          })
        )
        yield* allBlocked(plane)
        yield* unbroken(plane)
      }).pipe(Effect.provide(sandbox), Effect.scoped),
    120_000
  )
})
