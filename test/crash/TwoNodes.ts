import { assert } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import { Audit } from "../../src/layers/storage/Audit.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { freePort } from "../fixtures/FreePort.ts"
import type { NodeProcess } from "../fixtures/NodeProcess.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

export interface PlaneNode {
  readonly api: string
  readonly switchPort: string
  readonly process: NodeProcess
}

/** Two nodes of all roles, each a process, on one database. */
export class TwoNodes extends Context.Service<
  TwoNodes,
  { readonly one: PlaneNode; readonly other: PlaneNode; readonly apiKey: string }
>()("tandem/test/TwoNodes") {}

type Settings = Readonly<Record<string, string | undefined>>

const nodeOf = Effect.fnUntraced(function* (settings: Settings) {
  const [apiPort, switchPort] = [yield* freePort, yield* freePort]
  const ports = { TANDEM_PORT: String(apiPort), FRAUD_SWITCH_PORT: String(switchPort) }
  const process = yield* startNode("all", { ...settings, ...ports })
  const api = `http://127.0.0.1:${apiPort}`
  yield* untilLive(api)
  return { api, switchPort: `http://127.0.0.1:${switchPort}`, process }
})

/** `own` are settings that differ between the two. */
export const layer = (seed: string, own: (name: "one" | "other") => Settings = () => ({})) =>
  Layer.effect(
    TwoNodes,
    Effect.gen(function* () {
      const url = yield* TestDatabase.url
      const settings = { ...sandboxValues(yield* Sandbox), DATABASE_URL: Redacted.value(url), LOG_LEVEL: "Warn" }
      const one = yield* nodeOf({ ...settings, ...own("one") })
      const other = yield* nodeOf({ ...settings, ...own("other") })
      const database = Layer.mergeAll(ApiKeys.layer, Audit.layer).pipe(Layer.provideMerge(Database.layerUrl(url)))
      const { key } = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "test", role: "admin" })).pipe(
        Effect.provide(database)
      )
      return TwoNodes.of({ one, other, apiKey: Redacted.value(key) })
    })
  ).pipe(Layer.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed })))

/** Asks the API of a node. */
export const ask = Effect.fnUntraced(function* (node: PlaneNode, method: string, path: string, body?: unknown) {
  const { apiKey } = yield* TwoNodes
  return yield* Effect.promise(async () => {
    const response = await fetch(`${node.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    assert.strictEqual(response.status, 200, `${method} ${path}: ${text}`)
    return JSON.parse(text)
  })
})

/** Waits until all nodes do so, and says how long that took after the command. */
export const onAll = Effect.fnUntraced(function* <R>(
  what: string,
  since: number,
  looks: ReadonlyArray<Effect.Effect<boolean, never, R>>
) {
  yield* Effect.forEach(looks, (look) => eventually(look, Boolean), { concurrency: "unbounded" })
  yield* Effect.logInfo(`${what}: on all nodes after ${(yield* Clock.currentTimeMillis) - since} ms`)
})
