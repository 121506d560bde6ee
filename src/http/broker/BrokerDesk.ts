import { Context, Effect, Layer, Metric, Option } from "effect"
import type { Accepted, MessageRecord, NewMessage } from "../../domain/messaging/Message.ts"
import { isIdempotencyKey, longestIdempotencyKey } from "../../domain/messaging/Message.ts"
import type { FieldProblem, Submission } from "../../domain/messaging/MessageSubmission.ts"
import { isMessageId, readSubmission } from "../../domain/messaging/MessageSubmission.ts"
import { ClientUsage } from "../../layers/storage/ClientUsage.ts"
import { MessageIntake } from "../../layers/storage/MessageIntake.ts"
import { MessageRows } from "../../layers/storage/MessageRows.ts"
import type { Asking, BrokerAnswer } from "./BrokerAnswers.ts"
import { errorAnswer } from "./BrokerAnswers.ts"
import { maxBatch } from "./BrokerSettings.ts"
import { countedBy } from "./CountedBy.ts"
import type { Identity } from "./PeerIdentity.ts"

export type Client = Extract<Identity, { readonly is: "client" }>

const enqueued = Metric.counter("proxy_messages_enqueued_total", {
  description: "Messages that clients were told are safe",
  incremental: true
})
const failedToEnqueue = Metric.counter("proxy_messages_failed_total", {
  description: "Messages that were not taken, by reason",
  incremental: true
})

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

const unavailable = (asking: Asking) =>
  errorAnswer(asking, "service_unavailable", "messages cannot be taken now; send the same again", {
    retryAfterSeconds: 1
  })

const quotaUsedUp = (asking: Asking) =>
  errorAnswer(asking, "rate_limit_exceeded", "the client's messages of this day are used up", {
    retryAfterSeconds: 3600
  })

const makeTaking = Effect.gen(function* () {
  const intake = yield* MessageIntake
  const usage = yield* ClientUsage
  const context = yield* Effect.context<never>()

  const countNotTaken = countedBy(failedToEnqueue, context)
  const notTaken = (reason: string, count: number) => countNotTaken({ reason }, count)

  /** Takes messages of one client, as many as its quota has left: all or none. Undefined: the quota is used up. */
  const take = Effect.fnUntraced(function* ({ clientId, dailyQuota }: Client, messages: ReadonlyArray<NewMessage>) {
    if (messages.length === 0) return []
    if (dailyQuota !== null && !(yield* usage.take(clientId, dailyQuota, messages.length))) return undefined
    const accepted = yield* intake.accept(messages)
    enqueued.updateUnsafe(accepted.filter(({ outcome }) => outcome === "accepted").length, context)
    return accepted
  })

  /** Takes them, and makes an answer of what became of each. */
  const answered = (
    client: Client,
    asking: Asking,
    messages: ReadonlyArray<NewMessage>,
    answer: (accepted: ReadonlyArray<Accepted>) => BrokerAnswer
  ) =>
    take(client, messages).pipe(
      Effect.map((accepted) => (accepted === undefined ? quotaUsedUp(asking) : answer(accepted))),
      Effect.catchTag("MessagesUnavailable", () => {
        notTaken("unavailable", messages.length)
        return Effect.succeed(unavailable(asking))
      })
    )

  return { answered, notTaken }
})

const makeSubmitting = Effect.gen(function* () {
  const { answered, notTaken } = yield* makeTaking

  const submit = (client: Client, asking: Asking, body: unknown, key: string | undefined) => {
    if (key !== undefined && !isIdempotencyKey(key)) {
      const message = `Idempotency-Key has at most ${longestIdempotencyKey} visible characters`
      return Effect.succeed(errorAnswer(asking, "validation_error", message))
    }
    const read = readOne(client, body, key ?? null)
    if (!read.ok) {
      notTaken("validation", 1)
      const details = read.problems
      return Effect.succeed(errorAnswer(asking, "validation_error", "the message cannot be taken", { details }))
    }
    return answered(client, asking, [read.message], ([one]) =>
      one === undefined || one.outcome === "conflict"
        ? errorAnswer(asking, "conflict", "the message's id or Idempotency-Key names another message already")
        : { status: 202, body: queuedView(client, one) }
    )
  }

  const submitBatch = (client: Client, asking: Asking, body: unknown) => {
    const list =
      typeof body === "object" && body !== null && "messages" in body && Array.isArray(body.messages)
        ? body.messages
        : undefined
    if (list === undefined || list.length === 0 || list.length > maxBatch) {
      const message = `messages must be a list of 1 to ${maxBatch}`
      return Effect.succeed(errorAnswer(asking, "validation_error", message))
    }
    const reads = list.map((each: unknown) => readOne(client, each, null))
    const messages = reads.flatMap((read) => (read.ok ? [read.message] : []))
    notTaken("validation", reads.length - messages.length)
    return answered(client, asking, messages, (accepted) => {
      let next = 0
      const results = reads.map((read) => {
        if (!read.ok) return { status: "refused", error: "validation_error", details: read.problems }
        const one = accepted[next++]
        return one === undefined || one.outcome === "conflict"
          ? { status: "refused", error: "conflict", message_id: read.message.messageId }
          : queuedView(client, one)
      })
      return { status: 202, body: { results } }
    })
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
  const submitting = yield* makeSubmitting

  /** A client sees its own messages; of another's it is not even told that they are there. */
  const show = (client: Client, asking: Asking, messageId: string) =>
    (isMessageId(messageId) ? rows.get(messageId.toLowerCase()) : Effect.succeedNone).pipe(
      Effect.map((found): BrokerAnswer => {
        const row = Option.getOrUndefined(found)
        return row === undefined || row.clientId !== client.clientId
          ? errorAnswer(asking, "not_found", "there is no such message")
          : { status: 200, body: messageView(row) }
      }),
      Effect.catch(() => Effect.succeed(unavailable(asking)))
    )

  return { ...submitting, show }
})

/** What the broker does for a client that is known, whatever way it came. */
export class BrokerDesk extends Context.Service<BrokerDesk, Effect.Success<typeof make>>()("tandem/http/BrokerDesk") {
  static readonly layer = Layer.effect(BrokerDesk, make)
}
