import { Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { orUnavailable } from "./RowQueries.ts"

/** Lagos keeps UTC+1 all year. */
const lagosOffsetMillis = 3_600_000

/** Which alert gathers what is seen of a pattern. */
export class AlertPatterns extends Context.Service<
  AlertPatterns,
  {
    /** The pattern's open alert, or the id of the one to raise; the same for all that ask until that one is resolved. */
    readonly allot: (pattern: string) => Effect.Effect<string, JournalUnavailable>
  }
>()("tandem/layers/storage/AlertPatterns") {
  static readonly layer: Layer.Layer<AlertPatterns, never, SqlClient.SqlClient> = Layer.effect(
    AlertPatterns,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return AlertPatterns.of({
        allot: Effect.fn("AlertPatterns.allot")(function* (pattern) {
          const inLagos = new Date((yield* Clock.currentTimeMillis) + lagosOffsetMillis)
          const year = String(inLagos.getUTCFullYear())
          const rows = yield* sql<{ readonly alertId: string }>`
            SELECT allot_fraud_alert(${pattern}, ${year}) AS "alertId"`.pipe(orUnavailable)
          return yield* rows[0] === undefined
            ? new JournalUnavailable({ detail: "no alert id was allotted" })
            : Effect.succeed(rows[0].alertId)
        })
      })
    })
  )
}
