import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** People who log in to the portal. Tokens are kept as SHA-256 alone, so that nobody can log in with what is here. */
export const portalUsers = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE portal_users (
    user_id text COLLATE "C" PRIMARY KEY,
    -- In lower case.
    email text COLLATE "C" NOT NULL UNIQUE,
    -- Argon2id in the PHC string format; null until the first password is set.
    password_hash text,
    role text NOT NULL,
    client_id text,
    is_active boolean NOT NULL,
    version integer NOT NULL,
    last_login_at timestamptz(3),
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    CHECK (role <> 'user' OR client_id IS NOT NULL)
  )`
  yield* sql`CREATE INDEX portal_users_created ON portal_users (created_at, user_id)`
  yield* sql`CREATE INDEX portal_users_admins ON portal_users (user_id) WHERE role = 'admin'`
  // One row is a family of refresh tokens, of which the last one alone is good.
  yield* sql`CREATE TABLE portal_sessions (
    session_id text COLLATE "C" PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL REFERENCES portal_users ON DELETE CASCADE,
    -- What all tokens of the family begin with, and what the last one ends with.
    family_hash bytea NOT NULL UNIQUE,
    token_hash bytea NOT NULL,
    source text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    revoked_at timestamptz(3)
  ) WITH (fillfactor = 80)`
  yield* sql`CREATE INDEX portal_sessions_user ON portal_sessions (user_id, created_at) WHERE revoked_at IS NULL`
  yield* sql`CREATE INDEX portal_sessions_over ON portal_sessions (expires_at)`
  yield* sql`CREATE TABLE portal_password_resets (
    token_hash bytea PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL REFERENCES portal_users ON DELETE CASCADE,
    -- The account's when it was made: whoever has another role since then is not whom it was made for.
    user_version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    used_at timestamptz(3)
  )`
  yield* sql`CREATE INDEX portal_password_resets_user ON portal_password_resets (user_id, created_at)`
  yield* sql`CREATE INDEX portal_password_resets_over ON portal_password_resets (expires_at)`
  // Of addresses that nobody has, too; by their digests, for people mistype their passwords there.
  yield* sql`CREATE TABLE portal_login_attempts (
    account bytea PRIMARY KEY,
    attempts json NOT NULL,
    locked_until timestamptz(3),
    touched_at timestamptz(3) NOT NULL
  ) WITH (fillfactor = 80)`
  yield* sql`CREATE INDEX portal_login_attempts_touched ON portal_login_attempts (touched_at)`
})
