import { assert, layer } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { sandboxValues } from "../../src/cli/SandboxValues.ts"
import { ApiKeys } from "../../src/layers/storage/ApiKeys.ts"
import { Audit } from "../../src/layers/storage/Audit.ts"
import * as Database from "../../src/layers/storage/Database.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import type { NodeProcess } from "../fixtures/NodeProcess.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { startNode, untilLive } from "../fixtures/NodeProcess.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"

/** What a proxy waits for a verdict before it lets a call pass unchecked. */
const patienceMicros = 350_000

interface ScreeningNode {
  readonly api: string
  readonly switchPort: string
  readonly process: NodeProcess
}

interface Verdict {
  readonly action: string
  readonly degraded: boolean
  readonly latency_us: number
  readonly fraud_types: ReadonlyArray<string>
}

class Nodes extends Context.Service<
  Nodes,
  { readonly one: ScreeningNode; readonly other: ScreeningNode; readonly apiKey: string }
>()("tandem/test/ScreeningNodes") {}

let calls = 0

const detect = (node: ScreeningNode, caller: string, called: string) =>
  Effect.promise(async (): Promise<Verdict> => {
    const response = await fetch(`${node.switchPort}/api/v1/fraud/detect`, {
      method: "POST",
      body: JSON.stringify({
        call_id: `call-${calls++}`,
        caller_id: caller,
        called_number: called,
        source_ip: "198.51.100.7",
        timestamp: Date.now()
      })
    })
    assert.strictEqual(response.status, 200)
    return JSON.parse(await response.text())
  })

let numbers = 0

/** Mobile numbers that nobody has seen before, and none next to another. */
const fresh = () => `+234803${String((++numbers * 7_919) % 10_000_000).padStart(7, "0")}`

/** Verdicts on so many callers of a fresh number, asked in turn at the nodes. */
const attack = (nodes: ReadonlyArray<ScreeningNode>, callers: number) =>
  Effect.suspend(() => {
    const called = fresh()
    const asked = Array.from({ length: callers }, (_, n) => nodes.slice(n % nodes.length)[0])
    return Effect.forEach(asked, (node) => (node === undefined ? Effect.die("no node") : detect(node, fresh(), called)))
  })

const actionsOf = (verdicts: ReadonlyArray<Verdict>) => verdicts.map(({ action }) => action)

const isWhole = (verdicts: ReadonlyArray<Verdict>) => verdicts.every(({ degraded }) => !degraded)

const numbersInPlay = 40

/** Every slice answers, wherever it lives: so many fresh numbers have all of them looked at. */
const untilWhole = (nodes: ReadonlyArray<ScreeningNode>) =>
  eventually(
    Effect.forEach(
      Array.from({ length: numbersInPlay }, () => nodes),
      (each) => attack(each, each.length)
    ),
    (rounds) => rounds.every(isWhole)
  )

const nodeOf = Effect.fnUntraced(function* (settings: Readonly<Record<string, string | undefined>>) {
  const [apiPort, switchPort] = [yield* freePort, yield* freePort]
  const ports = { TANDEM_PORT: String(apiPort), FRAUD_SWITCH_PORT: String(switchPort) }
  const process = yield* startNode("all", { ...settings, ...ports })
  const api = `http://127.0.0.1:${apiPort}`
  yield* untilLive(api)
  return { api, switchPort: `http://127.0.0.1:${switchPort}`, process }
})

const nodes = Layer.effect(
  Nodes,
  Effect.gen(function* () {
    const url = yield* TestDatabase.url
    const settings = { ...sandboxValues(yield* Sandbox), DATABASE_URL: Redacted.value(url), LOG_LEVEL: "Warn" }
    const one = yield* nodeOf(settings)
    const other = yield* nodeOf(settings)
    const database = Layer.mergeAll(ApiKeys.layer, Audit.layer).pipe(Layer.provideMerge(Database.layerUrl(url)))
    const { key } = yield* Effect.flatMap(ApiKeys, (keys) => keys.create({ name: "test", role: "admin" })).pipe(
      Effect.provide(database)
    )
    yield* untilWhole([one, other])
    return Nodes.of({ one, other, apiKey: Redacted.value(key) })
  })
).pipe(Layer.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, seed: "screening-nodes" })))

