import { Duration, Effect, Random } from "effect"
import { JournalUnavailable } from "../domain/journal/CommandErrors.ts"

/** How long one entity waits for another's answer: longer than a vendor's door tries with all its retries. */
const answerTimeout = Duration.seconds(180)

const transport = new Set(["MailboxFull", "AlreadyProcessingMessage", "PersistenceError", "EntityNotAssignedToRunner"])

type TransportTag = "MailboxFull" | "AlreadyProcessingMessage" | "PersistenceError" | "EntityNotAssignedToRunner"

/**
 * A call from one entity or workflow to another: what the cluster itself says of the message becomes "try again", and no
 * call waits for ever for a shard that nobody owns.
 */
export const callEntity = <A, E extends { readonly _tag: string }, R>(
  call: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, { readonly _tag: TransportTag }> | JournalUnavailable, R> =>
  call.pipe(
    Effect.timeoutOrElse({
      duration: answerTimeout,
      orElse: () => Effect.fail(new JournalUnavailable({ detail: "the entity did not answer in time" }))
    }),
    Effect.mapError((error) =>
      transport.has(error._tag)
        ? new JournalUnavailable({ detail: error._tag })
        : (error as Exclude<E, { readonly _tag: TransportTag }>)
    )
  )

/**
 * A command key for a command that the entity's state makes safe to repeat: the cluster may deliver this one message
 * twice, while a new try is a new message and decides anew.
 */
export const freshKey: Effect.Effect<string> = Effect.map(
  Effect.all([Random.nextInt, Random.nextInt]),
  (parts) => `once-${parts.map((part) => Math.abs(part).toString(36)).join("-")}`
)
