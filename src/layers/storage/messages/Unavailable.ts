import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { MessagesUnavailable } from "../../../domain/messaging/Message.ts"
import type { MessageKeysUnusable } from "../../messaging/KeyFile.ts"
import type { MessageKeysUnproven } from "../../messaging/KeyRing.ts"

/** The messages cannot be read or written; the details are in the log, not in the error. */
export const orUnavailable = <A, R>(query: Effect.Effect<A, SqlError.SqlError, R>) =>
  query.pipe(
    Effect.tapError((error) => Effect.logWarning("messages cannot be read or written", error)),
    Effect.mapError(() => new MessagesUnavailable({ detail: "the database did not take the question" }))
  )

/** Without keys there are no messages; the details are in the log, not in the error. */
export const keysUnavailable = (error: MessageKeysUnusable | MessageKeysUnproven) =>
  Effect.andThen(
    Effect.logError("the messages' keys cannot be used", error),
    new MessagesUnavailable({
      detail: error._tag === "MessageKeysUnproven" ? error.detail : "the keys of messages cannot be used"
    })
  )
