import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { dirname, join } from "node:path"
import { sandboxValues } from "../../../src/cli/SandboxValues.ts"
import type { IssuedView } from "../../../src/http/api/CertificateViews.ts"
import { ApiKeys } from "../../../src/layers/storage/ApiKeys.ts"
import * as Database from "../../../src/layers/storage/Database.ts"
import { EmbeddedPostgres } from "../../../src/layers/storage/EmbeddedPostgres.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { directory } from "../../cli/RunTandem.ts"
import { callBroker } from "../../fixtures/BrokerClient.ts"
import { freePort } from "../../fixtures/FreePort.ts"
import { holderOf } from "../../fixtures/HandshakeCases.ts"
import { startNode, untilLive } from "../../fixtures/NodeProcess.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"

const marker = "Xw4-marker-of-a-secret-text"
const digits = "15559876543"
/** A client's name is no secret: wherever it is not found, nothing was looked at. */
const control = "xw4-control-client"

/** The text as it is, in hex, and in base64 at each of its three places. */
const formsOf = (text: string) => {
  const middles = [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + text)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4)
  )
  return [text, Buffer.from(text).toString("hex"), ...middles].map((form) => Buffer.from(form))
}
const secrets = [marker, digits].flatMap(formsOf)

const finds = (content: Buffer, forms: ReadonlyArray<Buffer>) => forms.some((form) => content.includes(form))

/** Files below a directory that have one of these. */
const filesWith = (path: string, forms: ReadonlyArray<Buffer>): ReadonlyArray<string> =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => finds(readFileSync(file), forms))

/** Everything that is sent to a collector of traces. */
const collector = Effect.acquireRelease(
  Effect.callback<{ readonly endpoint: string; readonly received: () => Buffer; readonly close: () => void }>(
    (resume) => {
      const chunks: Array<Buffer> = []
      const server = createServer((request, response) => {
        chunks.push(Buffer.from(`${request.url}\n`))
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => response.setHeader("content-type", "application/json").end("{}"))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const received = () => Buffer.concat(chunks)
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ endpoint: `http://127.0.0.1:${port}`, received, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** A node that tells all it can, and an API's key for it. */
const startPlane = Effect.gen(function* () {
  const dir = directory()
  const sandbox = yield* Sandbox
  const { endpoint, received } = yield* collector
  const server = yield* Layer.build(EmbeddedPostgres.layer({ dataDir: join(dir, "database") }))
  const { url } = Context.get(server, EmbeddedPostgres)
  const [api, broker] = yield* Effect.all([freePort, freePort])
  const node = yield* startNode("all", {
    ...sandboxValues(sandbox),
    DATABASE_URL: Redacted.value(url),
    TANDEM_PORT: String(api),
    BROKER_PORT: String(broker),
    CA_KEY_PASSPHRASE: "a secrecy test's passphrase",
    WEBHOOKS_OUT_ALLOW_PRIVATE: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    LOG_LEVEL: "Trace"
  })
  yield* untilLive(`http://127.0.0.1:${api}`).pipe(Effect.timeout("1 minute"))
  const database = yield* Layer.build(ApiKeys.layer.pipe(Layer.provideMerge(Database.layerUrl(url))))
  const { key } = yield* Context.get(database, ApiKeys).create({ name: "test", role: "admin" })
  const ask = (method: string, path: string, body?: unknown) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${api}${path}`, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(key)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: response.status, body: JSON.parse(await response.text()) }
    })
  yield* ask("PUT", "/api/v1/message-domains/default", {
    destination: { kind: "http", url: sandbox.urls.sink },
    secret: sandbox.credentials.sink.secret,
    firstRetrySeconds: 1,
    maxRetrySeconds: 1
  })
  return { ask, broker: `https://127.0.0.1:${broker}`, node, received, sql: Context.get(database, SqlClient.SqlClient) }
})

describe("the text of a message and its sender's number", () => {
  it.live(
    "are in no file of the database, in no line of a log, and in no trace",
    () =>
      Effect.gen(function* () {
        const { ask, broker, node, received, sql } = yield* startPlane
        const sandbox = yield* Sandbox
        yield* ask("POST", "/api/v1/certificates/authority", {})
        const issued: IssuedView = (yield* ask("POST", "/api/v1/certificates", { clientId: control })).body
        const submit = (body: unknown, key: string) =>
          callBroker(broker, holderOf(issued), { body, headers: { "idempotency-key": key } })
        const message = { sender_number: `+${digits}`, message_body: marker }
        yield* sandbox.setFaults([{ vendor: "sink", kind: "serverError", times: 2 }])
        const sent = yield* submit(message, "once").pipe(
          // The listener is there a moment after the authority.
          Effect.retry({ times: 100, schedule: Schedule.spaced("200 millis") }),
          Effect.timeout("1 minute")
        )
        assert.strictEqual(sent.status, 202)
        const id = String(sent.body.message_id)
        const conflict = yield* submit({ ...message, message_body: `${marker} again` }, "once")
        const wrong = yield* submit({ ...message, message_id: marker, metadata: { domain: marker } }, "other")
        assert.deepStrictEqual([conflict.status, wrong.status], [409, 400])
        yield* eventually(ask("GET", `/api/v1/messages/${id}`), ({ body }) => body.status === "delivered").pipe(
          Effect.timeout("1 minute")
        )
        const read = yield* ask("GET", `/api/v1/messages/${id}/body`)
        assert.deepInclude(read.body, { body: marker, senderNumber: `+${digits}` })
        const found = yield* ask("POST", "/api/v1/messages/search", { senderNumber: `+${digits}` })
        assert.strictEqual(found.body.items.length, 1)
        yield* ask("GET", `/api/v1/messages?clientId=${control}`)

        yield* sql.unsafe(`DO $$ BEGIN RAISE LOG '${control}'; END $$`)
        yield* sql`CHECKPOINT`
        const [row] = yield* sql<{ readonly data: string }>`SELECT current_setting('data_directory') AS data`
        const data = row?.data ?? ""
        const places = {
          tables: join(data, "base"),
          log: join(data, "pg_wal"),
          all: dirname(data)
        }
        for (const [name, path] of Object.entries(places)) {
          assert.isNotEmpty(filesWith(path, formsOf(control)), name)
          assert.deepStrictEqual(filesWith(path, secrets), [], name)
        }
        assert.isTrue(finds(readFileSync(join(dirname(data), "server.log")), formsOf(control)), "server.log")

        yield* node.signal("SIGTERM")
        yield* node.exited
        const seen = [
          ["traces", received(), control],
          ["the log of the node", Buffer.from(node.log()), "/api/v1/messages/:messageId/body"]
        ] as const
        for (const [name, content, known] of seen) {
          assert.isTrue(finds(content, formsOf(known)), name)
          assert.isFalse(finds(content, secrets), name)
        }
      }).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "secrecy" })), Effect.scoped),
    240_000
  )
})
