import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Accepted, NewMessage } from "../../domain/messaging/Message.ts"
import { isIdempotencyKey, MessagesUnavailable } from "../../domain/messaging/Message.ts"
import { isMessageId } from "../../domain/messaging/MessageSubmission.ts"
import { KeyRing } from "../messaging/KeyRing.ts"
import { intakeRow } from "./messages/IntakeRow.ts"
import { makeIntakeWriter, maxMessagesPerRequest } from "./messages/IntakeWriter.ts"
import { keysUnavailable } from "./messages/Unavailable.ts"

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
  }
>()("tandem/layers/storage/MessageIntake") {
  static readonly layer = Layer.effect(
    MessageIntake,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ring = yield* KeyRing
      const writer = yield* makeIntakeWriter(sql)

      return MessageIntake.of({
        accept: Effect.fnUntraced(function* (messages) {
          if (messages.length === 0) return []
          if (messages.length > maxMessagesPerRequest) {
            return yield* new MessagesUnavailable({
              detail: `hand over at most ${maxMessagesPerRequest} messages at once`
            })
          }
          if (!writer.hasRoomFor(messages.length)) {
            return yield* new MessagesUnavailable({ detail: "too many messages are waiting" })
          }
          if (!messages.every(fits)) return yield* new MessagesUnavailable({ detail: "an id or a key is malformed" })
          const key = yield* ring.current.pipe(Effect.catch(keysUnavailable))
          const senderKey = yield* ring.senderKey.pipe(Effect.catch(keysUnavailable))
          return yield* writer.write(messages.map((message) => intakeRow(message, key, senderKey)))
        })
      })
    })
  )
}
