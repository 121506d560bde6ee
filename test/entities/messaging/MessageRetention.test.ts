import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { makeMessageSweep } from "../../../src/entities/MessageRetention.ts"
import { accept, domainAt, statuses, world } from "./MessageWorld.ts"

describe("message retention", () => {
  it.live("removes what has ended and is older than its domain keeps it, and nothing that waits", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* domainAt("short", "https://short.example/", { retentionDays: 10 })
      yield* domainAt("long", "https://long.example/", { retentionDays: 100 })
      for (const domain of ["short", "long", "gone"]) yield* accept(domain, 5)
      yield* sql`UPDATE messages SET queued_at = now() - interval '20 days'`
      yield* sql`UPDATE messages SET status = (ARRAY['delivered', 'failed', 'dead', 'queued', 'processing'])[1 + (seq - 1) % 5]`
      yield* accept("short", 2)
      yield* Effect.flatten(makeMessageSweep)
      const left = yield* sql<{
        readonly domain: string
        readonly many: number
      }>`SELECT domain, count(*)::integer AS many
        FROM messages GROUP BY domain ORDER BY domain`
      assert.deepStrictEqual(
        left.map(({ domain, many }) => [domain, many]),
        [
          ["gone", 5],
          ["long", 5],
          ["short", 4]
        ]
      )
      assert.deepStrictEqual(yield* statuses, { dead: 2, delivered: 2, failed: 2, processing: 3, queued: 5 })
    }).pipe(Effect.provide(world), Effect.scoped)
  )
})
