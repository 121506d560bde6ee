import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const tables = [
  // One row: the lock that gives commits their order, and the running seal over all of them.
  `CREATE TABLE journal_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    position bigint NOT NULL,
    seal text NOT NULL,
    probed_at timestamptz
  ) WITH (fillfactor = 10)`,
  `INSERT INTO journal_head (position, seal) VALUES (0, '')`,
  `CREATE TABLE journal_events (
    position bigint PRIMARY KEY,
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    version integer NOT NULL,
    event_type text NOT NULL,
    payload json NOT NULL,
    command_key text,
    request_id text,
    occurred_at timestamptz(3) NOT NULL,
    hash text NOT NULL,
    UNIQUE (entity_type, entity_id, version)
  )`,
  `CREATE TABLE journal_entities (
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    version integer NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (entity_type, entity_id)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE journal_commands (
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    command_key text NOT NULL,
    fingerprint text NOT NULL,
    reply text NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entity_type, entity_id, command_key)
  )`,
  `CREATE INDEX journal_commands_answered_at ON journal_commands (answered_at)`,
  // One row a commit: seals chain all events in their global order.
  `CREATE TABLE journal_seals (
    last_position bigint PRIMARY KEY,
    first_position bigint NOT NULL,
    seal text NOT NULL
  )`,
  `CREATE TABLE entity_wakes (
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (entity_type, entity_id)
  )`,
  `CREATE INDEX entity_wakes_due_at ON entity_wakes (due_at)`,
  `CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    command text NOT NULL,
    payload json NOT NULL,
    cause text NOT NULL,
    tries integer NOT NULL,
    parked_at timestamptz(3) NOT NULL,
    replayed_at timestamptz(3)
  )`
]

const upsert = (table: string, key: string, columns: ReadonlyArray<string>) => `
  IF '${table}' = ANY(tables) THEN
    INSERT INTO ${table} (${columns.join(", ")})
      SELECT ${columns.map((column) => `p.${column}`).join(", ")}
      FROM json_array_elements(rows) r, json_populate_record(NULL::${table}, r->'row') p
      WHERE r->>'table' = '${table}' AND (r->>'n')::integer <> ALL (refused)
    ON CONFLICT (${key}) DO UPDATE SET ${columns
      .filter((column) => column !== key && column !== "created_at")
      .map((column) => `${column} = EXCLUDED.${column}`)
      .join(", ")};
  END IF;`

const beforeProjections = `
CREATE OR REPLACE FUNCTION journal_append(
  at timestamptz,
  types text[], ids text[], expected integer[], heads integer[], hashes text[],
  -- Empty when the append has none.
  keys text[], prints text[], replies text[], requests text[],
  event_of integer[], event_versions integer[], event_types text[], event_payloads text[], event_hashes text[],
  -- Milliseconds, "never", or empty to leave the timer as it is; no array when no append has a word on it.
  wakes text[],
  tables text[], rows json
)
RETURNS TABLE (n integer, outcome text, version integer, reply text, fingerprint text)
LANGUAGE plpgsql SET jit = off SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  base bigint;
  old_seal text;
  refused integer[];
  written bigint;
  digest text;
BEGIN
  SELECT h.position, h.seal INTO base, old_seal FROM journal_head h FOR UPDATE;

  SELECT coalesce(array_agg(r.n), '{}') INTO refused
  FROM unnest(types, ids, expected, keys) WITH ORDINALITY AS r(type, id, expected, key, n)
  LEFT JOIN journal_entities e ON e.entity_type = r.type AND e.entity_id = r.id
  LEFT JOIN journal_commands c
    ON r.key <> '' AND c.entity_type = r.type AND c.entity_id = r.id AND c.command_key = r.key
  WHERE coalesce(e.version, 0) <> r.expected OR c.command_key IS NOT NULL;

  INSERT INTO journal_events
    (position, entity_type, entity_id, version, event_type, payload, command_key, request_id, occurred_at, hash)
  SELECT base + row_number() OVER (ORDER BY v.k), types[v.of], ids[v.of], v.version, v.type,
    v.payload::json, nullif(keys[v.of], ''), nullif(requests[v.of], ''), at, v.hash
  FROM unnest(event_of, event_versions, event_types, event_payloads, event_hashes)
    WITH ORDINALITY AS v(of, version, type, payload, hash, k)
  WHERE v.of <> ALL (refused);
  GET DIAGNOSTICS written = ROW_COUNT;

  INSERT INTO journal_entities AS e (entity_type, entity_id, version, hash)
    SELECT r.type, r.id, r.head, r.hash
    FROM unnest(types, ids, expected, heads, hashes) WITH ORDINALITY AS r(type, id, expected, head, hash, n)
    WHERE r.head > r.expected AND r.n <> ALL (refused)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET version = EXCLUDED.version, hash = EXCLUDED.hash;

  INSERT INTO journal_commands (entity_type, entity_id, command_key, fingerprint, reply)
    SELECT r.type, r.id, r.key, r.print, r.reply
    FROM unnest(types, ids, keys, prints, replies) WITH ORDINALITY AS r(type, id, key, print, reply, n)
    WHERE r.key <> '' AND r.n <> ALL (refused);

  IF cardinality(wakes) > 0 THEN
    INSERT INTO entity_wakes (entity_type, entity_id, due_at)
      SELECT r.type, r.id, to_timestamp(r.wake::double precision / 1000)
      FROM unnest(types, ids, wakes) WITH ORDINALITY AS r(type, id, wake, n)
      WHERE r.wake ~ '^[0-9]' AND r.n <> ALL (refused)
    ON CONFLICT (entity_type, entity_id) DO UPDATE SET due_at = EXCLUDED.due_at;
    DELETE FROM entity_wakes w
      USING unnest(types, ids, wakes) WITH ORDINALITY AS r(type, id, wake, n)
      WHERE r.wake = 'never' AND w.entity_type = r.type AND w.entity_id = r.id
        AND r.n <> ALL (refused);
  END IF;
`

