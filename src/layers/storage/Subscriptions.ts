import { Clock, Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { Severity } from "../../domain/fraud/FraudType.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { EventKind, Subscription, SubscriptionFormat } from "../../domain/subscriptions/Subscription.ts"
import { maxSubscriptions, SubscriptionRefused, SubscriptionUnknown } from "../../domain/subscriptions/Subscription.ts"
import type { CreatedBefore } from "./RowQueries.ts"
import { createdBefore, iso, limited, orUnavailable } from "./RowQueries.ts"

/** What a person chooses of a subscription. */
export interface SubscriptionChoice {
  readonly name: string
  readonly url: string
  readonly kinds: ReadonlyArray<EventKind>
  readonly minSeverity: Severity | null
}

export interface NewSubscription extends SubscriptionChoice {
  readonly subscriptionId: string
  readonly format: SubscriptionFormat
  readonly secret: Redacted.Redacted
}

type Found = Effect.Effect<Subscription, SubscriptionUnknown | JournalUnavailable>

export const subscriptionColumns = (
  sql: SqlClient.SqlClient
) => sql`subscription_id AS "subscriptionId", name, url, format,
  kinds, min_severity AS "minSeverity", enabled, disabled_reason AS "disabledReason",
  ${iso(sql, "failing_since")} AS "failingSince", ${iso(sql, "created_at")} AS "createdAt",
  ${iso(sql, "updated_at")} AS "updatedAt"`

/** Who is told what. Secrets go in and never come out, but for {@link Subscriptions} `secretOf`, which signs with them. */
export class Subscriptions extends Context.Service<
  Subscriptions,
  {
    readonly create: (
      subscription: NewSubscription
    ) => Effect.Effect<Subscription, SubscriptionRefused | JournalUnavailable>
    readonly get: (subscriptionId: string) => Found
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Subscription>, JournalUnavailable>
    readonly change: (subscriptionId: string, choice: SubscriptionChoice) => Found
    /** Enabling forgets why it was disabled; disabling says so. What waits stays, and is sent when it is enabled again. */
    readonly enable: (subscriptionId: string, disabledReason: string | null) => Found
    readonly changeSecret: (subscriptionId: string, secret: Redacted.Redacted) => Found
    /** With all its deliveries. */
    readonly remove: (subscriptionId: string) => Found
    readonly secretOf: (subscriptionId: string) => Effect.Effect<Option.Option<Redacted.Redacted>, JournalUnavailable>
  }
>()("tandem/layers/storage/Subscriptions") {
  static readonly layer: Layer.Layer<Subscriptions, never, SqlClient.SqlClient> = Layer.effect(
    Subscriptions,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = subscriptionColumns(sql)
      const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))
      const one = (subscriptionId: string) => (rows: ReadonlyArray<Subscription>) =>
        rows[0] === undefined ? Effect.fail(new SubscriptionUnknown({ subscriptionId })) : Effect.succeed(rows[0])

      return Subscriptions.of({
        create: Effect.fnUntraced(function* (given) {
          const at = yield* now
          const rows = yield* sql<Subscription>`INSERT INTO subscriptions
            (subscription_id, name, url, format, kinds, min_severity, secret, enabled, since_position, created_at, updated_at)
            SELECT ${given.subscriptionId}, ${given.name}, ${given.url}, ${given.format},
              ${JSON.stringify(given.kinds)}::json, ${given.minSeverity}, ${Redacted.value(given.secret)}, true,
              h.position, ${at}, ${at}
            FROM journal_head h WHERE (SELECT count(*) FROM subscriptions) < ${maxSubscriptions}
            RETURNING ${columns}`.pipe(orUnavailable)
          return yield* rows[0] === undefined
            ? new SubscriptionRefused({
                reason: `there are ${maxSubscriptions} subscriptions, as many as there may be`
              })
            : Effect.succeed(rows[0])
        }),
        get: (id) =>
          sql<Subscription>`SELECT ${columns} FROM subscriptions WHERE subscription_id = ${id}`.pipe(
            orUnavailable,
            Effect.flatMap(one(id))
          ),
        list: ({ after, limit }) =>
          sql<Subscription>`SELECT ${columns} FROM subscriptions
            WHERE ${sql.and(["true", ...createdBefore(sql, "subscription_id", after)])}
            ORDER BY created_at DESC, subscription_id DESC LIMIT ${limited(limit)}`.pipe(orUnavailable),
        change: Effect.fnUntraced(function* (id, { kinds, minSeverity, name, url }) {
          const at = yield* now
          return yield* sql<Subscription>`UPDATE subscriptions SET name = ${name}, url = ${url},
            kinds = ${JSON.stringify(kinds)}::json, min_severity = ${minSeverity}, updated_at = ${at}
            WHERE subscription_id = ${id} RETURNING ${columns}`.pipe(orUnavailable, Effect.flatMap(one(id)))
        }),
        enable: Effect.fnUntraced(function* (id, disabledReason) {
          const at = yield* now
          return yield* sql<Subscription>`UPDATE subscriptions SET enabled = ${disabledReason === null},
            disabled_reason = ${disabledReason}, failing_since = NULL, updated_at = ${at}
            WHERE subscription_id = ${id} RETURNING ${columns}`.pipe(orUnavailable, Effect.flatMap(one(id)))
        }),
        changeSecret: Effect.fnUntraced(function* (id, secret) {
          const at = yield* now
          return yield* sql<Subscription>`UPDATE subscriptions SET secret = ${Redacted.value(secret)}, updated_at = ${at}
            WHERE subscription_id = ${id} RETURNING ${columns}`.pipe(orUnavailable, Effect.flatMap(one(id)))
        }),
        remove: (id) =>
          sql<Subscription>`DELETE FROM subscriptions WHERE subscription_id = ${id} RETURNING ${columns}`.pipe(
            orUnavailable,
            Effect.flatMap(one(id))
          ),
        secretOf: (id) =>
          sql<{ readonly secret: string }>`SELECT secret FROM subscriptions WHERE subscription_id = ${id}`.pipe(
            Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), ({ secret }) => Redacted.make(secret))),
            orUnavailable
          )
      })
    })
  )
}
