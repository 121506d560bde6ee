import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { unknownGateway } from "../../src/domain/gateways/Gateway.ts"
import { gatewayHistory } from "../../src/entities/GatewayHistory.ts"
import { mirrorToRedis } from "../../src/entities/RedisMirror.ts"
import { GatewayRows } from "../../src/layers/storage/GatewayRows.ts"
import { Journal } from "../../src/layers/storage/Journal.ts"
import { JournalChanges } from "../../src/layers/storage/JournalChanges.ts"
import { ListRows } from "../../src/layers/storage/ListRows.ts"
import { Redis } from "../../src/layers/storage/Redis.ts"
import { sampleConfig } from "../domain/gateways/SampleGateway.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { isInstalled, running, start, stop } from "../fixtures/InstalledProgram.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

const storage = Layer.mergeAll(GatewayRows.layer, Journal.layer, JournalChanges.layer, ListRows.layer).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

const redisAt = (port: number) =>
  Redis.layer.pipe(
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ REDIS_URL: `redis://127.0.0.1:${port}` })))
  )

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-redis-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const server = (port: number) => ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

/** What a gateway's actor commits. */
const commitGateway = Effect.fnUntraced(function* (
  gatewayId: string,
  status: "active" | "blacklisted" | "deleted",
  differences: Parameters<typeof sampleConfig>[0] = {}
) {
  const journal = yield* Journal
  const { hash, version } = yield* journal.load("Gateway", gatewayId)
  const row = gatewayHistory.row({ ...unknownGateway(gatewayId), status, config: sampleConfig(differences) })
  yield* journal.append({
    entityType: "Gateway",
    entityId: gatewayId,
    expectedVersion: version,
    previousHash: hash,
    events: [{ type: "GatewayUpdated", payload: {} }],
    ...(row === undefined ? {} : { row })
  })
})

/** What an entry's actor commits. */
const commitEntry = Effect.fnUntraced(function* (
  list: "block" | "allow",
  kind: string,
  value: string,
  entry: { readonly status?: string; readonly expiresAtMillis?: number } = {}
) {
  const journal = yield* Journal
  const entryId = `${list}:${kind}:${value}`
  const { hash, version } = yield* journal.load("ListEntry", entryId)
  const expiresAt = entry.expiresAtMillis === undefined ? null : new Date(entry.expiresAtMillis).toISOString()
  const described = {
    entry_id: entryId,
    list,
    kind,
    value,
    status: entry.status ?? "active",
    reason: `${kind} of fraud`
  }
  yield* journal.append({
    entityType: "ListEntry",
    entityId: entryId,
    expectedVersion: version,
    previousHash: hash,
    events: [{ type: "ListEntryAdded", payload: {} }],
    row: {
      table: "list_entries",
      row: { ...described, source: "manual", reference: null, expires_at: expiresAt, changed_by: "test" }
    }
  })
})

const keys = Effect.gen(function* () {
  const redis = Option.getOrThrow((yield* Redis).connected)
  return [...(yield* redis.keys("tandem:*"))].filter((key) => key !== "tandem:mirror").toSorted()
}).pipe(Effect.orElseSucceed((): ReadonlyArray<string> => []))

const get = (key: string) =>
  Effect.flatMap(Redis, ({ connected }) => Option.getOrThrow(connected).get(key)).pipe(Effect.orElseSucceed(() => null))

const keysAre = (wanted: ReadonlyArray<string>) =>
  eventually(keys, (found) => JSON.stringify(found) === JSON.stringify(wanted.toSorted()))

const seed = Effect.gen(function* () {
  yield* commitGateway("los-1", "active", { ipAddress: "192.0.2.1" })
  yield* commitEntry("block", "number", "+2348031234567")
  yield* commitEntry("block", "prefix", "+88299")
  yield* commitEntry("block", "ip", "2001:db8::1")
  yield* commitEntry("allow", "number", "+2348030000000")
})

