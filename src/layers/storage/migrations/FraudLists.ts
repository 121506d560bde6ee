import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { projection } from "./Projections.ts"

const described = ["entry_id", "list", "kind", "value", "status", "reason", "source", "reference", "expires_at"]
const columns = [...described, "changed_by", "version", "created_at", "updated_at"]

/** Entries of the block and allow lists. Ids and values are compared by their bytes, so that prefixes can be looked up. */
export const fraudLists = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE list_entries (
    entry_id text COLLATE "C" PRIMARY KEY,
    list text NOT NULL,
    kind text NOT NULL,
    value text COLLATE "C" NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    reference text,
    expires_at timestamptz(3),
    changed_by text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL
  )`
  yield* sql`CREATE INDEX list_entries_value ON list_entries (list, value)`
  yield* sql`CREATE INDEX list_entries_active ON list_entries (entry_id) WHERE status = 'active'`
  yield* sql.unsafe(projection("list_entries", "entry_id", columns))
})
