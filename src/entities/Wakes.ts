import { Clock, Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { Backorder } from "./Backorder.ts"
import { Order } from "./Order.ts"

const pollInterval = Duration.millis(500)

/** Most timers that one look takes. */
const maxDue = 500

/** A timer that stays due is sent again after this long: its entity moves it when it has done its work. */
const sendAgainMillis = 5_000

const answerTimeout = Duration.seconds(10)

/**
 * Wakes entities whose timer is due. Timers are rows that the journal writes in the same transaction as the events, so
 * none is lost with a node; exactly one node of the cluster looks after them.
 */
export const WakesLive = Singleton.make(
  "wakes",
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const orderOf = yield* Order.client
    const backorderOf = yield* Backorder.client
    const sentAt = new Map<string, number>()

    const wake = (entityType: string, entityId: string) => {
      if (entityType === "Order") return orderOf(entityId).Wake({ trigger: "timer" })
      if (entityType === "Backorder") return backorderOf(entityId).Wake({ trigger: "timer" })
      return Effect.logError("a timer names an unknown entity").pipe(Effect.annotateLogs({ entityType, entityId }))
    }

    const look = Effect.gen(function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      const due = yield* sql<{ readonly entity_type: string; readonly entity_id: string }>`
        SELECT entity_type, entity_id FROM entity_wakes
        WHERE due_at <= to_timestamp(${nowMillis}::double precision / 1000) ORDER BY due_at LIMIT ${maxDue}`
      for (const [name, at] of sentAt) if (nowMillis - at >= sendAgainMillis) sentAt.delete(name)
      const fresh = due.filter((row) => !sentAt.has(`${row.entity_type}/${row.entity_id}`))
      yield* Effect.forEach(
        fresh,
        (row) => {
          sentAt.set(`${row.entity_type}/${row.entity_id}`, nowMillis)
          return wake(row.entity_type, row.entity_id).pipe(Effect.timeout(answerTimeout), Effect.ignore)
        },
        { concurrency: 16, discard: true }
      )
    })

    yield* look.pipe(
      Effect.catch((error) => Effect.logWarning("due timers could not be read", error)),
      Effect.repeat(Schedule.spaced(pollInterval))
    )
  })
)
