import { Clock, Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { Backorder } from "./Backorder.ts"
import { ClientCertificate } from "./ClientCertificate.ts"
import { ListEntry } from "./ListEntry.ts"
import { Gateway } from "./Gateway.ts"
import { Order } from "./Order.ts"

const pollInterval = Duration.millis(500)

/** Most timers that one look takes. */
const maxDue = 500

/** A timer that stays due is sent again after this long: its entity moves it when it has done its work. */
const sendAgainMillis = 15_000

const answerTimeout = Duration.seconds(2)

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
    const gatewayOf = yield* Gateway.client
    const listEntryOf = yield* ListEntry.client
    const certificateOf = yield* ClientCertificate.client

    const wake = (entityType: string, entityId: string) => {
      if (entityType === "Order") return orderOf(entityId).Wake({ trigger: "timer" })
      if (entityType === "Backorder") return backorderOf(entityId).Wake({ trigger: "timer" })
      if (entityType === "ListEntry") return listEntryOf(entityId).Wake({ trigger: "timer" })
      if (entityType === "ClientCertificate") return certificateOf(entityId).Wake({ trigger: "timer" })
      if (entityType === "Gateway") return gatewayOf(entityId).Wake({ trigger: "timer" })
      return Effect.logError("a timer names an unknown entity").pipe(Effect.annotateLogs({ entityType, entityId }))
    }

    const look = Effect.gen(function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      // Taking a timer moves it on, so that one that stays due does not hide the others, and a lost message is sent again.
      const due = yield* sql<{ readonly entity_type: string; readonly entity_id: string }>`
        UPDATE entity_wakes w SET due_at = to_timestamp(${nowMillis + sendAgainMillis}::double precision / 1000)
        FROM (SELECT entity_type, entity_id FROM entity_wakes
          WHERE due_at <= to_timestamp(${nowMillis}::double precision / 1000) ORDER BY due_at LIMIT ${maxDue}) due
        WHERE w.entity_type = due.entity_type AND w.entity_id = due.entity_id
        RETURNING w.entity_type, w.entity_id`
      yield* Effect.forEach(
        due,
        (row) =>
          wake(row.entity_type, row.entity_id).pipe(
            Effect.timeout(answerTimeout),
            Effect.catchCause((cause) =>
              Effect.logDebug("an entity could not be woken; its timer comes again", cause).pipe(
                Effect.annotateLogs({ entityType: row.entity_type, entityId: row.entity_id })
              )
            )
          ),
        { concurrency: 64, discard: true }
      )
    })

    yield* look.pipe(
      Effect.catchCause((cause) => Effect.logWarning("due timers could not be looked at", cause)),
      Effect.repeat(Schedule.spaced(pollInterval))
    )
  })
)
