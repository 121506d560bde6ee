/**
 * Another service asks about a call as a switch would, and puts the caller of one that is refused on the block list for a day:
 *
 *   TANDEM_URL=http://127.0.0.1:8080 TANDEM_API_KEY=tdm_… node examples/rpc-screening.ts +2348031234567 +2348055500001
 */
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Config, Console, Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeRpcClient } from "../src/http/RpcClient.ts"

const dayMillis = 86_400_000

const settings = Config.all({
  baseUrl: Config.NonEmptyString("TANDEM_URL").pipe(Config.withDefault("http://127.0.0.1:8080")),
  apiKey: Config.Redacted("TANDEM_API_KEY")
})

const program = Effect.gen(function* () {
  const [caller = "+2348031234567", called = "+2348055500001"] = process.argv.slice(2)
  const ask = yield* makeRpcClient(yield* settings)
  const now = yield* Clock.currentTimeMillis

  const call = { call_id: `example-${now}`, caller_id: caller, called_number: called }
  const verdict = yield* ask("Call.Detect", { call }).pipe(
    // A call that cannot be understood is no reason to stop it.
    Effect.catchTag("InvalidRequest", ({ detail }) => Effect.as(Console.error(detail), undefined))
  )
  if (verdict === undefined) return
  yield* Console.log(JSON.stringify({ action: verdict.action, reason: verdict.reason }))
  if (verdict.action !== "block") return

  const entry = yield* ask("ListEntry.Add", {
    list: "block",
    kind: "number",
    value: caller,
    reason: verdict.reason || "refused",
    expiresAt: new Date(now + dayMillis).toISOString(),
    commandKey: `example-${call.call_id}`
  })
  yield* Console.log(JSON.stringify({ list: entry.list, value: entry.value, status: entry.status }))
})

program.pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer), NodeRuntime.runMain)
