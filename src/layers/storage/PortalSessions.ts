import { Clock, Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { PortalUser } from "../../domain/access/PortalUser.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { RefreshDigest } from "../access/OpaqueTokens.ts"
import type { Found } from "./portal/UserColumns.ts"
import { userColumns } from "./portal/UserColumns.ts"
import { orUnavailable } from "./RowQueries.ts"

/** Sessions that one user has at once; with one more the oldest ends. */
export const maxSessionsPerUser = 20

export interface NewSession extends RefreshDigest {
  readonly sessionId: string
  readonly source: string
  readonly expiresAtMillis: number
  /** Under which the attempts to log in are counted: they are forgotten. */
  readonly account: Uint8Array
}

export interface SessionOf {
  readonly sessionId: string
  readonly userId: string
}

export interface LiveSession {
  readonly sessionId: string
  readonly user: PortalUser
}

type Maybe<A> = Effect.Effect<Option.Option<A>, JournalUnavailable>

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

const live = (rows: ReadonlyArray<PortalUser & { readonly sessionId: string }>): Option.Option<LiveSession> =>
  Option.map(Option.fromUndefinedOr(rows[0]), ({ sessionId, ...user }) => ({ sessionId, user }))

const makeSessions = (sql: SqlClient.SqlClient) => {
  const columns = userColumns(sql)

  const endOldest = (userId: string, at: Date) =>
    sql`UPDATE portal_sessions SET revoked_at = ${at} WHERE session_id IN (
      SELECT session_id FROM portal_sessions WHERE user_id = ${userId} AND revoked_at IS NULL
      ORDER BY created_at DESC, session_id OFFSET ${maxSessionsPerUser})`.pipe(orUnavailable)

  return {
    open: Effect.fnUntraced(function* ({ userId, version }: Found, session: NewSession) {
      const at = yield* now
      const { account, expiresAtMillis, familyHash, sessionId, source, tokenHash } = session
      const rows = yield* sql<PortalUser>`WITH entered AS (
          UPDATE portal_users SET last_login_at = ${at}
          WHERE user_id = ${userId} AND version = ${version} AND is_active RETURNING *
        ), opened AS (
          INSERT INTO portal_sessions (session_id, user_id, family_hash, token_hash, source, created_at, expires_at)
          SELECT ${sessionId}, user_id, ${familyHash}::bytea, ${tokenHash}::bytea, ${source}, ${at}::timestamptz,
            ${new Date(expiresAtMillis)}::timestamptz FROM entered
        ), forgotten AS (
          DELETE FROM portal_login_attempts WHERE account = ${account} AND EXISTS (SELECT 1 FROM entered)
        ) SELECT ${columns} FROM entered u`.pipe(orUnavailable)
      if (rows[0] === undefined) return Option.none()
      yield* endOldest(userId, at)
      return Option.some(rows[0])
    }),
    rotate: Effect.fnUntraced(function* (used: RefreshDigest, next: RefreshDigest) {
      const at = yield* now
      return live(
        yield* sql<PortalUser & { readonly sessionId: string }>`UPDATE portal_sessions s
          SET token_hash = ${next.tokenHash} FROM portal_users u
          WHERE s.family_hash = ${used.familyHash} AND s.token_hash = ${used.tokenHash} AND s.revoked_at IS NULL
            AND s.expires_at > ${at} AND u.user_id = s.user_id AND u.is_active
          RETURNING s.session_id AS "sessionId", ${columns}`.pipe(orUnavailable)
      )
    }),
    endReused: Effect.fnUntraced(function* ({ familyHash, tokenHash }: RefreshDigest) {
      const at = yield* now
      const rows = yield* sql<SessionOf>`UPDATE portal_sessions SET revoked_at = ${at}
        WHERE family_hash = ${familyHash} AND token_hash <> ${tokenHash} AND revoked_at IS NULL
          AND expires_at > ${at}
        RETURNING session_id AS "sessionId", user_id AS "userId"`.pipe(orUnavailable)
      return Option.fromUndefinedOr(rows[0])
    }),
    end: Effect.fnUntraced(function* ({ familyHash }: RefreshDigest) {
      const at = yield* now
      const rows = yield* sql<SessionOf>`UPDATE portal_sessions SET revoked_at = ${at}
        WHERE family_hash = ${familyHash} AND revoked_at IS NULL AND expires_at > ${at}
        RETURNING session_id AS "sessionId", user_id AS "userId"`.pipe(orUnavailable)
      return Option.fromUndefinedOr(rows[0])
    }),
    find: Effect.fnUntraced(function* (sessionId: string, { userId, version }: Found) {
      const at = yield* now
      return live(
        yield* sql<PortalUser & { readonly sessionId: string }>`SELECT s.session_id AS "sessionId", ${columns}
          FROM portal_sessions s JOIN portal_users u USING (user_id)
          WHERE s.session_id = ${sessionId} AND s.revoked_at IS NULL AND s.expires_at > ${at}
            AND u.user_id = ${userId} AND u.version = ${version} AND u.is_active`.pipe(orUnavailable)
      )
    })
  }
}

/**
 * Who is logged in. A session is a family of refresh tokens, each good once (RFC 9700 §4.14.2): the row knows the last one,
 * and whoever shows another of the family has one that was used.
 */
export class PortalSessions extends Context.Service<
  PortalSessions,
  {
    /** None: the account is not what was found any more. */
    readonly open: (found: Found, session: NewSession) => Maybe<PortalUser>
    /** Puts the next token in the place of the last one. None: it is not the last one, or the session is over. */
    readonly rotate: (used: RefreshDigest, next: RefreshDigest) => Maybe<LiveSession>
    /** Ends the session of a token that is not its last one. None: it is not so, or was over. */
    readonly endReused: (used: RefreshDigest) => Maybe<SessionOf>
    readonly end: (token: RefreshDigest) => Maybe<SessionOf>
    /** The session with its user as it is now; none when it is over or the user is another than the token was made for. */
    readonly find: (sessionId: string, found: Found) => Maybe<LiveSession>
  }
>()("tandem/layers/storage/PortalSessions") {
  static readonly layer: Layer.Layer<PortalSessions, never, SqlClient.SqlClient> = Layer.effect(
    PortalSessions,
    Effect.map(SqlClient.SqlClient, (sql) => PortalSessions.of(makeSessions(sql)))
  )
}
