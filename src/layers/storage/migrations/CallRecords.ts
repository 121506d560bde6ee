import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Texts are compared byte by byte, which is what indexes of numbers and ids need. There is no default partition: a call of
 * a day that has none fails loudly, and `calls_partition` makes it.
 */
const calls = `
CREATE TABLE calls (
  started_at timestamptz(3) NOT NULL,
  answered_at timestamptz(3),
  ended_at timestamptz(3),
  cdr_at timestamptz(3),
  cdr_receipt bigint,
  ring_ms integer,
  duration_ms integer,
  sip_code integer,
  source_group integer NOT NULL,
  rules_version integer,
  latency_us integer,
  score real,
  scored boolean NOT NULL,
  degraded boolean NOT NULL,
  flagged boolean NOT NULL,
  masked boolean NOT NULL,
  unchecked boolean,
  call_id text COLLATE "C" NOT NULL,
  a_number text COLLATE "C" NOT NULL,
  b_number text COLLATE "C" NOT NULL,
  asserted text COLLATE "C" NOT NULL,
  display text COLLATE "C" NOT NULL,
  user_agent text COLLATE "C" NOT NULL,
  source_ip text COLLATE "C" NOT NULL,
  gateway_id text COLLATE "C" NOT NULL,
  carrier_id text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  attestation text COLLATE "C" NOT NULL,
  action text COLLATE "C",
  findings json,
  listed json
) PARTITION BY RANGE (started_at)`

const indexes = [
  `CREATE INDEX calls_started_at ON calls (started_at)`,
  `CREATE INDEX calls_b_number ON calls (b_number, started_at)`,
  `CREATE INDEX calls_a_number ON calls (a_number, started_at)`,
  `CREATE INDEX calls_flagged ON calls (started_at) WHERE flagged`
]

/**
 * Makes the partition of a UTC day, once. A partition is made aside and attached, which stops neither readers nor writers.
 * Half of each page is left free, so that the CDR's update of a row stays on its page and touches no index. A call id is
 * there once a day at most.
 */
const partition = `
CREATE FUNCTION calls_partition(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  part text := 'calls_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
  IF day NOT BETWEEN (now() AT TIME ZONE 'UTC')::date - 3660 AND (now() AT TIME ZONE 'UTC')::date + 31 THEN
    RAISE EXCEPTION 'no calls are kept of %', day USING ERRCODE = 'check_violation';
  END IF;
  PERFORM pg_advisory_xact_lock({calls}, 0);
  IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE calls INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 50)', part);
  EXECUTE format('CREATE UNIQUE INDEX ON %I (call_id)', part);
  EXECUTE format('ALTER TABLE calls ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    part, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
  RETURN true;
END $$`

/**
 * Any fixed number: it names the advisory locks of call records ("call" in ASCII). Lock 0 is for making partitions; with
 * lock 1 one writer at a time keeps two nodes from writing one call twice.
 */
const lockKey = 0x63616c6c

/** Neither a scan of a day nor a hash of it is ever right for a thousand calls, whatever the statistics say. */
const settings = `SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_bitmapscan = off`

const words = (text: string): ReadonlyArray<string> => text.split(" ")

/** What is known of a call before it begins, in the order of the functions' parameters. */
const attemptColumns = words(
  "source_group call_id a_number b_number asserted display user_agent source_ip gateway_id carrier_id region attestation"
)

const verdictColumns = words("action score degraded flagged masked rules_version latency_us findings listed")

const endColumns = words("answered_after_ms ended_after_ms ring_ms duration_ms sip_code unchecked")

const attemptParameters = `source_groups integer[], ids text[], a_numbers text[], b_numbers text[], asserteds text[],
  displays text[], user_agents text[], source_ips text[], gateway_ids text[], carrier_ids text[], regions text[],
  attestations text[]`

const attemptArrays = `source_groups, ids, a_numbers, b_numbers, asserteds, displays, user_agents, source_ips, gateway_ids,
    carrier_ids, regions, attestations`

const places = (count: number) => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ")

const near = `c.started_at >= %2$L AND c.started_at < %3$L`

/**
 * The given calls, each with the row that it has already: the nearest of those with its id that started a day before or
 * after it, at most. Since it looks at three days, `%1$L` is the day's first instant, `%2$L` that of the day before, and
 * `%3$L` the end of the day after.
 */
const matched = (arrays: number, columns: ReadonlyArray<string>) => `matched AS MATERIALIZED (
    SELECT g.*, r.started_at AS row_at, r.scored AS row_scored, r.cdr_at AS row_cdr_at, r.cdr_receipt AS row_receipt
    FROM (
      SELECT u.*, %1$L::timestamptz + u.after_ms * interval '1 millisecond' AS at
      FROM unnest(${places(arrays)}) WITH ORDINALITY AS u(after_ms, ${columns.join(", ")}, n)
    ) g
    LEFT JOIN LATERAL (
      SELECT c.started_at, c.scored, c.cdr_at, c.cdr_receipt FROM calls c
      WHERE c.call_id = g.call_id AND ${near}
        AND c.started_at BETWEEN g.at - interval '1 day' AND g.at + interval '1 day'
      ORDER BY greatest(c.started_at - g.at, g.at - c.started_at) LIMIT 1
    ) r ON true
  )`

