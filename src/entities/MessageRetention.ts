import { Clock, Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import { MessageRows } from "../layers/storage/MessageRows.ts"

const pause = Duration.minutes(5)
const dayMillis = 86_400_000

/** Domains that are read at once, and small batches that one round removes of a domain; the next round goes on. */
const domainsAtOnce = 200
const maxBatches = 200

/** Removes the messages that have ended and are older than their domain keeps them. */
export const makeMessageSweep = Effect.gen(function* () {
  const domains = yield* MessageDomains
  const rows = yield* MessageRows

  const clear = Effect.fnUntraced(function* (domain: string, beforeMillis: number) {
    let cleared = 0
    for (let batch = 0; batch < maxBatches; batch++) {
      const some = yield* rows.clear(domain, beforeMillis)
      cleared += some
      if (some === 0) break
    }
    if (cleared > 0) yield* Effect.logInfo(`removed ${cleared} messages of the domain ${domain} that were too old`)
  })

  return Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    let after: string | null = null
    do {
      const some: ReadonlyArray<{ readonly domain: string; readonly retentionDays: number }> = yield* domains.list({
        after,
        limit: domainsAtOnce
      })
      for (const { domain, retentionDays } of some) yield* clear(domain, nowMillis - retentionDays * dayMillis)
      after = some.length < domainsAtOnce ? null : (some.at(-1)?.domain ?? null)
    } while (after !== null)
  })
})

/** Keeps messages as long as their domains say; exactly one node of the cluster does it at a time. */
export const MessageRetentionLive = Singleton.make(
  "message-retention",
  Effect.gen(function* () {
    const sweep = yield* makeMessageSweep
    yield* sweep.pipe(
      Effect.catchCause((cause) => Effect.logWarning("the sweep of messages failed and is tried again", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  })
)
