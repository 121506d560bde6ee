import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Random, Redacted, Ref, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import type { IssuedView } from "../../src/http/api/CertificateViews.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { EmbeddedPostgres } from "../../src/layers/storage/EmbeddedPostgres.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import type { BusyClient } from "./BrokerClients.ts"
import { messageIdOf, runClient } from "./BrokerClients.ts"

/** `npm run test:broker` runs the long form; the suite runs a short one. */
const size =
  process.env["BROKER_MESSAGES"] === undefined
    ? { messages: 2_000, kills: 2, clients: 8, patience: "4 minutes" as const }
    : { messages: Number(process.env["BROKER_MESSAGES"]), kills: 10, clients: 20, patience: "20 minutes" as const }

const senders = 10
const messagesPerSender = Math.ceil(size.messages / size.clients / senders)

const directory = Effect.acquireRelease(
  Effect.sync(() => {
    const path = mkdtempSync(join(tmpdir(), "tandem-broker-"))
    chmodSync(path, 0o711)
    return path
  }),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** The server's first process, which is the parent of all its others. */
const postmaster = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${row?.pid}/status`, "utf8"))?.[1])
})

interface Answer {
  readonly [member: string]: unknown
}

const makeAsk =
  (url: string, apiKey: string) =>
  <A = Answer>(method: string, path: string, body?: unknown) =>
    Effect.promise(async (): Promise<A> => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text)
    }).pipe(
      Effect.catchCause((cause) => Effect.andThen(Effect.logWarning(cause), Effect.sleep("200 millis"))),
      Effect.repeat({ until: (answer): answer is A => answer !== undefined }),
      Effect.timeout("1 minute")
    )

type Settings = Readonly<Record<string, string | undefined>>

/**
 * A node that is killed now and then, and started again; also when it gave up because it came up while Postgres was
 * away, as whoever supervises nodes would do.
 */
const restless = Effect.fnUntraced(function* (settings: Settings, kills: Ref.Ref<number>) {
  const once = Effect.gen(function* () {
    const node = yield* startNode("all", settings)
    const live = Effect.as(untilLive(`http://127.0.0.1:${settings["TANDEM_PORT"]}`), true)
    if (!(yield* Effect.race(live, Effect.as(node.exited, false)))) return yield* Effect.sleep("200 millis")
    if ((yield* Ref.get(kills)) >= size.kills) return yield* node.exited
    yield* Effect.sleep(yield* Random.nextIntBetween(2_000, 6_000))
    yield* node.signal("SIGKILL")
    yield* node.exited
    yield* Ref.update(kills, (n) => n + 1)
  })
  return yield* Effect.forever(Effect.scoped(once))
})

interface SinkMessages {
  readonly items: ReadonlyArray<{ readonly messageId: string; readonly times: number }>
}

