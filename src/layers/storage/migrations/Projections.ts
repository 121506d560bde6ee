import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { appendFunction } from "./Journal.ts"

/** The function by which `journal_append` writes the rows of one read model; `created_at` stays as first written. */
export const projection = (table: string, key: string, columns: ReadonlyArray<string>) => `
CREATE FUNCTION project_${table}(rows json, refused integer[]) RETURNS void
LANGUAGE sql SET jit = off AS $$
  INSERT INTO ${table} (${columns.join(", ")})
    SELECT ${columns.map((column) => `p.${column}`).join(", ")}
    FROM json_array_elements(rows) r, json_populate_record(NULL::${table}, r->'row') p
    WHERE r->>'table' = '${table}' AND (r->>'n')::integer <> ALL (refused)
  ON CONFLICT (${key}) DO UPDATE SET ${columns
    .filter((column) => column !== key && column !== "created_at")
    .map((column) => `${column} = EXCLUDED.${column}`)
    .join(", ")}
$$`

/** The columns of a read model by their names, and those that all have. */
const columnsOf = (names: string) => [...names.split(" "), "version", "created_at", "updated_at"]

const numbers = columnsOf(
  "e164 status country vendor order_id line vendor_order_id backorder_id inventory_error block_error"
)

const orders = columnsOf("order_id status subject generation detail requested ordered added blocked backordered")

const backorders = columnsOf(
  "backorder_id order_id line status reference vendor_order_id locality quantity received delivered " +
    "desired_due_at checked_at"
)

/** Each read model brings its own function, so that a new one leaves `journal_append` as it is. */
const projectEach = `
  FOR i IN 1 .. cardinality(tables) LOOP
    EXECUTE format('SELECT %I($1, $2)', 'project_' || tables[i]) USING rows, refused;
  END LOOP;`

export const projections = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(projection("numbers", "e164", numbers))
  yield* sql.unsafe(projection("orders", "order_id", orders))
  yield* sql.unsafe(projection("backorders", "backorder_id", backorders))
  yield* sql.unsafe(appendFunction(projectEach))
})
