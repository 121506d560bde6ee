import { Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { lockoutLimits } from "../layers/access/PortalLimits.ts"
import { PortalAttempts } from "../layers/storage/PortalAttempts.ts"

const pause = Duration.minutes(5)

/** Small batches of one round; the next round goes on. */
const maxBatches = 200

/** Removes sessions, tokens and counted attempts that are over. */
export const makePortalSweep = Effect.gen(function* () {
  const attempts = yield* PortalAttempts
  const limits = yield* lockoutLimits
  return Effect.gen(function* () {
    for (let batch = 0; batch < maxBatches; batch++) {
      if ((yield* attempts.clear(limits)) === 0) return
    }
  })
})

/** Exactly one node of the cluster does it at a time. */
export const PortalSweepLive = Singleton.make(
  "portal-sweep",
  Effect.gen(function* () {
    const sweep = yield* makePortalSweep
    yield* sweep.pipe(
      Effect.catchCause((cause) => Effect.logWarning("the sweep of the portal failed and is tried again", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  }).pipe(Effect.orDie)
)
