import { Clock, Context, Effect, FiberSet, Latch, Layer, Metric, Schedule } from "effect"
import type { AlertReport } from "../domain/fraud/alerts/AlertReport.ts"
import { patternKeyOf } from "../domain/fraud/alerts/Sightings.ts"
import { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { AlertPatterns } from "../layers/storage/AlertPatterns.ts"
import type { Pile, Taken } from "./AlertPile.ts"
import { makeAlertPile } from "./AlertPile.ts"
import { freshKey } from "./EntityCalls.ts"
import { FraudAlert } from "./FraudAlert.ts"
import { supervised } from "./Supervision.ts"

/** How often the desk looks for what is due, while there is anything. */
const lookMillis = 100

/** Patterns that are being written down at the same time by one node. */
export const maxInFlight = 64

/** How long one report may take before it is sent again, under the same command key. */
const answerTimeoutMillis = 10_000

/** How long a node that stops waits for what it has gathered to be written down. */
export const closingMillis = 5_000

const betweenTries = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered
)

const dropped = Metric.counter("tandem_fraud_reports_dropped", {
  description: "Findings that raised nothing, since the desk had as many patterns as it gathers",
  incremental: true
})
const written = Metric.counter("tandem_fraud_sightings_written", {
  description: "Gathered sightings that were written to alerts",
  incremental: true
})

/**
 * Takes what the detection finds, and has it written to the alerts. Findings of one pattern are gathered in memory: the
 * alert is there within a second, and a flood costs a few events a second. What a node has gathered and not yet written
 * is lost when it is killed: a third of a second of a new pattern, seconds of one that has gone on for long.
 */
export class AlertDesk extends Context.Service<
  AlertDesk,
  {
    /** Never waits. False: not taken, for the finding is on trial, the desk is full, or the node stops. */
    readonly raise: (report: AlertReport) => boolean
    /** Takes nothing more, and writes what there is. */
    readonly close: Effect.Effect<void>
  }
>()("tandem/entities/AlertDesk") {
  static readonly layer = Layer.effect(
    AlertDesk,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const context = yield* Effect.context<never>()
      const pile = makeAlertPile()
      const wake = yield* Latch.make(false)
      const write = yield* makeWriter
      // Made first, so that it outlives the last flush.
      const writers = yield* FiberSet.make<void>()
      let closing = false

      const look = (everything: boolean) =>
        Effect.suspend(() =>
          Effect.forEach(
            pile.takeDue(clock.currentTimeMillisUnsafe(), maxInFlight, everything),
            (taken) =>
              write(taken).pipe(
                Effect.ensuring(Effect.sync(() => pile.done(taken, clock.currentTimeMillisUnsafe()))),
                (writing) => FiberSet.run(writers, writing)
              ),
            { discard: true }
          )
        )

      yield* supervised(
        "AlertDesk",
        Effect.forever(
          Effect.gen(function* () {
            yield* wake.await
            yield* Effect.sleep(lookMillis)
            yield* look(false)
            if (pile.isEmpty()) wake.closeUnsafe()
          })
        )
      )
      const close = Effect.suspend(() => {
        closing = true
        return emptied(pile, look(true), clock.currentTimeMillisUnsafe() + closingMillis)
      })
      yield* Effect.addFinalizer(() => close)

      return AlertDesk.of({
        raise: (report) => {
          if (closing || report.finding.shadow) return false
          const isTaken = pile.add(patternKeyOf(report.finding), report, clock.currentTimeMillisUnsafe())
          if (isTaken) wake.openUnsafe()
          else dropped.updateUnsafe(1, context)
          return isTaken
        },
        close
      })
    })
  )

  /** Built above the actors, so that a node that stops closes its desk while its alerts still answer. */
  static readonly closing = Layer.effectDiscard(
    Effect.flatMap(AlertDesk, (desk) => Effect.addFinalizer(() => desk.close))
  )
}

/** Until nothing is left, or the time is over. A finalizer cannot be interrupted, so it looks at the clock itself. */
const emptied = (pile: Pile, flush: Effect.Effect<void>, untilMillis: number) =>
  Effect.gen(function* () {
    yield* flush
    while (!pile.isWritten() && (yield* Clock.currentTimeMillis) < untilMillis) {
      yield* Effect.sleep(lookMillis)
      yield* flush
    }
    if (!pile.isWritten()) yield* Effect.logError("findings were not written to alerts before the node stopped")
  })

/** Writes one sighting to its pattern's open alert, and tries until it is there. */
const makeWriter = Effect.gen(function* () {
  const patterns = yield* AlertPatterns
  const alertOf = yield* FraudAlert.client
  const deskName = yield* freshKey
  let sightings = 0

  return (taken: Taken) => {
    const commandKey = `${deskName}:${sightings++}`
    const { entry, pattern, sighting } = taken
    const attempt = Effect.gen(function* () {
      const alertId = entry.alertId ?? (yield* patterns.allot(pattern.key))
      entry.alertId = alertId
      yield* alertOf(alertId).Report({ commandKey, pattern, sighting })
    })
    return attempt.pipe(
      Effect.timeoutOrElse({
        duration: answerTimeoutMillis,
        orElse: () => Effect.fail(new JournalUnavailable({ detail: "the alert did not answer in time" }))
      }),
      Effect.catchDefect((defect) => Effect.fail(new JournalUnavailable({ detail: String(defect) }))),
      Effect.tapError((error) =>
        // Resolved meanwhile: what is seen from now on is another alert.
        error._tag === "AlertStatusRefused"
          ? Effect.sync(() => (entry.alertId = undefined))
          : Effect.logWarning("a sighting is not written yet", error)
      ),
      Effect.retry({
        schedule: betweenTries,
        while: ({ _tag }) => _tag !== "CommandParked" && _tag !== "CommandKeyConflict"
      }),
      Effect.andThen(Metric.update(written, 1)),
      Effect.catch((error) => Effect.logError("a sighting waits for an operator", error)),
      Effect.annotateLogs({ pattern: pattern.key })
    )
  }
})
