import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { eventually } from "../fixtures/PlaneRequests.ts"
import type { PlaneNode } from "./TwoNodes.ts"
import * as Nodes from "./TwoNodes.ts"
import { TwoNodes } from "./TwoNodes.ts"

/** What a proxy waits for a verdict before it lets a call pass unchecked. */
const patienceMicros = 350_000

interface Verdict {
  readonly action: string
  readonly degraded: boolean
  readonly latency_us: number
  readonly fraud_types: ReadonlyArray<string>
}

let calls = 0

const detect = (node: PlaneNode, caller: string, called: string) =>
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
const attack = (nodes: ReadonlyArray<PlaneNode>, callers: number) =>
  Effect.suspend(() => {
    const called = fresh()
    const asked = Array.from({ length: callers }, (_, n) => nodes.slice(n % nodes.length)[0])
    return Effect.forEach(asked, (node) => (node === undefined ? Effect.die("no node") : detect(node, fresh(), called)))
  })

const actionsOf = (verdicts: ReadonlyArray<Verdict>) => verdicts.map(({ action }) => action)

const isWhole = (verdicts: ReadonlyArray<Verdict>) => verdicts.every(({ degraded }) => !degraded)

const numbersInPlay = 40

/** Every slice answers, wherever it lives: so many fresh numbers have all of them looked at. */
const untilWhole = (nodes: ReadonlyArray<PlaneNode>) =>
  eventually(
    Effect.forEach(
      Array.from({ length: numbersInPlay }, () => nodes),
      (each) => attack(each, each.length)
    ),
    (rounds) => rounds.every(isWhole)
  )

const nodes = Layer.effectDiscard(Effect.flatMap(TwoNodes, ({ one, other }) => untilWhole([one, other]))).pipe(
  Layer.provideMerge(Nodes.layer("screening-nodes"))
)

const command = Effect.fnUntraced(function* (method: string, path: string, body: unknown) {
  yield* Nodes.ask((yield* TwoNodes).one, method, path, body)
  return yield* Clock.currentTimeMillis
})

layer(nodes, { timeout: 120_000, excludeTestServices: true })("two nodes that screen together", (it) => {
  it.effect("stop the fifth caller of a number, whichever node each of the five was asked at", () =>
    Effect.gen(function* () {
      const { one, other } = yield* TwoNodes
      for (const order of [[one], [other], [one, other], [other, one], [one, one, other]]) {
        const verdicts = yield* eventually(attack(order, 5), isWhole)
        assert.deepStrictEqual(actionsOf(verdicts), ["allow", "allow", "allow", "allow", "block"])
        assert.deepStrictEqual(verdicts[4]?.fraud_types, ["CALL_MASKING"])
      }
    })
  )

  it.effect("both say how threatened a number is, and asking makes it no more so", () =>
    Effect.gen(function* () {
      const { one, other } = yield* TwoNodes
      const seen = yield* eventually(
        Effect.gen(function* () {
          const called = fresh()
          const verdicts = yield* Effect.forEach([one, other, one, other], (node) => detect(node, fresh(), called))
          const threats = yield* Effect.forEach([one, other, one, other], (node) =>
            Nodes.ask(node, "GET", `/api/v1/fraud/threat/${encodeURIComponent(called)}`)
          )
          return {
            verdicts,
            threats: threats.map(({ distinctCallers, threatLevel }) => [distinctCallers, threatLevel])
          }
        }),
        ({ verdicts }) => isWhole(verdicts)
      )
      assert.deepStrictEqual(
        seen.threats,
        Array.from({ length: 4 }, () => [4, "high"])
      )
    })
  )

  it.effect("both know a blocked number soon", () =>
    Effect.gen(function* () {
      const { one, other } = yield* TwoNodes
      const bad = "+2348099999901"
      const refused = (node: PlaneNode) => Effect.map(detect(node, bad, fresh()), ({ action }) => action === "block")
      const entry = { kind: "number", value: bad, reason: "known spoofer" }
      const since = yield* command("POST", "/api/v1/fraud/lists/block", entry)
      yield* Nodes.onAll("a blocked number", since, [refused(one), refused(other)])
    })
  )

  it.effect("both judge by a changed rule soon", () =>
    Effect.gen(function* () {
      const { one, other } = yield* TwoNodes
      const stopsFourth = (node: PlaneNode) =>
        Effect.map(attack([node], 4), (verdicts) => verdicts[3]?.action === "block")
      const change = { parameters: { threshold: 4 }, reason: "an attack with few numbers" }
      const since = yield* command("PATCH", "/api/v1/fraud/rules/call_masking", change)
      yield* Nodes.onAll("a changed rule", since, [stopsFourth(one), stopsFourth(other)])
      const verdicts = yield* eventually(attack([one, other], 4), isWhole)
      assert.deepStrictEqual(actionsOf(verdicts), ["allow", "allow", "allow", "block"])
    })
  )

  it.effect(
    "go on when one is killed: the other answers every call in time, and soon knows all of it again",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* TwoNodes
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