const bounds = `day || ' 00:00:00+00', (day - 1) || ' 00:00:00+00', (day + 2) || ' 00:00:00+00'`

const attempts = `
CREATE FUNCTION calls_record_attempts(
  day date, after_ms integer[], ${attemptParameters},
  -- A score comes in millionths; findings and listed are JSON, empty when there are none.
  actions text[], scores integer[], degradeds boolean[], flaggeds boolean[], maskeds boolean[], rules_versions integer[],
  latencies_us integer[], findingses text[], listeds text[]
) RETURNS void LANGUAGE plpgsql ${settings} AS $f$
BEGIN
  -- Verdicts may be lost by a crash of the database: the call has passed already.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock({calls}, 1);
  PERFORM calls_partition(day);
  EXECUTE format($q$
  WITH ${matched(22, [...attemptColumns, ...verdictColumns])},
  judged AS (
    UPDATE calls c SET scored = true, action = m.action, score = m.score / 1e6, degraded = m.degraded,
      flagged = m.flagged, masked = m.masked, rules_version = m.rules_version, latency_us = m.latency_us,
      findings = nullif(m.findings, '')::json, listed = nullif(m.listed, '')::json,
      asserted = coalesce(nullif(c.asserted, ''), m.asserted), display = coalesce(nullif(c.display, ''), m.display),
      user_agent = coalesce(nullif(c.user_agent, ''), m.user_agent),
      attestation = CASE WHEN c.attestation = 'unchecked' THEN m.attestation ELSE c.attestation END
    FROM matched m
    WHERE m.row_scored = false AND c.call_id = m.call_id AND c.started_at = m.row_at AND ${near}
  )
  INSERT INTO calls (started_at, ${attemptColumns.join(", ")}, scored, action, score, degraded, flagged, masked,
    rules_version, latency_us, findings, listed)
  SELECT m.at, ${attemptColumns.map((column) => `m.${column}`).join(", ")}, true, m.action, m.score / 1e6, m.degraded,
    m.flagged, m.masked, m.rules_version, m.latency_us, nullif(m.findings, '')::json, nullif(m.listed, '')::json
  FROM matched m WHERE m.row_at IS NULL
  $q$, ${bounds})
  USING after_ms, ${attemptArrays}, actions, scores, degradeds, flaggeds, maskeds, rules_versions, latencies_us,
    findingses, listeds;
END $f$`

const ends = `
CREATE FUNCTION calls_record_ends(
  -- Names the try: who sends the same again under the same receipt, since the answer was lost, is told the same again.
  receipt bigint, day date, after_ms integer[], ${attemptParameters},
  -- Milliseconds after the start; -1 when the call was never answered.
  answered_after_ms integer[], ended_after_ms integer[], rings_ms integer[], durations_ms integer[], sip_codes integer[],
  uncheckeds boolean[]
) RETURNS integer[] LANGUAGE plpgsql ${settings} AS $f$
DECLARE
  counted integer[];
BEGIN
  PERFORM pg_advisory_xact_lock({calls}, 1);
  PERFORM calls_partition(day);
  EXECUTE format($q$
  WITH ${matched(19, [...attemptColumns, ...endColumns])},
  told AS (
    SELECT m.*, m.at + nullif(m.answered_after_ms, -1) * interval '1 millisecond' AS answered_at,
      m.at + m.ended_after_ms * interval '1 millisecond' AS ended_at
    FROM matched m WHERE m.row_cdr_at IS NULL
  ),
  updated AS (
    UPDATE calls c SET answered_at = m.answered_at, ended_at = m.ended_at, ring_ms = m.ring_ms,
      duration_ms = m.duration_ms, sip_code = m.sip_code, unchecked = m.unchecked, cdr_at = now(), cdr_receipt = $20,
      gateway_id = coalesce(nullif(c.gateway_id, ''), m.gateway_id),
      carrier_id = coalesce(nullif(c.carrier_id, ''), m.carrier_id), region = coalesce(nullif(c.region, ''), m.region)
    FROM told m WHERE c.call_id = m.call_id AND c.started_at = m.row_at AND ${near}
  ),
  inserted AS (
    INSERT INTO calls (started_at, ${attemptColumns.join(", ")}, scored, degraded, flagged, masked,
      answered_at, ended_at, ring_ms, duration_ms, sip_code, unchecked, cdr_at, cdr_receipt)
    SELECT m.at, ${attemptColumns.map((column) => `m.${column}`).join(", ")}, false, false, false, false,
      m.answered_at, m.ended_at, m.ring_ms, m.duration_ms, m.sip_code, m.unchecked, now(), $20
    FROM told m WHERE m.row_at IS NULL
  )
  SELECT array_agg(m.n::integer) FROM matched m WHERE m.row_cdr_at IS NULL OR m.row_receipt = $20
  $q$, ${bounds})
  INTO counted
  USING after_ms, ${attemptArrays}, answered_after_ms, ended_after_ms, rings_ms, durations_ms, sip_codes, uncheckeds,
    receipt;
  RETURN coalesce(counted, '{}');
END $f$`

export const callRecords = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of [calls, ...indexes, partition, attempts, ends]) {
    yield* sql.unsafe(statement.replaceAll("{calls}", String(lockKey)))
  }
})
