import { Context, Effect, Layer, Option } from "effect"
import type { Accepted, MessageRecord, NewMessage } from "../../domain/messaging/Message.ts"
import { isIdempotencyKey, longestIdempotencyKey } from "../../domain/messaging/Message.ts"
import type { FieldProblem, Submission } from "../../domain/messaging/MessageSubmission.ts"
import { isMessageId, readSubmission } from "../../domain/messaging/MessageSubmission.ts"
import { MessageRows } from "../../layers/storage/MessageRows.ts"
import type { Asking, BrokerAnswer, Reply } from "./BrokerAnswers.ts"
import { errorAnswer } from "./BrokerAnswers.ts"
import { maxBatch } from "./BrokerSettings.ts"
import type { Client } from "./PeerIdentity.ts"
import { makeReplying } from "./Replying.ts"
import { type AnswerOf, makeTaking, unavailable } from "./Taking.ts"

const queuedView = (client: Client, { messageId, position, queuedAt }: Accepted) => ({
  message_id: messageId,
  status: "queued",
  client_id: client.clientId,
  queued_at: queuedAt,
  position
})

const newMessage = (client: Client, submission: Submission, idempotencyKey: string | null): NewMessage => ({
  messageId: submission.messageId,
  idempotencyKey,
  clientId: client.clientId,
  domain: client.domain,
  senderNumber: submission.senderNumber,
  body: submission.body,
  metadata: submission.metadata
})

/** What a client says of itself must be what its certificate says. */
const problemsOfClaims = ({ clientId, domain }: Client, { metadata }: Submission): ReadonlyArray<FieldProblem> => [
  ...(metadata?.clientId === undefined || metadata.clientId === clientId
    ? []
    : [{ field: "metadata.client_id", message: "is not the client of the certificate" }]),
  ...(metadata?.domain === undefined || metadata.domain === domain
    ? []
    : [{ field: "metadata.domain", message: "is not the client's domain" }])
]

type ReadOutcome =
  | { readonly ok: true; readonly message: NewMessage }
  | { readonly ok: false; readonly problems: ReadonlyArray<FieldProblem> }

const readOne = (client: Client, body: unknown, key: string | null): ReadOutcome => {
  const read = readSubmission(body)
  const problems = read._tag === "Success" ? problemsOfClaims(client, read.success) : read.failure
  return read._tag === "Success" && problems.length === 0
    ? { ok: true, message: newMessage(client, read.success, key) }
    : { ok: false, problems }
}

interface Submitted {
  readonly body: unknown
  readonly idempotencyKey: string | undefined
}

const makeSubmitting = Effect.gen(function* () {
  const { notTaken, take } = yield* makeTaking

  const submit = (client: Client, asking: Asking, { body, idempotencyKey: key }: Submitted, reply: Reply): void => {
    if (key !== undefined && !isIdempotencyKey(key)) {
      const message = `Idempotency-Key has at most ${longestIdempotencyKey} visible characters`
      return reply(errorAnswer(asking, "validation_error", message))
    }
    const read = readOne(client, body, key ?? null)
    if (!read.ok) {
      notTaken("validation", 1)
      const details = read.problems
      return reply(errorAnswer(asking, "validation_error", "the message cannot be taken", { details }))
    }
    const answerOf: AnswerOf = ([one]) =>
      one === undefined || one.outcome === "conflict"
        ? errorAnswer(asking, "conflict", "the message's id or Idempotency-Key names another message already")
        : { status: 202, body: queuedView(client, one) }
    take(client, asking, [read.message], answerOf, reply)
  }

  const submitBatch = (client: Client, asking: Asking, body: unknown, reply: Reply): void => {
    const list =
      typeof body === "object" && body !== null && "messages" in body && Array.isArray(body.messages)
        ? body.messages
        : undefined
    if (list === undefined || list.length === 0 || list.length > maxBatch) {
      const message = `messages must be a list of 1 to ${maxBatch}`
      return reply(errorAnswer(asking, "validation_error", message))
    }
    const reads = list.map((each: unknown) => readOne(client, each, null))
    const messages = reads.flatMap((read) => (read.ok ? [read.message] : []))
    notTaken("validation", reads.length - messages.length)
    const answerOf: AnswerOf = (accepted) => {
      let next = 0
      const results = reads.map((read) => {
        if (!read.ok) return { status: "refused", error: "validation_error", details: read.problems }
        const one = accepted[next++]
        return one === undefined || one.outcome === "conflict"
          ? { status: "refused", error: "conflict", message_id: read.message.messageId }
          : queuedView(client, one)
      })
      return { status: 202, body: { results } }
    }
    take(client, asking, messages, answerOf, reply)
  }

  return { submit, submitBatch }
})

const messageView = (row: MessageRecord) => ({
  message_id: row.messageId,
  status: row.status,
  client_id: row.clientId,
  domain: row.domain,
  sender_number: row.senderMasked,
  attempt_count: row.attempts,
  queued_at: row.queuedAt,
  last_attempt_at: row.lastAttemptAt,
  delivered_at: row.deliveredAt,
  error_message: row.error
})

const make = Effect.gen(function* () {
  const rows = yield* MessageRows
  const replying = yield* makeReplying
  const submitting = yield* makeSubmitting

  /** A client sees its own messages; of another's it is not even told that they are there. */
  const show = (client: Client, asking: Asking, messageId: string, reply: Reply): void => {
    const found = isMessageId(messageId) ? rows.get(messageId.toLowerCase()) : Effect.succeedNone
    const shown = found.pipe(
      Effect.map((row): BrokerAnswer =>
        Option.isNone(row) || row.value.clientId !== client.clientId
          ? errorAnswer(asking, "not_found", "there is no such message")
          : { status: 200, body: messageView(row.value) }
      ),
      Effect.catch(() => Effect.succeed(unavailable(asking))),
      Effect.map(reply)
    )
    replying(asking, reply, shown)
  }

  return { ...submitting, show }
})

/** What the broker does for a client that is known, whatever way it came. */
export class BrokerDesk extends Context.Service<BrokerDesk, Effect.Success<typeof make>>()("tandem/http/BrokerDesk") {
  static readonly layer = Layer.effect(BrokerDesk, make)
}
