import { Context, Effect, Layer, Metric, Option } from "effect"
import { SqlClient } from "effect/sql"
import { defaultRules } from "../../domain/gateways/BlacklistRule.ts"
import type { GatewayRuleSet } from "../../domain/gateways/GatewayRuleChanges.ts"
import { repairedGatewayRules } from "../../domain/gateways/GatewayRuleChanges.ts"
import { Journal } from "../storage/Journal.ts"
import type { JournalChanges } from "../storage/JournalChanges.ts"
import { followJournal } from "../storage/JournalFollower.ts"
import { latestRules } from "../storage/LatestRules.ts"
import { orUnavailable } from "../storage/RowQueries.ts"

const rulesType = "GatewayRules"

const version = Metric.gauge("tandem_gateway_rules_version", {
  description: "Version of the rules about gateways on this node"
})

/** What gateways are judged by. */
export interface Judging {
  readonly version: number
  readonly rules: GatewayRuleSet
}

/** Rules that somebody put into the table before they could be changed otherwise; those of a new installation. */
const readFounding = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* orUnavailable(
    sql<{ readonly rules: unknown }>`SELECT rules FROM gateway_rule_sets WHERE rule_set_id = 'all'`
  )
  return rows[0] === undefined ? defaultRules : repairedGatewayRules(rows[0].rules)
})

/**
 * This node's copy of the rules by which gateways are judged. A change in the journal is here within a second, without a
 * restart. While the database is away, what was known last holds.
 */
export class GatewayPolicy extends Context.Service<
  GatewayPolicy,
  {
    readonly current: () => Judging
    /** The rules of version 0. */
    readonly founding: () => GatewayRuleSet
  }
>()("tandem/layers/fraud/GatewayPolicy") {
  /** Ready once everything has been read; it waits for the database as long as that takes. */
  static readonly layer: Layer.Layer<GatewayPolicy, never, Journal | JournalChanges | SqlClient.SqlClient> =
    Layer.effect(
      GatewayPolicy,
      Effect.gen(function* () {
        const journal = yield* Journal
        const sql = yield* SqlClient.SqlClient
        let founding: GatewayRuleSet = defaultRules
        let judging: Judging = { version: 0, rules: founding }

        const refresh = Effect.gen(function* () {
          const latest = yield* latestRules(journal, rulesType, judging.version)
          if (latest !== undefined) {
            const rules = Option.match(latest.event, {
              onNone: () => judging.rules,
              onSome: (changed) => repairedGatewayRules(changed.rules)
            })
            judging = { version: latest.version, rules }
          }
          yield* Metric.update(version, judging.version)
        })

        const load = Effect.gen(function* () {
          founding = yield* readFounding
          judging = { version: 0, rules: founding }
          yield* refresh
        }).pipe(Effect.provideService(SqlClient.SqlClient, sql))

        yield* followJournal({
          name: "the rules about gateways",
          entityTypes: [rulesType],
          load,
          refresh: () => refresh
        })
        return GatewayPolicy.of({ current: () => judging, founding: () => founding })
      })
    )
}