const afterProjections = `
  IF written > 0 THEN
    SELECT string_agg(v.hash, '' ORDER BY v.k) INTO digest
    FROM unnest(event_of, event_hashes) WITH ORDINALITY AS v(of, hash, k)
    WHERE v.of <> ALL (refused);
    old_seal := encode(sha256(convert_to(old_seal || digest, 'UTF8')), 'hex');
    INSERT INTO journal_seals (last_position, first_position, seal) VALUES (base + written, base + 1, old_seal);
    UPDATE journal_head SET position = base + written, seal = old_seal;
  END IF;

  IF cardinality(refused) > 0 THEN
    RETURN QUERY
      SELECT r.n::integer, CASE WHEN c.command_key IS NOT NULL THEN 'answered' ELSE 'conflict' END,
        coalesce(e.version, 0), c.reply, c.fingerprint
      FROM unnest(types, ids, keys) WITH ORDINALITY AS r(type, id, key, n)
      LEFT JOIN journal_commands c
        ON r.key <> '' AND c.entity_type = r.type AND c.entity_id = r.id AND c.command_key = r.key
      LEFT JOIN journal_entities e ON e.entity_type = r.type AND e.entity_id = r.id
      WHERE r.n = ANY(refused);
  END IF;
END $$`

/**
 * One call commits many appends and returns those that it refused: keys that were answered before, versions that have
 * moved on. It holds the head's row lock meanwhile, which gives commits their order. Being one statement, it leaves no
 * lock behind when its caller freezes or dies. Appends and events come as columns, since Postgres takes arrays apart
 * several times faster than JSON; an append is named by its place, from 1.
 */
export const appendFunction = (project: string): string => `${beforeProjections}  ${project}
${afterProjections}`

const firstReadModels = [
  upsert("numbers", "e164", [
    "e164",
    "status",
    "country",
    "vendor",
    "order_id",
    "line",
    "vendor_order_id",
    "backorder_id",
    "inventory_error",
    "block_error",
    "version",
    "created_at",
    "updated_at"
  ]),
  upsert("orders", "order_id", [
    "order_id",
    "status",
    "subject",
    "generation",
    "detail",
    "requested",
    "ordered",
    "added",
    "blocked",
    "backordered",
    "version",
    "created_at",
    "updated_at"
  ]),
  upsert("backorders", "backorder_id", [
    "backorder_id",
    "order_id",
    "line",
    "status",
    "reference",
    "vendor_order_id",
    "locality",
    "quantity",
    "received",
    "delivered",
    "desired_due_at",
    "checked_at",
    "version",
    "created_at",
    "updated_at"
  ])
].join("\n")

/** The journal and what is written together with it. */
export const journal = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of [...tables, appendFunction(firstReadModels)]) yield* sql.unsafe(statement)
})
