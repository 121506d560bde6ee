import { Effect, Layer, Option, Redacted } from "effect"
import { TestRunner } from "effect/cluster"
import { HttpServer } from "effect/http"
import { SqlClient } from "effect/sql"
import { DeadLetterReplay, DeadLetterUnknown, ReplayFailed } from "../../../src/entities/DeadLetterReplay.ts"
import { ApiLive } from "../../../src/http/ApiLive.ts"
import * as Server from "../../../src/http/Server.ts"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"
import { ApiKeys } from "../../../src/layers/storage/ApiKeys.ts"
import { BackorderRows } from "../../../src/layers/storage/BackorderRows.ts"
import { DeadLetters } from "../../../src/layers/storage/DeadLetters.ts"
import { IdempotencyKeys } from "../../../src/layers/storage/IdempotencyKeys.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { NumberRows } from "../../../src/layers/storage/NumberRows.ts"
import { OrderRows } from "../../../src/layers/storage/OrderRows.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import { VendorError } from "../../../src/layers/vendors/VendorError.ts"
import { Zendesk } from "../../../src/layers/vendors/Zendesk.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"
import * as TestEntities from "./TestEntities.ts"

/** A help desk whose answers follow from the ticket's id; the text of a ticket is another one each time. */
const TestZendesk = Layer.sync(Zendesk, () => {
  let reads = 0
  return Zendesk.of({
    ticket: (id) => {
      const error = (reason: VendorError["reason"]) =>
        Effect.fail(VendorError.of({ vendor: "zendesk", operation: "ticket", reason, detail: reason }))
      if (id === "4040") return error("NotFound")
      if (id === "5020") return error("Unauthorized")
      if (id === "5030") return error("Unavailable")
      reads++
      return Effect.succeed({
        id,
        subject: "numbers",
        description: `text ${reads}`,
        status: "open",
        tags: [],
        updatedAt: "2026-01-01T00:00:00Z",
        customFields: {}
      })
    },
    comments: () => Effect.die("not part of the API"),
    answer: () => Effect.die("not part of the API")
  })
})

const TestReplay = Layer.effect(
  DeadLetterReplay,
  Effect.gen(function* () {
    const letters = yield* DeadLetters
    return DeadLetterReplay.of({
      replay: Effect.fnUntraced(function* (id) {
        const letter = yield* letters.get(id)
        if (Option.isNone(letter)) return yield* new DeadLetterUnknown({ id })
        if (letter.value.cause === "hopeless") return yield* new ReplayFailed({ id, detail: "failed again" })
        yield* letters.markReplayed(id)
        return Option.getOrThrow(yield* letters.get(id))
      })
    })
  })
)

const storage = Layer.mergeAll(
  ApiKeys.layer,
  BackorderRows.layer,
  DeadLetters.layer,
  IdempotencyKeys.layer,
  Journal.layer,
  NumberRows.layer,
  OrderRows.layer
).pipe(Layer.provideMerge(TestDatabase.layer))

/** The API over real HTTP and a real database, with actors and a help desk of the test. */
export const layer = Server.layerAt({ host: "127.0.0.1", port: 0 })(ApiLive).pipe(
  Layer.provide(TestReplay),
  Layer.provide([TestZendesk, VendorDoor.layer, Metrics.layer]),
  Layer.provideMerge(TestEntities.layer),
  Layer.provideMerge([TestRunner.layer, TestEntities.Commands.layer]),
  Layer.provideMerge(storage)
)

export const baseUrl = Effect.map(HttpServer.HttpServer, ({ address }) =>
  address._tag === "UnixPathAddress" ? "" : `http://127.0.0.1:${address.port}`
)

/** A key of the role, as it is sent. */
export const keyOf = Effect.fnUntraced(function* (role: string) {
  const { key } = yield* (yield* ApiKeys).create({ name: `a ${role}`, role })
  return Redacted.value(key)
})

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: any
}

/** One request by Node's own client, so that nothing of Effect's stands between the test and the wire. */
export const send = Effect.fnUntraced(function* (
  path: string,
  init: {
    readonly key?: string
    readonly method?: string
    readonly headers?: Record<string, string>
    body?: unknown
  } = {}
) {
  const url = `${yield* baseUrl}${path}`
  return yield* Effect.promise(async (signal): Promise<Answer> => {
    const response = await fetch(url, {
      signal,
      method: init.method ?? "GET",
      headers: {
        ...(init.key === undefined ? {} : { authorization: `Bearer ${init.key}` }),
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...init.headers
      },
      ...(init.body === undefined
        ? {}
        : { body: typeof init.body === "string" ? init.body : JSON.stringify(init.body) })
    })
    const text = await response.text()
    const json = response.headers.get("content-type")?.includes("json") === true
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
  })
})

/** Fills the lists: orders 101–105, numbers +12125550100–0104 and +13125550100, back-orders 101-1 to 103-1. */
export const seed = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.123Z`
  for (const n of [1, 2, 3, 4, 5]) {
    yield* sql`INSERT INTO orders (order_id, status, subject, generation, requested, ordered, added, blocked, backordered,
      version, created_at, updated_at) VALUES (${`10${n}`}, ${n === 5 ? "failed" : "completed"}, 'numbers', 1, 5, 5, 5, 5, 0,
      3, ${at(n)}::timestamptz, ${at(n)}::timestamptz)`
  }
  const e164s = ["+12125550100", "+12125550101", "+12125550102", "+12125550103", "+12125550104", "+13125550100"]
  for (const [index, e164] of e164s.entries()) {
    yield* sql`INSERT INTO numbers (e164, status, country, vendor, order_id, line, version, created_at, updated_at)
      VALUES (${e164}, ${index === 0 ? "released" : "blocked"}, 'US', ${index < 3 ? "plivo" : "inteliquent"}, '101',
      ${index < 3 ? 1 : 2}, 4, ${at(1)}::timestamptz, ${at(2)}::timestamptz)`
  }
  for (const n of [1, 2, 3]) {
    yield* sql`INSERT INTO backorders (backorder_id, order_id, line, status, reference, vendor_order_id, locality, quantity,
      received, delivered, version, created_at, updated_at) VALUES (${`10${n}-1`}, ${`10${n}`}, 1, 'placed',
      ${`ref-${n}`}, ${`v${n}`}, ${JSON.stringify({ npa: "212" })}::json, 7, 0, 0, 2, ${at(1)}::timestamptz,
      ${at(1)}::timestamptz)`
  }
})
