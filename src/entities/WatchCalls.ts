import { Clock, Effect, Fiber, FiberSet, Metric, Option } from "effect"
import type { Observation, Observed } from "../domain/fraud/windows/Observation.ts"
import { sliceIdOf } from "../domain/fraud/windows/Observation.ts"
import { FraudWatch, maxObservations } from "./FraudWatch.ts"
import { LocalWatches } from "./LocalWatches.ts"

/** Looks that wait for one slice on another node, at most. */
const maxWaiting = 8192

/** After a slice did not answer in time, calls go on without it for this long, and then one message tries again. */
const restMillis = 250

const lost = Metric.counter("tandem_fraud_looks_lost", {
  description: "Looks at calls that no slice took, since its node was away or too slow",
  incremental: true
})

interface Waiting {
  readonly observation: Observation
  readonly answer: (observed: Observed | undefined) => void
}

interface Remote {
  readonly waiting: Array<Waiting>
  sending: boolean
  restUntilMillis: number
}

/** A message to a node that is gone takes long to call back, so nobody waits for that: a deadline is one for all. */
const makeAsk = Effect.fnUntraced(function* (deadlineMillis: number) {
  const clientOf = yield* FraudWatch.client
  const runMessage = yield* FiberSet.makeRuntime<never, ReadonlyArray<Observed> | undefined, never>()
  return (id: string, batch: ReadonlyArray<Waiting>) => {
    const observations = JSON.stringify(batch.map((each) => each.observation))
    const message = clientOf(id)
      .Observe({ observations })
      .pipe(
        Effect.map((text): ReadonlyArray<Observed> => JSON.parse(text)),
        Effect.catchCause(() => Effect.undefined)
      )
    return Effect.suspend(() => {
      const sent = runMessage(message)
      return Fiber.join(sent).pipe(
        Effect.timeoutOption(deadlineMillis),
        Effect.map(Option.getOrUndefined),
        Effect.tap((answers) => Effect.sync(() => answers ?? sent.interruptUnsafe()))
      )
    })
  }
})

/**
 * Asks the slices: those of this node at once, those of others by messages of many looks each. There is one message under
 * way for each slice, and what comes meanwhile goes into the next. `undefined` says that no answer came in time.
 */
export const makeWatchCalls = Effect.fnUntraced(function* (deadlineMillis: number) {
  const local = yield* LocalWatches
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<never>()
  const run = yield* FiberSet.makeRuntime<never, void, never>()
  const ask = yield* makeAsk(deadlineMillis)
  const remotes = new Map<string, Remote>()

  const remoteOf = (id: string): Remote => {
    const known = remotes.get(id)
    if (known !== undefined) return known
    const fresh = { waiting: [], sending: false, restUntilMillis: 0 }
    remotes.set(id, fresh)
    return fresh
  }

  /** One call that cannot be judged must not leave the others of its message without an answer. */
  const tell = (waiting: Waiting, observed: Observed | undefined): void => {
    try {
      waiting.answer(observed)
    } catch (error) {
      run(Effect.logError("a call could not be judged", error))
    }
  }

  const send = (id: string, remote: Remote): void => {
    if (remote.sending || remote.waiting.length === 0) return
    remote.sending = true
    const batch = remote.waiting.splice(0, maxObservations)
    run(
      Effect.map(ask(id, batch), (answers) => {
        remote.sending = false
        if (answers === undefined) {
          remote.restUntilMillis = clock.currentTimeMillisUnsafe() + restMillis
          batch.push(...remote.waiting.splice(0))
          lost.updateUnsafe(batch.length, context)
        }
        for (const [i, each] of batch.entries()) tell(each, answers?.[i])
        send(id, remote)
      })
    )
  }

  return (observation: Observation, answer: Waiting["answer"]): void => {
    const id = sliceIdOf(observation.part, observation.call)
    const watch = local.get(id)
    if (watch !== undefined) return answer(watch(observation))
    const remote = remoteOf(id)
    const isResting = clock.currentTimeMillisUnsafe() < remote.restUntilMillis
    if (isResting || remote.waiting.length >= maxWaiting) {
      lost.updateUnsafe(1, context)
      return answer(undefined)
    }
    remote.waiting.push({ observation, answer })
    send(id, remote)
  }
})

export type WatchCalls = Effect.Success<ReturnType<typeof makeWatchCalls>>