describe.skipIf(process.platform !== "linux")("a broker that loses nothing", () => {
  it.live(
    `${size.messages} messages of ${size.clients} clients, ${size.kills} kills, Postgres restarted, a sink that fails: none lost, order kept`,
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const dir = yield* directory
        const server = yield* Layer.build(EmbeddedPostgres.layer({ dataDir: join(dir, "database") }))
        const { url } = Context.get(server, EmbeddedPostgres)
        const ports = yield* Effect.all([freePort, freePort, freePort, freePort])
        const [api, otherApi, broker, otherBroker] = ports
        const shared: Settings = {
          ...sandboxValues(sandbox),
          DATABASE_URL: Redacted.value(url),
          MESSAGE_KEY_FILE: join(dir, "keys.json"),
          CA_KEY_PASSPHRASE: "a crash test's passphrase",
          WEBHOOKS_OUT_ALLOW_PRIVATE: "true",
          LOG_LEVEL: "Error"
        }
        const one = {
          ...shared,
          TANDEM_PORT: String(api),
          BROKER_PORT: String(broker),
          TANDEM_DATA_DIR: join(dir, "one")
        }
        const other = {
          ...shared,
          TANDEM_PORT: String(otherApi),
          BROKER_PORT: String(otherBroker),
          TANDEM_DATA_DIR: join(dir, "other")
        }
        const steady = yield* startNode("all", one)
        yield* untilLive(`http://127.0.0.1:${api}`)
        const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
          effect.pipe(
            Effect.timeout(size.patience),
            Effect.tapError(() => Effect.logError(steady.log().slice(-10_000)))
          )
        const database = Database.layerUrl(url)
        const { key } = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "test", role: "admin" })).pipe(
          Effect.provide(ApiKeys.layer.pipe(Layer.provideMerge(database)))
        )
        const ask = makeAsk(`http://127.0.0.1:${api}`, Redacted.value(key))
        yield* ask("POST", "/api/v1/certificates/authority", {})
        yield* ask("PUT", "/api/v1/message-domains/default", {
          destination: { kind: "http", url: sandbox.urls.sink },
          secret: sandbox.credentials.sink.secret,
          firstRetrySeconds: 1,
          maxRetrySeconds: 2
        })
        yield* sandbox.setFaults([
          { vendor: "sink", kind: "serverError", probability: 0.05 },
          { vendor: "sink", kind: "timeoutAfterCommit", probability: 0.05, holdMillis: 500 }
        ])
        const limits = { domain: "default", rateLimit: 1_000_000, dailyQuota: null }
        const clients: Array<BusyClient> = []
        for (let n = 0; n < size.clients; n++) {
          const name = `client-${n}`
          const issued = yield* ask<IssuedView>("POST", "/api/v1/certificates", { clientId: name, limits })
          const holder = { cert: issued.pem + issued.chainPem, key: issued.privateKeyPem ?? "", ca: issued.rootPem }
          clients.push({ name, holder, senders, messagesPerSender })
        }

        const kills = yield* Ref.make(0)
        yield* Effect.forkScoped(restless(other, kills))
        const restart = Effect.gen(function* () {
          yield* Effect.sleep("4 seconds")
          const pid = yield* postmaster.pipe(Effect.provide(database))
          yield* Effect.sync(() => process.kill(pid, "SIGINT"))
        })
        yield* Effect.forkScoped(restart)
        const startedAt = yield* Clock.currentTimeMillis
        const urls = [`https://127.0.0.1:${broker}`, `https://127.0.0.1:${otherBroker}`]
        const told = yield* Effect.forEach(clients, (client) => runClient(client, urls), {
          concurrency: "unbounded"
        }).pipe(patiently)
        const acceptedAt = yield* Clock.currentTimeMillis
        const wanted = size.clients * senders * messagesPerSender
        const sink = (path: string) =>
          Effect.promise(async () => JSON.parse(await (await fetch(sandbox.urls.sink + path)).text()))
        const report = yield* sink("").pipe(
          Effect.repeat({ until: ({ messages }) => messages >= wanted, schedule: Schedule.spaced("500 millis") }),
          patiently
        )
        yield* Ref.get(kills).pipe(
          Effect.repeat({ until: (n) => n >= size.kills, schedule: Schedule.spaced("200 millis") }),
          patiently
        )
        assert.isAtLeast(yield* Ref.get(kills), size.kills)
        assert.deepInclude(report, { messages: wanted, outOfOrder: 0, unsigned: 0, malformed: 0 })

        const came = new Set<string>()
        for (let after = 0; after < wanted; after += 10_000) {
          const page: SinkMessages = yield* sink(`/messages?after=${after}&limit=10000`)
          for (const { messageId } of page.items) came.add(messageId)
        }
        const missing = clients.flatMap(({ name }) =>
          Array.from({ length: senders }, (_, sender) =>
            Array.from({ length: messagesPerSender }, (__, n) => messageIdOf(name, sender, n + 1))
          )
            .flat()
            .filter((id) => !came.has(id))
        )
        assert.deepStrictEqual(missing, [])
        const again = told.reduce((sum, each) => sum + each.again, 0)
        const slowest = Math.max(...told.map(({ slowestMillis }) => slowestMillis))
        const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1)
        yield* Effect.logInfo(
          `${wanted} messages accepted in ${seconds(startedAt, acceptedAt)} s, all delivered ` +
            `${seconds(acceptedAt, yield* Clock.currentTimeMillis)} s later; ${yield* Ref.get(kills)} kills, 1 restart of Postgres; ` +
            `${again} requests sent again, the slowest message was safe after ${slowest} ms; ` +
            `${report.repeats} repeats under the same delivery key; 0 lost, 0 out of order`
        )
        yield* steady.signal("SIGTERM")
      }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "broker" })), Effect.scoped),
    2_400_000
  )
})
