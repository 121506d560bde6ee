import { Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { BlacklistRule as Rule } from "../../domain/gateways/BlacklistRule.ts"
import { BlacklistRule, defaultRules } from "../../domain/gateways/BlacklistRule.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./RowQueries.ts"

/** How soon a node judges by rules that were changed. */
const freshFor = Duration.seconds(5)

const decode = Schema.decodeUnknownEffect(Schema.Array(BlacklistRule))

/** The rules by which gateways are judged; those of a new installation until somebody changes them. */
export class GatewayRules extends Context.Service<
  GatewayRules,
  { readonly current: Effect.Effect<ReadonlyArray<Rule>, JournalUnavailable> }
>()("tandem/layers/storage/GatewayRules") {
  static readonly layer: Layer.Layer<GatewayRules, never, SqlClient.SqlClient> = Layer.effect(
    GatewayRules,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const read = sql<{ readonly rules: unknown }>`SELECT rules FROM gateway_rule_sets WHERE rule_set_id = 'all'`.pipe(
        orUnavailable,
        Effect.flatMap((rows) =>
          rows[0] === undefined ? Effect.succeed(defaultRules) : Effect.orDie(decode(rows[0].rules))
        )
      )
      return GatewayRules.of({ current: yield* Effect.cachedWithTTL(read, freshFor) })
    })
  )
}
