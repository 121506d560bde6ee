import { Array, Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type {
  Delivery,
  DeliveryKind,
  DeliveryStatus,
  SubscriptionFormat
} from "../../domain/subscriptions/Subscription.ts"
import { DeliveryUnknown } from "../../domain/subscriptions/Subscription.ts"
import type { CreatedBefore } from "./RowQueries.ts"
import { createdBefore, equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** Deliveries of one subscription that one node sends at the same time. */
export const maxPerSubscription = 4

/** Longest error that is kept of a try, in characters. */
const maxErrorLength = 500

/** How long finished deliveries are kept, and most that are cleared away at once. */
export const retentionDays = 30
const clearedAtOnce = 5_000
const dayMillis = 86_400_000

/** Deliveries that one statement adds; Postgres binds no more than 65,535 values. */
const rowsPerStatement = 1_000

export interface NewDelivery {
  readonly deliveryId: string
  readonly subscriptionId: string
  readonly kind: DeliveryKind
  readonly alertId: string
  /** Of the event in the journal; 0 for a test. */
  readonly position: number
  readonly body: string
}

/** A delivery that this node is to send now, and nobody else until the lease is over. */
export interface Claimed {
  readonly deliveryId: string
  readonly subscriptionId: string
  readonly body: string
  /** This one included. */
  readonly tries: number
  readonly url: string
  readonly format: SubscriptionFormat
  readonly secret: string
  readonly failingSinceMillis: number | null
}

export interface Outcome {
  readonly status: DeliveryStatus
  readonly httpStatus: number | null
  readonly error: string | null
  /** When it is sent again; null: not at all. */
  readonly dueAtMillis: number | null
}

const columnsOf = (
  sql: SqlClient.SqlClient
) => sql`delivery_id AS "deliveryId", subscription_id AS "subscriptionId", kind,
  alert_id AS "alertId", status, tries, ${iso(sql, "due_at")} AS "dueAt", last_status AS "lastStatus",
  last_error AS "lastError", ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "delivered_at")} AS "deliveredAt"`

/** Messages to receivers, from when they are made until they arrived or died. */
export class Deliveries extends Context.Service<
  Deliveries,
  {
    /** Those that are there already stay as they are. */
    readonly add: (deliveries: ReadonlyArray<NewDelivery>) => Effect.Effect<void, JournalUnavailable>
    /**
     * Takes what is due, the subscriptions in `busy` left out; comes again when the lease is over and nothing was heard.
     * PagerDuty is told of an alert in the order of its events: a trigger that came late would never be resolved.
     */
    readonly claim: (asked: {
      readonly limit: number
      readonly leaseMillis: number
      readonly busy: ReadonlyArray<string>
    }) => Effect.Effect<ReadonlyArray<Claimed>, JournalUnavailable>
    /** Notes how a try ended, and since when its receiver has failed; an outcome of an older try is left aside. */
    readonly settle: (claimed: Claimed, outcome: Outcome) => Effect.Effect<void, JournalUnavailable>
    readonly get: (
      subscriptionId: string,
      deliveryId: string
    ) => Effect.Effect<Delivery, DeliveryUnknown | JournalUnavailable>
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly subscriptionId: string
      readonly status?: DeliveryStatus | undefined
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Delivery>, JournalUnavailable>
    /** Sends it again, whatever became of it, with all tries before it. */
    readonly replay: (
      subscriptionId: string,
      deliveryId: string
    ) => Effect.Effect<Delivery, DeliveryUnknown | JournalUnavailable>
    /** Forgets finished ones that are older than {@link retentionDays}. */
    readonly clear: Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/Deliveries") {
  static readonly layer: Layer.Layer<Deliveries, never, SqlClient.SqlClient> = Layer.effect(
    Deliveries,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = columnsOf(sql)
      const one = (deliveryId: string) => (rows: ReadonlyArray<Delivery>) =>
        rows[0] === undefined ? Effect.fail(new DeliveryUnknown({ deliveryId })) : Effect.succeed(rows[0])

      return Deliveries.of({
        add: Effect.fnUntraced(function* (deliveries) {
          const at = new Date(yield* Clock.currentTimeMillis)
          const rows = deliveries.map(({ alertId, body, deliveryId, kind, position, subscriptionId }) => ({
            delivery_id: deliveryId,
            subscription_id: subscriptionId,
            kind,
            alert_id: alertId,
            position,
            body,
            status: "pending",
            tries: 0,
            due_at: at,
            created_at: at
          }))
          for (const some of Array.chunksOf(rows, rowsPerStatement)) {
            yield* sql`INSERT INTO deliveries ${sql.insert(some)} ON CONFLICT DO NOTHING`.pipe(orUnavailable)
          }
        }),
        claim: Effect.fnUntraced(function* ({ busy, leaseMillis, limit }) {
          const nowMillis = yield* Clock.currentTimeMillis
          return yield* claimStatement(sql, {
            limit,
            busy,
            now: new Date(nowMillis),
            leasedUntil: new Date(nowMillis + leaseMillis)
          }).pipe(orUnavailable)
        }),
        settle: Effect.fnUntraced(function* (claimed, outcome) {
          const at = new Date(yield* Clock.currentTimeMillis)
          yield* settleStatement(sql, claimed, outcome, at).pipe(orUnavailable)
        }),
        get: (subscriptionId, deliveryId) =>
          sql<Delivery>`SELECT ${columns} FROM deliveries
            WHERE subscription_id = ${subscriptionId} AND delivery_id = ${deliveryId}`.pipe(
            orUnavailable,
            Effect.flatMap(one(deliveryId))
          ),
        list: ({ after, limit, status, subscriptionId }) => {
          const equal = equalTo(sql, { subscription_id: subscriptionId, status })
          return sql<Delivery>`SELECT ${columns} FROM deliveries
            WHERE ${sql.and([...equal, ...createdBefore(sql, "delivery_id", after)])}
            ORDER BY created_at DESC, delivery_id DESC LIMIT ${limited(limit)}`.pipe(orUnavailable)
        },
        replay: Effect.fnUntraced(function* (subscriptionId, deliveryId) {
          const at = new Date(yield* Clock.currentTimeMillis)
          return yield* sql<Delivery>`UPDATE deliveries SET status = 'pending', tries = 0, due_at = ${at}, delivered_at = NULL
            WHERE subscription_id = ${subscriptionId} AND delivery_id = ${deliveryId}
            RETURNING ${columns}`.pipe(orUnavailable, Effect.flatMap(one(deliveryId)))
        }),
        clear: Effect.gen(function* () {
          const before = new Date((yield* Clock.currentTimeMillis) - retentionDays * dayMillis)
          yield* sql`DELETE FROM deliveries WHERE delivery_id IN (SELECT delivery_id FROM deliveries
            WHERE status <> 'pending' AND created_at < ${before} LIMIT ${clearedAtOnce})`.pipe(orUnavailable)
        })
      })
    })
  )
}

