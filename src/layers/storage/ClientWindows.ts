import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** The time that a client's limit is for. */
export const windowMillis = 60_000

export interface Taken {
  /** How many of those that were asked for are left to give. */
  readonly given: number
  /** What the client has left in its window when those are spent, on whatever node. */
  readonly left: number
  readonly millisToEnd: number
}

/**
 * A window begins with the first request after the last one is over. One that seems to begin later than now was begun just
 * then by somebody who was quicker, unless the clock was set back. `$1` client, `$2` how many, `$3` limit.
 */
const statement = `INSERT INTO client_windows AS w (client_id, started_at, taken, given)
  VALUES ($1, clock_timestamp(), least($2::integer, $3::integer), least($2::integer, $3::integer))
  ON CONFLICT (client_id) DO UPDATE SET (started_at, taken, given) = (
    SELECT began, before + more, more FROM (
      SELECT began, before, greatest(0, least($2::integer, $3::integer - before)) AS more FROM (
        SELECT CASE WHEN is_over THEN clock_timestamp() ELSE w.started_at END AS began,
          CASE WHEN is_over THEN 0 ELSE w.taken END AS before
        FROM (SELECT clock_timestamp() NOT BETWEEN w.started_at - interval '5 seconds'
          AND w.started_at + interval '1 minute') AS s(is_over)) AS t) AS u)
  RETURNING given, greatest(0, $3::integer - taken) AS left,
    (extract(epoch FROM started_at + interval '1 minute' - clock_timestamp()) * 1000)::integer AS "millisToEnd"`

/** What each client asks within a minute, counted over all nodes; a node takes some at a time and counts those by itself. */
export class ClientWindows extends Context.Service<
  ClientWindows,
  {
    /** Undefined: the database is away. */
    readonly take: (clientId: string, count: number, limit: number) => Effect.Effect<Taken | undefined>
  }
>()("tandem/layers/storage/ClientWindows") {
  static readonly layer: Layer.Layer<ClientWindows, never, SqlClient.SqlClient> = Layer.effect(
    ClientWindows,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return ClientWindows.of({
        take: (clientId, count, limit) =>
          sql.unsafe<Taken>(statement, [clientId, count, limit]).pipe(
            Effect.map((rows) => rows[0]),
            Effect.catch((error) =>
              Effect.as(Effect.logWarning("clients' limits cannot be looked at", error), undefined)
            )
          )
      })
    })
  )
}
