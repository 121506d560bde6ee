import { Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { MessagesUnavailable } from "../../domain/messaging/Message.ts"

/** How many messages clients with a quota have handed in today, on whatever node. */
export class ClientUsage extends Context.Service<
  ClientUsage,
  {
    /** Takes `count` of what the client may send this UTC day, all or nothing. */
    readonly take: (clientId: string, quota: number, count: number) => Effect.Effect<boolean, MessagesUnavailable>
  }
>()("tandem/layers/storage/ClientUsage") {
  static readonly layer: Layer.Layer<ClientUsage, never, SqlClient.SqlClient> = Layer.effect(
    ClientUsage,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      return ClientUsage.of({
        take: Effect.fnUntraced(function* (clientId, quota, count) {
          if (count > quota) return false
          const day = new Date(yield* Clock.currentTimeMillis).toISOString().slice(0, 10)
          const rows = yield* sql`INSERT INTO client_usage AS u (client_id, day, messages)
            VALUES (${clientId}, ${day}::date, ${count})
            ON CONFLICT (client_id, day) DO UPDATE SET messages = u.messages + EXCLUDED.messages
            WHERE u.messages + EXCLUDED.messages <= ${quota} RETURNING messages`.pipe(
            Effect.mapError(() => new MessagesUnavailable({ detail: "the client's quota cannot be looked at" }))
          )
          return rows.length > 0
        })
      })
    })
  )
}
