import { Effect, Layer, Redacted } from "effect"
import { join } from "node:path"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { freePort } from "../../test/fixtures/FreePort.ts"
import { startProcess, untilAnswers } from "../screening/Processes.ts"

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname

/** A plane on the database, as a process of its own, and a way to ask its API as an admin. */
export const startPlane = Effect.fnUntraced(function* (databaseUrl: Redacted.Redacted, dir: string) {
  const [api, broker] = [yield* freePort, yield* freePort]
  yield* startProcess([main, "serve", "--role", "all"], {
    DATABASE_URL: Redacted.value(databaseUrl),
    TANDEM_SANDBOX: "true",
    TANDEM_SANDBOX_PORT: "0",
    TANDEM_PORT: String(api),
    FRAUD_SWITCH_PORT: "0",
    BROKER_PORT: String(broker),
    TANDEM_DATA_DIR: join(dir, "data"),
    CA_KEY_PASSPHRASE: "the benchmark's own passphrase",
    API_RATE_LIMIT_PER_MINUTE: "1000000",
    LOG_LEVEL: "Error"
  })
  yield* untilAnswers(api)
  yield* Effect.sleep("5 seconds")
  const { key } = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "bench", role: "admin" })).pipe(
    Effect.provide(ApiKeys.layer.pipe(Layer.provideMerge(Database.layerUrl(databaseUrl))))
  )
  const ask = (method: string, path: string, sent: unknown) =>
    Effect.promise(async () => {
      const headers = { authorization: `Bearer ${Redacted.value(key)}`, "content-type": "application/json" }
      const response = await fetch(`http://127.0.0.1:${api}/api/v1${path}`, {
        method,
        headers,
        body: JSON.stringify(sent)
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
      return JSON.parse(text)
    })
  return { ask, broker }
})
