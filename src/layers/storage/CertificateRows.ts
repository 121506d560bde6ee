import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { CertificateProfile } from "../../domain/pki/CertificateProfile.ts"
import type { CertificateStatus } from "../../domain/pki/Client.ts"
import type { RevocationReason } from "../../domain/pki/RevocationReason.ts"
import type { CreatedBefore } from "./RowQueries.ts"
import { equalTo, iso, limited, orUnavailable } from "./RowQueries.ts"

/** One certificate as the lists show it. Instants are ISO 8601, UTC, milliseconds. */
export interface CertificateRow {
  readonly serial: string
  readonly clientId: string
  readonly domain: string
  readonly profile: CertificateProfile
  readonly status: CertificateStatus
  readonly fingerprint: string
  readonly issuer: string
  readonly notBefore: string
  readonly notAfter: string
  readonly revokedAt: string | null
  readonly revocationReason: RevocationReason | null
  readonly revocationNote: string | null
  readonly renews: string | null
  readonly pem: string
  readonly createdAt: string
}

export interface CertificateFilter {
  readonly status?: CertificateStatus | undefined
  readonly profile?: CertificateProfile | undefined
  readonly clientId?: string | undefined
  /** Good ones whose time is over before this instant (ISO 8601). */
  readonly expiresBefore?: string | undefined
}

/** What a listener needs to know of a client and one of its certificates. */
export interface KnownCertificate {
  readonly serial: string
  readonly clientId: string
  readonly fingerprint: string
  readonly profile: CertificateProfile
  readonly status: CertificateStatus
  readonly notAfterMillis: number
  readonly domain: string
  readonly rateLimit: number
  readonly dailyQuota: number | null
}

export interface RevokedCertificate {
  readonly serial: string
  readonly revokedAtMillis: number
  readonly reason: RevocationReason
}

const makeQueries = (sql: SqlClient.SqlClient) => {
  const columns = sql`c.serial, c.client_id AS "clientId", l.domain, c.profile, c.status, c.fingerprint, c.issuer,
    ${iso(sql, "c.not_before")} AS "notBefore", ${iso(sql, "c.not_after")} AS "notAfter",
    ${iso(sql, "c.revoked_at")} AS "revokedAt", c.revocation_reason AS "revocationReason",
    c.revocation_note AS "revocationNote", c.renews, c.pem, ${iso(sql, "c.created_at")} AS "createdAt"`
  const joined = sql`certificates c JOIN certificate_clients l ON l.client_id = c.client_id`
  const known = sql`SELECT c.serial, c.client_id AS "clientId", c.fingerprint, c.profile, c.status,
    (extract(epoch FROM c.not_after) * 1000)::double precision AS "notAfterMillis", l.domain, l.rate_limit AS "rateLimit",
    l.daily_quota AS "dailyQuota" FROM ${joined}`
  return { columns, joined, known }
}

/** Certificates that were ever issued, by what is asked of them. */
export class CertificateRows extends Context.Service<
  CertificateRows,
  {
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly filter: CertificateFilter
      readonly after: CreatedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<CertificateRow>, JournalUnavailable>
    readonly get: (serial: string) => Effect.Effect<Option.Option<CertificateRow>, JournalUnavailable>
    /** Those whose time is not over; of the given clients, or of all. */
    readonly known: (
      nowMillis: number,
      clientIds?: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<KnownCertificate>, JournalUnavailable>
    /** Revoked ones of an issuer whose time is not over, in the order of their revocation. */
    readonly revoked: (
      issuer: string,
      nowMillis: number
    ) => Effect.Effect<ReadonlyArray<RevokedCertificate>, JournalUnavailable>
    /** A number for the issuer's next revocation list, greater than all before. */
    readonly nextListNumber: (issuer: string) => Effect.Effect<number, JournalUnavailable>
  }
>()("tandem/layers/storage/CertificateRows") {
  static readonly layer: Layer.Layer<CertificateRows, never, SqlClient.SqlClient> = Layer.effect(
    CertificateRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { columns, joined, known } = makeQueries(sql)
      const instant = (millis: number) => sql`to_timestamp(${millis}::double precision / 1000)`
      const clauses = (
        { clientId, expiresBefore, profile, status }: CertificateFilter,
        after: CreatedBefore | null
      ) => [
        sql`true`,
        ...equalTo(sql, { "c.status": status, "c.profile": profile, "c.client_id": clientId }),
        ...(expiresBefore === undefined
          ? []
          : [sql`c.status IN ('issued', 'expiring', 'renewed') AND c.not_after < ${expiresBefore}::timestamptz`]),
        ...(after === null ? [] : [sql`(c.created_at, c.serial) < (${after.createdAt}::timestamptz, ${after.id})`])
      ]
      return CertificateRows.of({
        list: ({ after, filter, limit }) =>
          sql<CertificateRow>`SELECT ${columns} FROM ${joined} WHERE ${sql.and(clauses(filter, after))}
            ORDER BY c.created_at DESC, c.serial DESC LIMIT ${limited(limit)}`.pipe(orUnavailable),
        get: (serial) =>
          sql<CertificateRow>`SELECT ${columns} FROM ${joined} WHERE c.serial = ${serial}`.pipe(
            Effect.map((rows) => Option.fromUndefinedOr(rows[0])),
            orUnavailable
          ),
        known: (nowMillis, clientIds) =>
          clientIds?.length === 0
            ? Effect.succeed([])
            : sql<KnownCertificate>`${known} WHERE c.not_after > ${instant(nowMillis)}
                AND ${clientIds === undefined ? sql`true` : sql.in("c.client_id", clientIds)}`.pipe(orUnavailable),
        revoked: (issuer, nowMillis) =>
          sql<RevokedCertificate>`SELECT serial, revocation_reason AS reason,
              (extract(epoch FROM revoked_at) * 1000)::double precision AS "revokedAtMillis"
            FROM certificates WHERE issuer = ${issuer} AND status = 'revoked' AND not_after > ${instant(nowMillis)}
            ORDER BY revoked_at, serial`.pipe(orUnavailable),
        nextListNumber: (issuer) =>
          sql<{
            readonly number: string
          }>`INSERT INTO revocation_list_numbers AS n (issuer, number) VALUES (${issuer}, 1)
            ON CONFLICT (issuer) DO UPDATE SET number = n.number + 1 RETURNING number::text`.pipe(
            Effect.map((rows) => Number(rows[0]?.number ?? 1)),
            orUnavailable
          )
      })
    })
  )
}
