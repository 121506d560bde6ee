import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cluster from "../src/entities/Cluster.ts"
import * as Database from "../src/layers/storage/Database.ts"
import { EmbeddedPostgres } from "../src/layers/storage/EmbeddedPostgres.ts"
import { Journal } from "../src/layers/storage/Journal.ts"
import * as Migrations from "../src/layers/storage/Migrations.ts"
import {
  JournaledCounter,
  JournaledCounterLive,
  PersistedCounter,
  PersistedCounterLive
} from "./journal/CounterEntities.ts"

const entities = 1_000
const rounds = 3

/** Commands of one round, by how many are in flight: long enough for a second or so of work. */
const cases = [
  { inFlight: 1, journaled: 1_500, persisted: 200 },
  { inFlight: 64, journaled: 20_000, persisted: 1_000 },
  { inFlight: 512, journaled: 20_000, persisted: 1_500 }
]

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const rate = Effect.fnUntraced(function* <E, R>(
  commands: number,
  inFlight: number,
  send: (n: number) => Effect.Effect<unknown, E, R>
) {
  const startedAt = yield* Clock.currentTimeNanos
  yield* Effect.forEach(
    Array.from({ length: commands }, (_, n) => n),
    send,
    { concurrency: inFlight, discard: true }
  )
  const seconds = Number((yield* Clock.currentTimeNanos) - startedAt) / 1e9
  return commands / seconds
})

const bench = Effect.gen(function* () {
  const journaled = yield* JournaledCounter.client
  const persisted = yield* PersistedCounter.client
  // Every round has keys of its own, since a key that was answered before does no work.
  const add = (client: typeof journaled | typeof persisted, round: string) => (n: number) =>
    client(`c${n % entities}`).Add({ key: `${round}-${n}`, amount: 1 })
  yield* rate(2_000, 64, add(journaled, "warm"))
  yield* rate(200, 64, add(persisted, "warm"))
  for (const each of cases) {
    const ours: Array<number> = []
    const stock: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const name = `${each.inFlight}-${round}`
      ours.push(yield* rate(each.journaled, each.inFlight, add(journaled, name)))
      stock.push(yield* rate(each.persisted, each.inFlight, add(persisted, name)))
    }
    const ratio = (median(ours) / median(stock)).toFixed(1)
    yield* Console.log(
      `${String(each.inFlight).padStart(4)} in flight: journal ${Math.round(median(ours))}/s, ` +
        `stock persisted messages ${Math.round(median(stock))}/s, ${ratio}x`
    )
  }
})

const database = Layer.unwrap(
  Effect.gen(function* () {
    const dataDir = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-bench-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
    )
    return Layer.unwrap(Effect.map(EmbeddedPostgres, (server) => Database.layerUrl(server.url))).pipe(
      Layer.provide(EmbeddedPostgres.layer({ dataDir }))
    )
  })
)

const plane = Layer.mergeAll(JournaledCounterLive, PersistedCounterLive).pipe(
  Layer.provideMerge(Cluster.layerRunner),
  Layer.provideMerge(Journal.layer),
  Layer.provideMerge(Migrations.layer),
  Layer.provideMerge(database)
)

NodeRuntime.runMain(bench.pipe(Effect.provide(plane), Effect.scoped))
