import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { AuthorityCertificate, authorityId, noAuthority } from "../../domain/pki/Authority.ts"
import type { AuthorityState } from "../../domain/pki/Authority.ts"
import { orUnavailable } from "./RowQueries.ts"

const decode = Schema.decodeUnknownSync(
  Schema.Struct({ root: AuthorityCertificate, issuers: Schema.Array(AuthorityCertificate) })
)

/** The authority's certificates as the journal last said; never its keys. */
export class AuthorityRow extends Context.Service<
  AuthorityRow,
  { readonly get: Effect.Effect<AuthorityState, JournalUnavailable> }
>()("tandem/layers/storage/AuthorityRow") {
  static readonly layer: Layer.Layer<AuthorityRow, never, SqlClient.SqlClient> = Layer.effect(
    AuthorityRow,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return AuthorityRow.of({
        get: sql`SELECT root, issuers FROM certificate_authorities WHERE authority_id = ${authorityId}`.pipe(
          Effect.map(([row]): AuthorityState =>
            row === undefined ? noAuthority : { status: "ready", ...decode(row) }
          ),
          orUnavailable
        )
      })
    })
  )
}
