import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { CallRecords } from "../../../../src/layers/storage/CallRecords.ts"
import { maxBuffered } from "../../../../src/layers/storage/calls/AttemptWriter.ts"
import * as Database from "../../../../src/layers/storage/Database.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { allowed, attempt, end, untilScored } from "./SampleCalls.ts"

/** Takes a database away from everybody, and gives it back. */
const makeOutage = Effect.fnUntraced(function* (url: Redacted.Redacted) {
  const address = new URL(Redacted.value(url))
  const database = address.pathname.slice(1)
  address.pathname = "/postgres"
  const admin = Context.get(yield* Layer.build(Database.layerUrl(Redacted.make(address.href))), SqlClient.SqlClient)
  return {
    begin: Effect.andThen(
      admin.unsafe(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`),
      admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${database}`
    ),
    end: admin.unsafe(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`)
  }
})

const withOutage = <A, E, R>(
  use: (outage: Effect.Success<ReturnType<typeof makeOutage>>) => Effect.Effect<A, E, R | CallRecords>
) =>
  Effect.gen(function* () {
    const url = yield* TestDatabase.url
    const outage = yield* makeOutage(url)
    return yield* use(outage).pipe(
      Effect.ensuring(Effect.ignore(outage.end)),
      Effect.provide(CallRecords.layer.pipe(Layer.provide(Database.layerUrl(url))))
    )
  }).pipe(Effect.scoped)

describe("while Postgres is away", () => {
  it.live("verdicts are kept and written afterwards, and a short outage is not noticed by who sends CDRs", () =>
    withOutage(
      Effect.fnUntraced(function* (outage) {
        const records = yield* CallRecords
        yield* records.recordEnds([end("before")])
        yield* outage.begin
        for (let n = 0; n < 3_000; n++) assert.isTrue(records.recordAttempt(attempt(`c${n}`), allowed))
        const ends = yield* Effect.forkChild(records.recordEnds([end("c1"), end("before")]))
        yield* Effect.sleep("300 millis")
        yield* outage.end
        assert.deepStrictEqual(yield* Fiber.join(ends), ["counted", "duplicate"])
        yield* untilScored(3_000)
      })
    )
  )

  it.live("CDRs are refused after a while, and count when they are sent again", () =>
    withOutage(
      Effect.fnUntraced(function* (outage) {
        const records = yield* CallRecords
        yield* outage.begin
        const refused = yield* Effect.flip(records.recordEnds([end("a")]))
        assert.strictEqual(refused._tag, "CallRecordsUnavailable")
        yield* outage.end
        assert.deepStrictEqual(yield* records.recordEnds([end("a")]), ["counted"])
      })
    )
  )

  it.live("no more verdicts are kept than the bound", () =>
    withOutage(
      Effect.fnUntraced(function* (outage) {
        const records = yield* CallRecords
        yield* outage.begin
        let taken = 0
        while (taken <= maxBuffered && records.recordAttempt(attempt(`c${taken}`), allowed)) taken += 1
        assert.strictEqual(taken, maxBuffered)
        yield* outage.end
        yield* untilScored(maxBuffered)
        assert.isTrue(records.recordAttempt(attempt("again"), allowed))
      })
    )
  )
})
