import { Duration, Effect, Option, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { SqlClient } from "effect/sql"
import type { News } from "../domain/subscriptions/Messages.ts"
import { isWanted, messageOf } from "../domain/subscriptions/Messages.ts"
import type { Subscription } from "../domain/subscriptions/Subscription.ts"
import { kindOfAlertEvent, maxSubscriptions } from "../domain/subscriptions/Subscription.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { Deliveries } from "../layers/storage/Deliveries.ts"
import type { EventRow } from "../layers/storage/journal/EventRow.ts"
import { eventColumns, eventOf } from "../layers/storage/journal/EventRow.ts"
import { subscriptionColumns } from "../layers/storage/Subscriptions.ts"
import { FraudAlert } from "./FraudAlert.ts"

const pollInterval = Duration.millis(300)
const clearEvery = Duration.minutes(10)

/** Positions of the journal that one look passes over, and events that it takes of them. */
const maxPositions = 20_000
const maxEvents = 200

type Receiver = Subscription & { readonly sincePosition: number }

interface Found extends EventRow {
  readonly reach: string
}

/** What is told of an event: nothing of those that no receiver knows, and of alerts that are gone. */
const newsOf = Effect.fnUntraced(function* (row: EventRow) {
  const kind = kindOfAlertEvent[row.event_type]
  if (kind === undefined) return []
  const alert = yield* (yield* AlertRows).get(row.entity_id)
  if (Option.isNone(alert)) return []
  return [{ kind, event: eventOf(row), alert: alert.value } satisfies News]
})

/** A message of its own for each receiver that wants to hear of it. The id follows from both, so none is made twice. */
const deliveriesOf = (receivers: ReadonlyArray<Receiver>, news: News) =>
  receivers
    .filter((receiver) => news.event.position > receiver.sincePosition && isWanted(receiver, news))
    .map(({ format, subscriptionId }) => ({
      deliveryId: `msg_${subscriptionId}_${news.event.position}`,
      subscriptionId,
      kind: news.kind,
      alertId: news.alert.alertId,
      position: news.event.position,
      body: messageOf(format, news)
    }))

/** Reads on in the journal, writes down who is to be told of it, and remembers how far it came, all in one commit. */
const look = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const deliveries = yield* Deliveries
  const kinds = Object.keys(kindOfAlertEvent)
  return yield* sql.withTransaction(
    Effect.gen(function* () {
      // A second follower, which a frozen node may leave for a while, waits here and then finds the work done.
      const [cursor] = yield* sql<{ readonly position: string }>`SELECT position::text FROM webhook_cursor FOR UPDATE`
      const from = cursor?.position ?? "0"
      const rows = yield* sql<Found>`WITH head AS (
          SELECT least(position, ${from}::bigint + ${maxPositions}) AS reach FROM journal_head)
        SELECT head.reach::text AS reach, ${sql.literal(eventColumns)}
        FROM head LEFT JOIN journal_events e ON e.position > ${from}::bigint AND e.position <= head.reach
          AND e.entity_type = ${FraudAlert.type} AND ${sql.in("e.event_type", kinds)}
        ORDER BY e.position LIMIT ${maxEvents}`
      const events = rows.filter(({ position_text }) => position_text !== null)
      const receivers =
        events.length === 0
          ? []
          : yield* sql<Receiver>`SELECT ${subscriptionColumns(sql)}, since_position::double precision AS "sincePosition"
              FROM subscriptions WHERE enabled LIMIT ${maxSubscriptions}`
      if (receivers.length > 0) {
        const news = yield* Effect.forEach(events, newsOf)
        yield* deliveries.add(news.flat().flatMap((each) => deliveriesOf(receivers, each)))
      }
      const isFull = rows.length === maxEvents
      const reach = isFull ? rows.at(-1)?.position_text : rows[0]?.reach
      if (reach === undefined || reach === from) return false
      yield* sql`UPDATE webhook_cursor SET position = ${reach}::bigint`
      return isFull
    })
  )
})

/** Turns what happens to alerts into messages; exactly one node of the cluster does it at a time. */
export const WebhookFollowerLive = Singleton.make(
  "webhook-follower",
  Effect.gen(function* () {
    const deliveries = yield* Deliveries
    const follow = look.pipe(
      Effect.repeat({ while: (more) => more }),
      Effect.catchCause((cause) => Effect.logWarning("the journal could not be followed for webhooks", cause)),
      Effect.repeat(Schedule.spaced(pollInterval))
    )
    const clear = deliveries.clear.pipe(
      Effect.catchCause((cause) => Effect.logWarning("old deliveries could not be cleared away", cause)),
      Effect.repeat(Schedule.spaced(clearEvery))
    )
    yield* Effect.all([follow, clear], { concurrency: "unbounded", discard: true })
  })
)