const claimStatement = (
  sql: SqlClient.SqlClient,
  asked: {
    readonly limit: number
    readonly busy: ReadonlyArray<string>
    readonly now: Date
    readonly leasedUntil: Date
  }
) => {
  const free = asked.busy.length === 0 ? sql`true` : sql`NOT ${sql.in("s.subscription_id", asked.busy)}`
  return sql<Claimed>`WITH due AS (
      SELECT d.delivery_id FROM subscriptions s CROSS JOIN LATERAL (
        SELECT w.delivery_id, w.due_at FROM deliveries w
        WHERE w.subscription_id = s.subscription_id AND w.status = 'pending' AND w.due_at <= ${asked.now}
          AND (s.format <> 'pagerduty' OR NOT EXISTS (
            SELECT FROM deliveries older WHERE older.subscription_id = w.subscription_id AND older.status = 'pending'
              AND older.alert_id = w.alert_id AND older.position < w.position))
        ORDER BY w.due_at LIMIT ${maxPerSubscription} FOR UPDATE SKIP LOCKED) d
      WHERE s.enabled AND ${free} ORDER BY d.due_at LIMIT ${asked.limit})
    UPDATE deliveries d SET due_at = ${asked.leasedUntil}, tries = d.tries + 1
    FROM due, subscriptions s
    WHERE d.delivery_id = due.delivery_id AND s.subscription_id = d.subscription_id
    RETURNING d.delivery_id AS "deliveryId", d.subscription_id AS "subscriptionId", d.body, d.tries, s.url, s.format,
      s.secret, (extract(epoch FROM s.failing_since) * 1000)::double precision AS "failingSinceMillis"`
}

const settleStatement = (sql: SqlClient.SqlClient, { deliveryId, tries }: Claimed, outcome: Outcome, at: Date) => {
  const isDelivered = outcome.status === "delivered"
  return sql`WITH settled AS (
      UPDATE deliveries SET status = ${outcome.status}, last_status = ${outcome.httpStatus},
        last_error = ${outcome.error?.slice(0, maxErrorLength) ?? null},
        due_at = ${outcome.dueAtMillis === null ? null : new Date(outcome.dueAtMillis)}::timestamptz,
        delivered_at = ${isDelivered ? at : null}::timestamptz
      WHERE delivery_id = ${deliveryId} AND tries = ${tries} AND status = 'pending' RETURNING subscription_id)
    UPDATE subscriptions s SET failing_since = ${isDelivered ? null : at}::timestamptz FROM settled
    WHERE s.subscription_id = settled.subscription_id
      AND ${isDelivered ? sql`s.failing_since IS NOT NULL` : sql`s.failing_since IS NULL`}`
}
