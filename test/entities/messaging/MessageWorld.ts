import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { MessageDomainChoice } from "../../../src/domain/messaging/MessageDomain.ts"
import { defaultMessageDomain } from "../../../src/domain/messaging/MessageDomain.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { MessageDomains } from "../../../src/layers/storage/MessageDomains.ts"
import { MessageIntake } from "../../../src/layers/storage/MessageIntake.ts"
import { MessageRows } from "../../../src/layers/storage/MessageRows.ts"
import { MessageQueue } from "../../../src/layers/storage/messages/MessageQueue.ts"
import { MessagingNotes } from "../../../src/layers/storage/MessagingNotes.ts"
import { WebhookSender } from "../../../src/layers/webhooks/WebhookSender.ts"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"

export const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`

const settings = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-messages-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    ),
    (path) =>
      ConfigProvider.layer(ConfigProvider.fromUnknown({ TANDEM_DATA_DIR: path, WEBHOOKS_OUT_ALLOW_PRIVATE: "true" }))
  )
)

/** All that messages need but a courier. */
export const world = Layer.mergeAll(
  MessageIntake.layer,
  MessageRows.layer,
  MessageDomains.layer,
  MessageQueue.layer,
  WebhookSender.layer,
  MessagingNotes.layer.pipe(Layer.provideMerge(Journal.layer))
).pipe(Layer.provideMerge(KeyRing.layer), Layer.provideMerge(TestDatabase.layer), Layer.provide(settings), Layer.fresh)

/** A domain whose retries come within a second. */
export const domainAt = Effect.fnUntraced(function* (
  domain: string,
  url: string,
  choice: Partial<MessageDomainChoice> = {}
) {
  const quick = { ...defaultMessageDomain, firstRetrySeconds: 1, maxRetrySeconds: 1 }
  yield* (yield* MessageDomains).put({
    domain,
    choice: { ...quick, destination: { kind: "http", url }, ...choice },
    by: "ada",
    secret: Redacted.make(secret)
  })
})

export const sender = (n: number) => `+23480${30_000_000 + n}`

/** Messages with the texts `0`, `1` …, by so many senders in turn. */
export const accept = Effect.fnUntraced(function* (domain: string, many: number, senders = 1, first = 0) {
  const intake = yield* MessageIntake
  return yield* intake.accept(
    Array.from({ length: many }, (_, n) => ({
      messageId: null,
      idempotencyKey: null,
      clientId: "client-1",
      domain,
      senderNumber: sender((first + n) % senders),
      body: `${first + n}`,
      metadata: null
    }))
  )
})

export interface SinkMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
  readonly messageId: string
  readonly sender: string
  readonly text: string
  readonly attempt: number
  readonly taken: boolean
}

/** A receiver that keeps what it is sent; `reply` gives the status for each. */
export const makeSink = (reply: (message: SinkMessage, n: number) => number | Promise<number>) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{
          readonly url: string
          readonly received: ReadonlyArray<SinkMessage>
          readonly mostAtOnce: () => number
          readonly close: () => void
        }>((resolve) => {
          const received: Array<SinkMessage> = []
          let open = 0
          let most = 0
          const server = createServer((request, response) => {
            const chunks: Array<Uint8Array> = []
            most = Math.max(most, (open += 1))
            response.on("close", () => (open -= 1))
            request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
            request.on("end", async () => {
              const raw = Buffer.concat(chunks).toString("utf8")
              const body = JSON.parse(raw)
              const message = {
                headers: request.headers as Readonly<Record<string, string>>,
                raw,
                messageId: body.message_id,
                sender: body.sender_number,
                text: body.message_body,
                attempt: body.attempt
              }
              const status = await reply({ ...message, taken: false }, received.length)
              received.push({ ...message, taken: status < 300 })
              response.writeHead(status).end()
            })
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            const close = () => {
              server.closeAllConnections()
              server.close()
            }
            resolve({ url: `http://127.0.0.1:${port}/sink`, received, mostAtOnce: () => most, close })
          })
        })
    ),
    (sink) => Effect.sync(sink.close)
  )

export const statuses = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{ readonly status: string; readonly many: number }>`SELECT status, count(*)::integer AS many FROM messages
      GROUP BY status ORDER BY status`,
    (rows) => Object.fromEntries(rows.map(({ many, status }) => [status, many]))
  )
)

/** Texts by sender in the order in which each was taken for the first time. */
export const firstTaken = (received: ReadonlyArray<SinkMessage>) => {
  const seen = new Set<string>()
  const bySender = new Map<string, Array<number>>()
  for (const { messageId, sender: number, taken, text } of received) {
    if (!taken || seen.has(messageId)) continue
    seen.add(messageId)
    bySender.set(number, [...(bySender.get(number) ?? []), Number(text)])
  }
  return bySender
}