const seeded = [
  "tandem:allow:number:+2348030000000",
  "tandem:block:ip:2001:db8::1",
  "tandem:block:number:+2348031234567",
  "tandem:block:prefix:88299",
  "tandem:dispatcher:1",
  "tandem:gateway:los-1"
]

const list = (text: string) => `# setid destination flags priority attributes\n${text}`

describe.runIf(isInstalled("redis-server"))("the mirror in Redis", () => {
  it.live(
    "has everything, follows what changes, and forgets what is removed or expired",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* running("redis-server", server(port), yield* directory)
        yield* Effect.gen(function* () {
          yield* seed
          yield* eventually(get("nothing").pipe(Effect.andThen(Redis)), () => true)
          const redis = Option.getOrThrow((yield* Redis).connected)
          const stale = redis.write([
            ["SET", "tandem:block:number:+1", "from long ago"],
            ["SET", "other", "not ours"]
          ])
          yield* stale.pipe(Effect.eventually)
          yield* Effect.forkScoped(mirrorToRedis)
          yield* keysAre(seeded)
          assert.strictEqual(yield* get("other"), "not ours")
          assert.strictEqual(yield* get("tandem:block:prefix:88299"), "prefix of fraud")
          assert.include((yield* get("tandem:gateway:los-1")) ?? "", '"ipAddress":"192.0.2.1"')
          const line = "1 sip:192.0.2.1:5060 0 0 duid=los-1;maxload=1000;weight=50;rweight=50\n"
          assert.strictEqual(yield* get("tandem:dispatcher:1"), list(line))

          yield* commitGateway("los-1", "blacklisted", { ipAddress: "192.0.2.1" })
          yield* eventually(get("tandem:dispatcher:1"), (text) => text === list(""))
          yield* commitEntry("block", "prefix", "+88299", { status: "removed" })
          const soon = (yield* Clock.currentTimeMillis) + 1_500
          yield* commitEntry("block", "carrier", "acme", { expiresAtMillis: soon })
          const without = seeded.filter((key) => !key.includes("prefix"))
          yield* keysAre([...without, "tandem:block:carrier:acme"])
          yield* keysAre(without)
          yield* commitGateway("los-1", "deleted")
          yield* keysAre(without.filter((key) => /:(block|allow):/.test(key)))
        }).pipe(Effect.provide(redisAt(port)))
      }).pipe(Effect.provide(storage), Effect.scoped),
    60_000
  )

  it.live(
    "is written anew after Redis was away, and was emptied by that or by somebody",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const cwd = yield* directory
        yield* seed
        yield* Effect.gen(function* () {
          // Nobody is there at the start.
          yield* Effect.forkScoped(mirrorToRedis)
          const first = yield* start("redis-server", server(port), cwd)
          yield* Effect.addFinalizer(() => stop(first))
          yield* keysAre(seeded)
          yield* stop(first)
          yield* commitEntry("block", "number", "+2348039999999")
          yield* running("redis-server", server(port), cwd)
          const later = [...seeded, "tandem:block:number:+2348039999999"]
          yield* keysAre(later)
          const redis = Option.getOrThrow((yield* Redis).connected)
          // Also in the midst of being written: as soon as the first key is back.
          for (let n = 0; n < 5; n++) {
            yield* redis.write([["FLUSHALL"]])
            yield* redis.keys("tandem:*").pipe(Effect.repeat({ until: (found) => found.size > 0 }))
          }
          yield* redis.write([["FLUSHALL"]])
          yield* keysAre(later)
        }).pipe(Effect.provide(redisAt(port)))
      }).pipe(Effect.provide(storage), Effect.scoped),
    60_000
  )
})

describe("without Redis", () => {
  it.live("nothing is mirrored, and nobody waits for it", () =>
    Effect.gen(function* () {
      const none = Redis.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))))
      const ended = yield* mirrorToRedis.pipe(Effect.provide(none), Effect.timeoutOption("100 millis"))
      assert.isTrue(Option.isNone(ended))
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* sql`SELECT 1 AS one`)[0]?.one, 1)
    }).pipe(Effect.provide(storage), Effect.scoped)
  )
})