const command = Effect.fnUntraced(function* (method: string, path: string, body: unknown) {
  const { apiKey, one } = yield* Nodes
  yield* Effect.promise(async () => {
    const response = await fetch(`${one.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    assert.strictEqual(response.status, 200, await response.text())
  })
  return yield* Clock.currentTimeMillis
})

/** Waits until all nodes do so, and says how long that took after the command. */
const onAll = Effect.fnUntraced(function* (what: string, since: number, looks: ReadonlyArray<Effect.Effect<boolean>>) {
  yield* Effect.forEach(looks, (look) => eventually(look, Boolean), { concurrency: "unbounded" })
  yield* Effect.logInfo(`${what}: on all nodes after ${(yield* Clock.currentTimeMillis) - since} ms`)
})

layer(nodes, { timeout: 120_000, excludeTestServices: true })("two nodes that screen together", (it) => {
  it.effect("stop the fifth caller of a number, whichever node each of the five was asked at", () =>
    Effect.gen(function* () {
      const { one, other } = yield* Nodes
      for (const order of [[one], [other], [one, other], [other, one], [one, one, other]]) {
        const verdicts = yield* eventually(attack(order, 5), isWhole)
        assert.deepStrictEqual(actionsOf(verdicts), ["allow", "allow", "allow", "allow", "block"])
        assert.deepStrictEqual(verdicts[4]?.fraud_types, ["CALL_MASKING"])
      }
    })
  )

  it.effect("both know a blocked number soon", () =>
    Effect.gen(function* () {
      const { one, other } = yield* Nodes
      const bad = "+2348099999901"
      const refused = (node: ScreeningNode) =>
        Effect.map(detect(node, bad, fresh()), ({ action }) => action === "block")
      const entry = { kind: "number", value: bad, reason: "known spoofer" }
      const since = yield* command("POST", "/api/v1/fraud/lists/block", entry)
      yield* onAll("a blocked number", since, [refused(one), refused(other)])
    })
  )

  it.effect("both judge by a changed rule soon", () =>
    Effect.gen(function* () {
      const { one, other } = yield* Nodes
      const stopsFourth = (node: ScreeningNode) =>
        Effect.map(attack([node], 4), (verdicts) => verdicts[3]?.action === "block")
      const change = { parameters: { threshold: 4 }, reason: "an attack with few numbers" }
      const since = yield* command("PATCH", "/api/v1/fraud/rules/call_masking", change)
      yield* onAll("a changed rule", since, [stopsFourth(one), stopsFourth(other)])
      const verdicts = yield* eventually(attack([one, other], 4), isWhole)
      assert.deepStrictEqual(actionsOf(verdicts), ["allow", "allow", "allow", "block"])
    })
  )

  it.effect(
    "go on when one is killed: the other answers every call in time, and soon knows all of it again",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* Nodes
        const answers: Array<Verdict> = []
        const since = yield* Clock.currentTimeMillis
        yield* other.process.signal("SIGKILL")
        yield* eventually(
          Effect.tap(attack([one], 1), (verdicts) => Effect.sync(() => answers.push(...verdicts))),
          () => answers.length >= 200 && isWhole(answers.slice(-200))
        )
        const took = (yield* Clock.currentTimeMillis) - since
        const slowest = Math.max(...answers.map(({ latency_us }) => latency_us))
        const degraded = answers.filter((verdict) => verdict.degraded).length
        yield* Effect.logInfo(
          `kill -9: whole again after ${took} ms; of ${answers.length} calls ${degraded} were judged by what was known, ` +
            `the slowest in ${Math.round(slowest / 1000)} ms`
        )
        assert.isBelow(slowest, patienceMicros)
        assert.deepStrictEqual([...new Set(actionsOf(answers))], ["allow"])
        const verdicts = yield* eventually(attack([one], 4), isWhole)
        assert.deepStrictEqual(actionsOf(verdicts), ["allow", "allow", "allow", "block"])
      }),
    120_000
  )
})
