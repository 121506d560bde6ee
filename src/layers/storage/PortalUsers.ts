import { Clock, Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { PortalRole, PortalUser } from "../../domain/access/PortalUser.ts"
import { maxPortalUsers, PortalUserRefused } from "../../domain/access/PortalUser.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { Found, NewUser } from "./portal/UserColumns.ts"
import { firstUser, userColumns } from "./portal/UserColumns.ts"
import type { CreatedBefore } from "./RowQueries.ts"
import { createdBefore, limited, orUnavailable } from "./RowQueries.ts"

type Maybe<A> = Effect.Effect<Option.Option<A>, JournalUnavailable>

/** What a change makes of an account. */
export interface ChangedUser {
  readonly role: PortalRole
  readonly clientId: string | null
  readonly isActive: boolean
}

export interface Credentials {
  readonly user: PortalUser
  /** Null: no password was set yet. */
  readonly passwordHash: string | null
}

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

const makeQueries = (sql: SqlClient.SqlClient) => {
  const columns = userColumns(sql)
  return {
    get: (userId: string) =>
      sql<PortalUser>`SELECT ${columns} FROM portal_users u WHERE u.user_id = ${userId}`.pipe(
        orUnavailable,
        Effect.map(firstUser)
      ),
    list: (query: { readonly clientId: string | null; readonly after: CreatedBefore | null; readonly limit: number }) =>
      sql<PortalUser>`SELECT ${columns} FROM portal_users u
        WHERE ${sql.and([
          query.clientId === null ? sql`true` : sql`client_id = ${query.clientId}`,
          ...createdBefore(sql, "user_id", query.after)
        ])}
        ORDER BY u.created_at DESC, u.user_id DESC LIMIT ${limited(query.limit)}`.pipe(orUnavailable),
    credentials: (condition: { readonly email: string } | { readonly userId: string }) =>
      sql<PortalUser & { readonly hash: string | null }>`SELECT ${columns}, u.password_hash AS hash FROM portal_users u
        WHERE ${"email" in condition ? sql`u.email = ${condition.email}` : sql`u.user_id = ${condition.userId}`}`.pipe(
        Effect.map(([row]) =>
          Option.map(Option.fromUndefinedOr(row), ({ hash, ...user }): Credentials => ({ user, passwordHash: hash }))
        ),
        orUnavailable
      )
  }
}

const makeChanges = (sql: SqlClient.SqlClient) => {
  const columns = userColumns(sql)
  // All admins are locked, in one order, so that two who take one away at the same time wait for each other and the second
  // counts again. A condition in place of the FILTER would leave the target out of that order, and they could deadlock.
  const otherAdmins = (userId: string) => sql`SELECT count(*) FILTER (WHERE a.user_id <> ${userId})
    FROM (SELECT user_id FROM portal_users WHERE role = 'admin' AND is_active ORDER BY user_id FOR UPDATE) a`
  const unlessLast = (userId: string, losesAdmin: boolean) =>
    losesAdmin ? sql`(${otherAdmins(userId)}) > 0` : sql`true`

  return {
    hasOtherAdmin: (userId: string) =>
      sql`SELECT 1 FROM portal_users WHERE role = 'admin' AND is_active AND user_id <> ${userId} LIMIT 1`.pipe(
        orUnavailable,
        Effect.map((rows) => rows.length > 0)
      ),
    create: Effect.fnUntraced(function* ({ clientId, email, role, userId }: NewUser) {
      const at = yield* now
      const rows = yield* sql<PortalUser>`INSERT INTO portal_users AS u
        (user_id, email, role, client_id, is_active, version, created_at, updated_at)
        SELECT ${userId}, ${email}, ${role}, ${clientId}, true, 1, ${at}, ${at}
        WHERE (SELECT count(*) FROM portal_users) < ${maxPortalUsers}
        ON CONFLICT (email) DO NOTHING RETURNING ${columns}`.pipe(orUnavailable)
      if (rows[0] !== undefined) return rows[0]
      const taken = yield* sql`SELECT 1 FROM portal_users WHERE email = ${email}`.pipe(orUnavailable)
      return yield* new PortalUserRefused({ reason: taken.length > 0 ? "email-taken" : "too-many" })
    }),
    change: Effect.fnUntraced(function* ({ userId, version }: Found, to: ChangedUser, losesAdmin: boolean) {
      const at = yield* now
      const rows = yield* sql<PortalUser>`WITH changed AS (
          UPDATE portal_users SET role = ${to.role}, client_id = ${to.clientId}, is_active = ${to.isActive},
            version = version + 1, updated_at = ${at}
          WHERE user_id = ${userId} AND version = ${version} AND ${unlessLast(userId, losesAdmin)} RETURNING *
        ), over AS (
          UPDATE portal_sessions SET revoked_at = ${at}
          WHERE revoked_at IS NULL AND user_id IN (SELECT user_id FROM changed WHERE NOT is_active)
        ) SELECT ${columns} FROM changed u`.pipe(orUnavailable)
      return firstUser(rows)
    }),
    remove: ({ userId, version }: Found, losesAdmin: boolean) =>
      sql<PortalUser>`DELETE FROM portal_users u
        WHERE u.user_id = ${userId} AND u.version = ${version} AND ${unlessLast(userId, losesAdmin)}
        RETURNING ${columns}`.pipe(orUnavailable, Effect.map(firstUser)),
    rehash: (userId: string, before: string, after: string) =>
      sql`UPDATE portal_users SET password_hash = ${after}
        WHERE user_id = ${userId} AND password_hash = ${before}`.pipe(Effect.asVoid, orUnavailable)
  }
}

/** The accounts of the portal's people. Passwords' hashes leave through `credentials` alone. */
export class PortalUsers extends Context.Service<
  PortalUsers,
  {
    readonly create: (user: NewUser) => Effect.Effect<PortalUser, PortalUserRefused | JournalUnavailable>
    readonly get: (userId: string) => Maybe<PortalUser>
    /** Newest first; at most 201. Null: of all clients. */
    readonly list: (query: {
      readonly clientId: string | null
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<PortalUser>, JournalUnavailable>
    readonly credentials: (condition: { readonly email: string } | { readonly userId: string }) => Maybe<Credentials>
    /** Whether another admin can log in, as far as can be told without a lock. */
    readonly hasOtherAdmin: (userId: string) => Effect.Effect<boolean, JournalUnavailable>
    /**
     * Ends the sessions of one who may not log in any more. None: the account is not what was found any more, or
     * `losesAdmin` and there is no other admin.
     */
    readonly change: (found: Found, to: ChangedUser, losesAdmin: boolean) => Maybe<PortalUser>
    /** With sessions and all. None: as for a change. */
    readonly remove: (found: Found, losesAdmin: boolean) => Maybe<PortalUser>
    /** Keeps the same password under a hash of today's cost. */
    readonly rehash: (userId: string, before: string, after: string) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/layers/storage/PortalUsers") {
  static readonly layer: Layer.Layer<PortalUsers, never, SqlClient.SqlClient> = Layer.effect(
    PortalUsers,
    Effect.map(SqlClient.SqlClient, (sql) => PortalUsers.of({ ...makeQueries(sql), ...makeChanges(sql) }))
  )
}
