import { Context, Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Accepted, NewMessage } from "../../domain/messaging/Message.ts"
import { isIdempotencyKey, MessagesUnavailable } from "../../domain/messaging/Message.ts"
import { isMessageId } from "../../domain/messaging/MessageSubmission.ts"
import { KeyRing } from "../messaging/KeyRing.ts"
import { type IntakeDone, makeIntakeWriter, maxMessagesPerRequest } from "./messages/IntakeWriter.ts"

const fits = ({ idempotencyKey, messageId }: NewMessage): boolean =>
  (messageId === null || isMessageId(messageId)) && (idempotencyKey === null || isIdempotencyKey(idempotencyKey))

/** Where messages come in. */
export class MessageIntake extends Context.Service<
  MessageIntake,
  {
    /**
     * Encrypts the messages, writes them, and answers after the commit with one outcome for each, in order; all of them are
     * kept or none. Many callers share one commit. At most {@link maxMessagesPerRequest}. A caller that fails does not know
     * whether they were kept, and may send the same again under the same id or key. One sender's messages that are handed
     * over at once keep their order.
     */
    readonly accept: (
      messages: ReadonlyArray<NewMessage>
    ) => Effect.Effect<ReadonlyArray<Accepted>, MessagesUnavailable>
    /** The same for a port that thousands come to in a second: a callback costs less than a fiber. It must not throw. */
    readonly offer: (messages: ReadonlyArray<NewMessage>, done: IntakeDone) => void
  }
>()("tandem/layers/storage/MessageIntake") {
  static readonly layer = Layer.effect(
    MessageIntake,
    Effect.gen(function* () {
      const writer = yield* makeIntakeWriter(yield* SqlClient.SqlClient, yield* KeyRing)

      const refusalOf = (messages: ReadonlyArray<NewMessage>): string | undefined => {
        if (messages.length > maxMessagesPerRequest)
          return `hand over at most ${maxMessagesPerRequest} messages at once`
        if (!writer.hasRoomFor(messages.length)) return "too many messages are waiting"
        return messages.every(fits) ? undefined : "an id or a key is malformed"
      }

      const offer = (messages: ReadonlyArray<NewMessage>, done: IntakeDone): void => {
        const detail = refusalOf(messages)
        if (detail !== undefined) return done(Exit.fail(new MessagesUnavailable({ detail })))
        if (messages.length === 0) return done(Exit.succeed([]))
        writer.offer(messages, done)
      }

      return MessageIntake.of({ offer, accept: (messages) => Effect.callback((resume) => offer(messages, resume)) })
    })
  )
}
