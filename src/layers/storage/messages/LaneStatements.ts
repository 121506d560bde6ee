/**
 * SQL of the lanes. Numbers travel as arrays of text: the driver takes an array of bigint only when all of its elements
 * are great, or none.
 */

/** Says that this courier is alive, and how many are. `$1` owner, `$2` seconds of a lease. */
export const seenStatement = `WITH me AS (
    INSERT INTO message_couriers (owner, seen_at) VALUES ($1, now())
    ON CONFLICT (owner) DO UPDATE SET seen_at = now()),
  gone AS (DELETE FROM message_couriers WHERE owner <> $1 AND seen_at <= now() - make_interval(secs => $2))
  SELECT 1 + count(*)::integer AS couriers FROM message_couriers
  WHERE owner <> $1 AND seen_at > now() - make_interval(secs => $2)`

/**
 * Keeps what is held, also when its lease was over and nobody came: then nothing has changed meanwhile. Locks in the order
 * of the lanes, as the writing of outcomes does. `$1` owner, `$2` seconds of a lease.
 */
export const renewStatement = `WITH mine AS MATERIALIZED (
    SELECT lane FROM message_lanes WHERE owner = $1 ORDER BY lane FOR NO KEY UPDATE)
  UPDATE message_lanes l SET expires_at = now() + make_interval(secs => $2)
  FROM mine WHERE l.lane = mine.lane RETURNING l.lane::integer AS lane, l.epoch::double precision AS epoch`

/** Takes lanes that nobody holds, under a new epoch. `$1` owner, `$2` seconds of a lease, `$3` how many. */
export const claimStatement = `WITH free AS MATERIALIZED (
    SELECT lane FROM message_lanes WHERE owner IS NULL OR expires_at < now()
    ORDER BY lane LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE message_lanes l SET owner = $1, epoch = l.epoch + 1, expires_at = now() + make_interval(secs => $2)
  FROM free WHERE l.lane = free.lane RETURNING l.lane::integer AS lane, l.epoch::double precision AS epoch`

/** Gives lanes back. `$1` lanes, `$2` their epochs. */
export const releaseStatement = `UPDATE message_lanes l SET owner = NULL, expires_at = NULL
  FROM unnest($1::text[]::smallint[], $2::text[]::bigint[]) AS g(lane, epoch)
  WHERE l.lane = g.lane AND l.epoch = g.epoch`

export const leaveStatement = "DELETE FROM message_couriers WHERE owner = $1"

/**
 * The oldest messages of each lane that are neither known nor to be left out, with how far the table reached. `$1` lanes,
 * `$2` the seq after which each begins, `$3` how many of each, `$4` domains, `$5` seqs that are known, `$6` senders to
 * leave out, each as its domain, a blank and its hash.
 */
export const loadStatement = `SELECT h.head, h."oldestOpen", h."firstToCome", h.replays, m.* FROM (
    SELECT coalesce((SELECT max(seq) FROM messages), 0)::double precision AS head,
      pg_snapshot_xmin(pg_current_snapshot())::text::double precision AS "oldestOpen",
      pg_snapshot_xmax(pg_current_snapshot())::text::double precision AS "firstToCome",
      -- A sequence that was never asked stands where its first number will be.
      (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM message_replays)::double precision AS replays) h
  LEFT JOIN (
    SELECT w.* FROM unnest($1::text[]::smallint[], $2::text[]::bigint[], $3::text[]::integer[]) AS l(lane, after, room)
    CROSS JOIN LATERAL (
      SELECT m.lane::integer AS lane, m.seq::double precision AS seq, m.message_id::text AS "messageId",
        m.client_id AS "clientId", m.domain, encode(m.sender_hash, 'hex') AS sender,
        m.key_version::integer AS "keyVersion", m.body,
        (extract(epoch FROM m.due_at) * 1000)::double precision AS "dueAtMillis",
        (extract(epoch FROM m.queued_at) * 1000)::double precision AS "queuedAtMillis"
      FROM messages m
      WHERE m.lane = l.lane AND m.seq > l.after AND m.status IN ('queued', 'processing') AND m.domain = ANY($4::text[])
        AND m.seq <> ALL($5::text[]::bigint[])
        AND m.domain || ' ' || encode(m.sender_hash, 'hex') <> ALL($6::text[])
      ORDER BY m.seq LIMIT l.room) w) m ON true
  ORDER BY m.seq`

/**
 * Writes what happened to messages, for the lanes that are still held under the epoch they were claimed with: a courier
 * that was frozen changes nothing. The lanes stay locked until the commit, so that none changes hands in between. `$1`
 * lanes, `$2` epochs, `$3` seqs, `$4` statuses, `$5` due instants in milliseconds or -1, `$6` errors, `$7` now.
 */
export const writeStatement = `WITH change AS MATERIALIZED (
    SELECT * FROM unnest($1::text[]::smallint[], $2::text[]::bigint[], $3::text[]::bigint[], $4::text[],
      $5::text[]::double precision[], $6::text[]) AS c(lane, epoch, seq, status, due_millis, error)),
  asked AS MATERIALIZED (SELECT DISTINCT lane, epoch FROM change),
  held AS MATERIALIZED (
    SELECT l.lane, l.epoch FROM message_lanes l JOIN asked a ON a.lane = l.lane AND a.epoch = l.epoch
    ORDER BY l.lane FOR NO KEY UPDATE OF l),
  written AS (
    UPDATE messages m SET status = c.status,
      attempts = m.attempts + (c.status = 'processing')::integer,
      last_attempt_at = CASE WHEN c.status = 'processing' THEN $7::timestamptz ELSE m.last_attempt_at END,
      due_at = CASE WHEN c.due_millis < 0 THEN m.due_at ELSE to_timestamp(c.due_millis / 1000) END,
      error = CASE c.status WHEN 'processing' THEN m.error WHEN 'delivered' THEN NULL ELSE c.error END,
      delivered_at = CASE WHEN c.status = 'delivered' THEN $7::timestamptz END
    FROM change c JOIN held h ON h.lane = c.lane AND h.epoch = c.epoch
    WHERE m.seq = c.seq AND m.status IN ('queued', 'processing')
    RETURNING m.seq, m.attempts)
  SELECT coalesce((SELECT array_agg(lane::integer) FROM held), '{}') AS held,
    coalesce((SELECT array_agg(seq::double precision) FROM written), '{}') AS seqs,
    coalesce((SELECT array_agg(attempts) FROM written), '{}') AS attempts`
