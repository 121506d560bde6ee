/**
 * Another service blocks a number and reads it back, with the key of an operator:
 *
 *   TANDEM_URL=http://127.0.0.1:8080 TANDEM_API_KEY=tdm_… node examples/rpc-client.ts +12125550123
 */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeRpcClient } from "../src/http/RpcClient.ts"

const settings = Config.all({
  baseUrl: Config.NonEmptyString("TANDEM_URL").pipe(Config.withDefault("http://127.0.0.1:8080")),
  apiKey: Config.Redacted("TANDEM_API_KEY")
})

const program = Effect.gen(function* () {
  const e164 = process.argv[2] ?? "+12125550123"
  const call = yield* makeRpcClient(yield* settings)

  // The key names the intent: run this again, and the number is still blocked once, with the same answer.
  const blocked = yield* call("PhoneNumber.Block", { e164, commandKey: `example-${e164}` }).pipe(
    // Each refusal has its own type; here one is dealt with, and the others end the program.
    Effect.catchTag("NumberUnknown", ({ detail }) => Effect.as(Console.error(detail), undefined))
  )
  if (blocked === undefined) return

  const number = yield* call("PhoneNumber.Get", { e164 })
  yield* Console.log(JSON.stringify({ e164: number.e164, status: number.status, vendor: number.vendor }))
})

program.pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer), NodeRuntime.runMain)
