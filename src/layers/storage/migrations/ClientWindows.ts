import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * How much clients have asked within their minutes, over all nodes. Not logged: a crash of the database gives every client a
 * new minute, and no request waits for a disk.
 */
export const clientWindows = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE UNLOGGED TABLE client_windows (
    client_id text COLLATE "C" PRIMARY KEY,
    started_at timestamptz(3) NOT NULL,
    taken integer NOT NULL,
    -- What the last node that asked was given.
    given integer NOT NULL
  ) WITH (fillfactor = 50)`
})
