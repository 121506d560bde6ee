import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { MessageDomain, MessageDomainChoice } from "../../domain/messaging/MessageDomain.ts"
import { maxMessageDomains, MessageDomainRefused, MessageDomainUnknown } from "../../domain/messaging/MessageDomain.ts"
import { iso, limited, orUnavailable } from "./RowQueries.ts"

/** A domain whose messages are being delivered, and what they are signed with. */
export interface MessageRoute extends MessageDomainChoice {
  readonly domain: string
  readonly secret: string
}

type Found = Effect.Effect<MessageDomain, MessageDomainUnknown | JournalUnavailable>

interface PutDomain {
  readonly domain: string
  readonly choice: MessageDomainChoice
  readonly by: string
  /** Null: a domain that is there keeps its secret, and a new one is refused. */
  readonly secret: Redacted.Redacted | null
}

const columnsOf = (sql: SqlClient.SqlClient) => sql`domain, json_build_object('kind', kind, 'url', url) AS destination,
  enabled, retention_days AS "retentionDays", max_attempts AS "maxAttempts",
  first_retry_seconds AS "firstRetrySeconds", max_retry_seconds AS "maxRetrySeconds",
  ${iso(sql, "created_at")} AS "createdAt", ${iso(sql, "updated_at")} AS "updatedAt", changed_by AS "changedBy"`

const putStatement = (sql: SqlClient.SqlClient, { by, choice, domain, secret }: PutDomain, at: Date) => {
  const { destination, enabled, firstRetrySeconds, maxAttempts, maxRetrySeconds, retentionDays } = choice
  const key = secret === null ? null : Redacted.value(secret)
  return sql<MessageDomain>`INSERT INTO message_domains AS d
      (domain, kind, url, enabled, retention_days, max_attempts, first_retry_seconds, max_retry_seconds, secret,
        created_at, updated_at, changed_by)
    SELECT ${domain}, ${destination.kind}, ${destination.url}, ${enabled}, ${retentionDays}, ${maxAttempts},
      ${firstRetrySeconds}, ${maxRetrySeconds},
      coalesce(${key}::text, (SELECT secret FROM message_domains WHERE domain = ${domain})), ${at}, ${at}, ${by}
    WHERE (SELECT count(*) FROM message_domains WHERE domain <> ${domain}) < ${maxMessageDomains}
    ON CONFLICT (domain) DO UPDATE SET kind = EXCLUDED.kind, url = EXCLUDED.url, enabled = EXCLUDED.enabled,
      retention_days = EXCLUDED.retention_days, max_attempts = EXCLUDED.max_attempts,
      first_retry_seconds = EXCLUDED.first_retry_seconds, max_retry_seconds = EXCLUDED.max_retry_seconds,
      secret = EXCLUDED.secret, updated_at = EXCLUDED.updated_at, changed_by = EXCLUDED.changed_by
    RETURNING ${columnsOf(sql)}`
}

/** Where messages go. Secrets go in and come out for signing alone. */
export class MessageDomains extends Context.Service<
  MessageDomains,
  {
    readonly get: (domain: string) => Found
    /** By name; at most 201. */
    readonly list: (query: {
      readonly after: string | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<MessageDomain>, JournalUnavailable>
    /** Makes the domain, or makes it as it is given. */
    readonly put: (domain: PutDomain) => Effect.Effect<MessageDomain, MessageDomainRefused | JournalUnavailable>
    readonly changeSecret: (domain: string, secret: Redacted.Redacted, by: string) => Found
    /** Its messages stay, and wait until there is such a domain again. */
    readonly remove: (domain: string) => Found
    /** All that are enabled. */
    readonly routes: Effect.Effect<ReadonlyArray<MessageRoute>, JournalUnavailable>
  }
>()("tandem/layers/storage/MessageDomains") {
  static readonly layer: Layer.Layer<MessageDomains, never, SqlClient.SqlClient> = Layer.effect(
    MessageDomains,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = columnsOf(sql)
      const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))
      const one = (domain: string) => (rows: ReadonlyArray<MessageDomain>) =>
        rows[0] === undefined ? Effect.fail(new MessageDomainUnknown({ domain })) : Effect.succeed(rows[0])

      return MessageDomains.of({
        get: (domain) =>
          sql<MessageDomain>`SELECT ${columns} FROM message_domains WHERE domain = ${domain}`.pipe(
            orUnavailable,
            Effect.flatMap(one(domain))
          ),
        list: ({ after, limit }) =>
          sql<MessageDomain>`SELECT ${columns} FROM message_domains
            WHERE domain > ${after ?? ""} ORDER BY domain LIMIT ${limited(limit)}`.pipe(orUnavailable),
        put: Effect.fnUntraced(function* (given) {
          const rows = yield* putStatement(sql, given, yield* now).pipe(orUnavailable)
          return yield* rows[0] === undefined
            ? new MessageDomainRefused({ reason: `there are ${maxMessageDomains} domains, as many as there may be` })
            : Effect.succeed(rows[0])
        }),
        changeSecret: Effect.fnUntraced(function* (domain, secret, by) {
          return yield* sql<MessageDomain>`UPDATE message_domains
            SET secret = ${Redacted.value(secret)}, updated_at = ${yield* now}, changed_by = ${by}
            WHERE domain = ${domain} RETURNING ${columns}`.pipe(orUnavailable, Effect.flatMap(one(domain)))
        }),
        remove: (domain) =>
          sql<MessageDomain>`DELETE FROM message_domains WHERE domain = ${domain} RETURNING ${columns}`.pipe(
            orUnavailable,
            Effect.flatMap(one(domain))
          ),
        routes: sql<MessageRoute>`SELECT ${columns}, secret FROM message_domains WHERE enabled
          ORDER BY domain LIMIT ${maxMessageDomains}`.pipe(orUnavailable)
      })
    })
  )
}
