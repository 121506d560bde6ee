import { Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { KeyRotation } from "../layers/storage/messages/KeyRotation.ts"

const pause = Duration.seconds(5)

/** Re-encrypts messages that have an older key, whenever there are any; one node of the cluster does so. */
export const KeyRotationLive = Singleton.make(
  "message-key-rotation",
  Effect.gen(function* () {
    const { sweep } = yield* KeyRotation
    yield* sweep.pipe(
      Effect.flatMap(({ reencrypted, unreadable }) =>
        reencrypted === 0
          ? Effect.void
          : Effect.logInfo(`re-encrypted ${reencrypted} messages`).pipe(Effect.annotateLogs({ unreadable }))
      ),
      Effect.catchCause((cause) => Effect.logWarning("messages keep their older keys a little longer", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  })
)
