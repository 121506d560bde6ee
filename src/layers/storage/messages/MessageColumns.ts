/** An instant as ISO 8601, UTC, milliseconds. */
export const isoUtc = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What a `MessageRecord` is made of, for a SELECT; `ORDER BY messages.seq`, for `seq` alone is the text. */
export const messageColumns = `seq::text AS seq, message_id::text AS "messageId", client_id AS "clientId", domain,
  sender_masked AS "senderMasked", status, attempts, ${isoUtc("due_at")} AS "dueAt", error,
  key_version::integer AS "keyVersion", ${isoUtc("queued_at")} AS "queuedAt",
  ${isoUtc("last_attempt_at")} AS "lastAttemptAt", ${isoUtc("delivered_at")} AS "deliveredAt"`
