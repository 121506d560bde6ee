import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Random, Redacted, Ref, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { pointWebhooks } from "../../src/cli/RunningPlane.ts"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import { Audit } from "../../src/layers/storage/Audit.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import type { FaultRule } from "../../src/simulators/faults/FaultRule.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { compareBooks } from "./CrashBooks.ts"

/** `npm run test:crash` runs the long form; the suite runs a short one. */
const size =
  process.env["CRASH_TICKETS"] === undefined
    ? { tickets: 24, kills: 3 }
    : { tickets: Number(process.env["CRASH_TICKETS"]), kills: 12 }

const areaCodes = ["212", "312", "415", "512", "617", "702"]

const faults: ReadonlyArray<FaultRule> = [
  { vendor: "*", kind: "timeoutAfterCommit", probability: 0.05, holdMillis: 3_000 },
  { vendor: "*", kind: "serverError", probability: 0.05 },
  { vendor: "*", kind: "rateLimited", probability: 0.05, retryAfterSeconds: 1 },
  { vendor: "zendesk", kind: "duplicateNotification", probability: 0.1 },
  { vendor: "inteliquent", kind: "duplicateNotification", probability: 0.1 },
  { vendor: "inteliquent", kind: "lostNotification", probability: 0.03 }
]

const openTickets = Effect.fnUntraced(function* (asked: Map<string, number>) {
  const sandbox = yield* Sandbox
  for (let n = 0; n < size.tickets; n++) {
    const quantity = yield* Random.nextIntBetween(1, 6)
    const npa = areaCodes[n % areaCodes.length]
    const ticket = yield* sandbox.openTicket({
      subject: `Order ${n}`,
      description: `Please order ${quantity} numbers in area code ${npa}.`
    })
    asked.set(String(ticket.id), quantity)
    yield* Effect.sleep("50 millis")
  }
})

const runner = (settings: Readonly<Record<string, string | undefined>>, kills: Ref.Ref<number>) =>
  Effect.gen(function* () {
    while ((yield* Ref.get(kills)) < size.kills) {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const node = yield* startNode("runner", settings)
          yield* Effect.sleep(yield* Random.nextIntBetween(3_000, 9_000))
          yield* node.signal("SIGKILL")
          yield* node.exited
          yield* Ref.update(kills, (n) => n + 1)
        })
      )
    }
    yield* startNode("runner", settings)
    yield* Effect.never
  })

const unfinished = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly order_id: string; readonly status: string; readonly detail: string | null }>`
    SELECT order_id, status, detail FROM orders WHERE status <> 'completed'`
  const [all] = yield* sql<{ readonly count: number }>`SELECT count(*)::int AS count FROM orders`
  return { rows, count: all?.count ?? 0 }
})

describe("a crash anywhere", () => {
  it.live(
    `${size.tickets} tickets, a runner killed ${size.kills} times, vendors that fault: nothing bought twice, lost or left open`,
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const url = yield* TestDatabase.url
        const port = yield* freePort
        const edgeUrl = `http://127.0.0.1:${port}`
        const settings = {
          ...sandboxValues(sandbox),
          DATABASE_URL: Redacted.value(url),
          TANDEM_PORT: String(port),
          BACKORDER_CHECK_MINUTES: "0.1",
          LOG_LEVEL: "Warn"
        }
        yield* pointWebhooks(sandbox, edgeUrl)
        yield* sandbox.changeSettings({ inteliquentAutoFillMillis: 4_000, zendeskUpdatesPerTicketIn10Minutes: 1_000 })
        for (const npa of areaCodes) {
          const count = Math.ceil((size.tickets / areaCodes.length) * 1.2)
          yield* sandbox.setStock("plivo", { npa, count, mode: "replace" })
          yield* sandbox.setStock("inteliquent", { npa, count, mode: "replace" })
        }
        yield* sandbox.setFaults(faults)
        yield* startNode("edge", settings)
        yield* untilLive(edgeUrl)
        const kills = yield* Ref.make(0)
        yield* Effect.forkScoped(runner({ ...settings, TANDEM_PORT: "0" }, kills))
        const startedAt = yield* Clock.currentTimeMillis
        const asked = new Map<string, number>()
        yield* openTickets(asked)

        yield* Effect.gen(function* () {
          const left = yield* unfinished.pipe(
            Effect.repeat({
              until: ({ count, rows }) => count === size.tickets && rows.length === 0,
              schedule: Schedule.spaced("1 second")
            }),
            Effect.timeout(process.env["CRASH_TICKETS"] === undefined ? "200 seconds" : "20 minutes"),
            Effect.catchTag("TimeoutError", () => unfinished)
          )
          assert.deepStrictEqual(left.rows, [])
          assert.strictEqual(left.count, size.tickets)
          assert(yield* Effect.map(Ref.get(kills), (n) => n >= size.kills))
          const seconds = Math.round(((yield* Clock.currentTimeMillis) - startedAt) / 1_000)
          const books = yield* compareBooks(asked)
          yield* Effect.logInfo(`${size.kills} kills, ${JSON.stringify(books)}, ${seconds} s`)
        }).pipe(Effect.provide(Audit.layer.pipe(Layer.provideMerge(Database.layerUrl(url)))))
      }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "crash" })), Effect.scoped),
    1_500_000
  )
})
