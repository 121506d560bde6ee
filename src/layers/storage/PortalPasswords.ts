import { Clock, Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { Found } from "./portal/UserColumns.ts"
import { orUnavailable } from "./RowQueries.ts"

/** Tokens that one user may be sent in an hour when anybody may ask for them. */
export const maxResetsPerHour = 3

const hourMillis = 3_600_000

export interface NewReset {
  readonly tokenHash: Uint8Array
  readonly expiresAtMillis: number
  /** Whether not more than {@link maxResetsPerHour} are made. */
  readonly isLimited: boolean
}

export interface PasswordChange {
  readonly passwordHash: string
  /** Under which the attempts to log in are counted: they are forgotten. */
  readonly account: Uint8Array
}

export interface ResetOwner {
  readonly userId: string
  readonly email: string
}

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

const makePasswords = (sql: SqlClient.SqlClient) => {
  /** What follows from a new password, in the same statement: all sessions and other tokens end, a lock is lifted. */
  const afterwards = (account: Uint8Array, at: Date) => sql`over AS (
      UPDATE portal_sessions SET revoked_at = ${at} WHERE revoked_at IS NULL AND user_id IN (SELECT user_id FROM changed)
    ), forgotten AS (
      DELETE FROM portal_login_attempts WHERE account = ${account} AND EXISTS (SELECT 1 FROM changed)
    ) SELECT user_id AS "userId" FROM changed`

  return {
    makeReset: Effect.fnUntraced(function* ({ userId, version }: Found, reset: NewReset) {
      const at = yield* now
      const since = new Date(at.getTime() - hourMillis)
      const rows = yield* sql`INSERT INTO portal_password_resets
          (token_hash, user_id, user_version, created_at, expires_at)
        SELECT ${reset.tokenHash}::bytea, user_id, version, ${at}::timestamptz,
          ${new Date(reset.expiresAtMillis)}::timestamptz
        FROM portal_users u WHERE user_id = ${userId} AND version = ${version} AND is_active AND (${!reset.isLimited}
          OR (SELECT count(*) FROM portal_password_resets r WHERE r.user_id = u.user_id AND r.created_at > ${since})
            < ${maxResetsPerHour})
        RETURNING user_id`.pipe(orUnavailable)
      return rows.length > 0
    }),
    ownerOfReset: Effect.fnUntraced(function* (tokenHash: Uint8Array) {
      const at = yield* now
      const rows = yield* sql<ResetOwner>`SELECT u.user_id AS "userId", u.email
        FROM portal_password_resets r JOIN portal_users u USING (user_id)
        WHERE r.token_hash = ${tokenHash} AND r.used_at IS NULL AND r.expires_at > ${at}
          AND u.version = r.user_version AND u.is_active`.pipe(orUnavailable)
      return Option.fromUndefinedOr(rows[0])
    }),
    useReset: Effect.fnUntraced(function* (tokenHash: Uint8Array, { account, passwordHash }: PasswordChange) {
      const at = yield* now
      const rows = yield* sql<{ readonly userId: string }>`WITH used AS (
          UPDATE portal_password_resets SET used_at = ${at}
          WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${at} RETURNING user_id, user_version
        ), changed AS (
          UPDATE portal_users u SET password_hash = ${passwordHash}, version = u.version + 1, updated_at = ${at}
          FROM used WHERE u.user_id = used.user_id AND u.version = used.user_version AND u.is_active RETURNING u.user_id
        ), ${afterwards(account, at)}`.pipe(orUnavailable)
      return Option.fromUndefinedOr(rows[0]?.userId)
    }),
    change: Effect.fnUntraced(function* ({ userId, version }: Found, { account, passwordHash }: PasswordChange) {
      const at = yield* now
      const rows = yield* sql`WITH changed AS (
          UPDATE portal_users SET password_hash = ${passwordHash}, version = version + 1, updated_at = ${at}
          WHERE user_id = ${userId} AND version = ${version} AND is_active RETURNING user_id
        ), ${afterwards(account, at)}`.pipe(orUnavailable)
      return rows.length > 0
    })
  }
}

/** New passwords, and the tokens with which they are set. With the account's version old tokens end, too. */
export class PortalPasswords extends Context.Service<
  PortalPasswords,
  {
    /** False: the account is not what was found any more, may not log in, or was sent as many as may be. */
    readonly makeReset: (found: Found, reset: NewReset) => Effect.Effect<boolean, JournalUnavailable>
    /** Whose password may be set with the token now. */
    readonly ownerOfReset: (tokenHash: Uint8Array) => Effect.Effect<Option.Option<ResetOwner>, JournalUnavailable>
    /** Sets the password and ends all sessions; whose it is. None: the token is no good any more. */
    readonly useReset: (
      tokenHash: Uint8Array,
      change: PasswordChange
    ) => Effect.Effect<Option.Option<string>, JournalUnavailable>
    /** Sets the password and ends all sessions. False: the account is not what was found any more. */
    readonly change: (found: Found, change: PasswordChange) => Effect.Effect<boolean, JournalUnavailable>
  }
>()("tandem/layers/storage/PortalPasswords") {
  static readonly layer: Layer.Layer<PortalPasswords, never, SqlClient.SqlClient> = Layer.effect(
    PortalPasswords,
    Effect.map(SqlClient.SqlClient, (sql) => PortalPasswords.of(makePasswords(sql)))
  )
}
