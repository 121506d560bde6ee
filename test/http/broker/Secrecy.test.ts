import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { callBroker } from "../../fixtures/BrokerClient.ts"
import { holderOf, issue } from "../../fixtures/HandshakeCases.ts"
import { eventually, getJson, postJson } from "../../fixtures/PlaneRequests.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const marker = "Zq7-marker-of-a-secret-text"
const sender = "+15557654321"

/** Every row of every table, as text. */
const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`SELECT quote_ident(tablename) AS name FROM pg_tables
    WHERE schemaname = 'public'`
  const texts = yield* Effect.forEach(tables, ({ name }) =>
    sql.unsafe<{ readonly text: string | null }>(`SELECT string_agg(t::text, E'\\n') AS text FROM ${name} t`)
  )
  return texts.map(([row]) => row?.text ?? "").join("\n")
})

layer(Plane.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the text of a message", (it) => {
  it.effect("and its sender's number are nowhere but in the message, neither at rest nor in what others see", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      for (const stream of [process.stdout, process.stderr]) {
        const write = stream.write.bind(stream)
        stream.write = (chunk: string | Uint8Array) => {
          said.push(String(chunk))
          return write(chunk)
        }
        yield* Effect.addFinalizer(() => Effect.sync(() => void (stream.write = write)))
      }
      yield* postJson("/api/v1/certificates/authority", { body: {} })
      const holder = holderOf(yield* issue("discreet"))
      const url = yield* (yield* BrokerPort).url
      const message = { sender_number: sender, message_body: marker }
      const sent = yield* callBroker(url, holder, { body: message, headers: { "idempotency-key": "once" } })
      assert.strictEqual(sent.status, 202)
      const wrong = yield* callBroker(url, holder, {
        body: { ...message, message_id: marker, metadata: { domain: marker } }
      })
      const conflict = yield* callBroker(url, holder, {
        body: { ...message, message_body: `${marker} again` },
        headers: { "idempotency-key": "once" }
      })
      assert.deepStrictEqual([wrong.status, conflict.status], [400, 409])
      const shown = yield* eventually(
        callBroker(url, holder, { path: `/api/v1/messages/${String(sent.body.message_id)}` }),
        ({ body }) => body.status === "delivered"
      )
      const { url: api } = yield* Plane.TestPlane
      const metrics = yield* Effect.promise(async () => (await fetch(`${api}/metrics`)).text())
      const listed = yield* getJson("/api/v1/messages")
      const database = yield* everything
      const { urls } = yield* Sandbox
      const sink = yield* Effect.promise(async () => (await fetch(urls.sink)).text())
      const seen = { database, metrics, sink, said: said.join("\n") }
      const answers = JSON.stringify([sent.body, wrong.body, conflict.body, shown.body, listed])
      assert.include(database, String(sent.body.message_id))
      for (const [where, text] of Object.entries({ ...seen, answers })) {
        assert.notInclude(text, marker, where)
        assert.notInclude(text, sender.slice(1), where)
      }
    }).pipe(Effect.scoped)
  )
})
