import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { Store } from "../../../src/simulators/store/Store.ts"
import { TableFull } from "../../../src/simulators/store/Table.ts"
import { backorder, orderTns } from "../inteliquent/InteliquentFixture.ts"
import { inSandbox } from "../SandboxFixture.ts"
import { webhookReceiver } from "../WebhookReceiver.ts"

const inDirectory = <A, E, R>(test: (stateFile: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sandbox-"))),
    (directory) => test(join(directory, "deep", "state.jsonl")),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
  )

const sell = (sandbox: Sandbox["Service"]) =>
  Effect.gen(function* () {
    yield* sandbox.setStock("inteliquent", { numbers: ["12125550123", "12125550124"], mode: "replaceAll" })
    yield* orderTns(sandbox, "1001", "2125550123")
    yield* backorder(sandbox, "1001", 3)
    yield* sandbox.openTicket({ subject: "Numbers", description: "5 numbers in 212" })
  })

describe("the sandbox's state file", () => {
  it.live("keeps what was sold, ordered and stocked over a restart", () =>
    inDirectory((stateFile) =>
      Effect.gen(function* () {
        const before = yield* inSandbox((sandbox) => Effect.andThen(sell(sandbox), sandbox.ledger), { stateFile })
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              const { inteliquent, zendesk } = yield* sandbox.ledger
              assert.deepStrictEqual(inteliquent.sold, before.inteliquent.sold)
              assert.deepStrictEqual(inteliquent.backorders, before.inteliquent.backorders)
              assert.deepStrictEqual(zendesk.tickets, before.zendesk.tickets)
              assert.strictEqual(yield* sandbox.stockOf("inteliquent", "212"), 1)
              assert.strictEqual(yield* sandbox.stockOf("inteliquent", "646"), 0)
              assert.strictEqual(yield* sandbox.stockOf("plivo", "646"), 25)
              const next = yield* backorder(sandbox, "1002", 1)
              assert.isAbove(Number(next), Number(before.inteliquent.backorders[0]?.orderId))
            }),
          { stateFile }
        )
      })
    )
  )

  it.live("is written before the answer, so that what a killed process answered is there", () =>
    inDirectory((stateFile) =>
      Effect.gen(function* () {
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              yield* sell(sandbox)
              writeFileSync(`${stateFile}.copy`, readFileSync(stateFile))
            }),
          { stateFile }
        )
        // A process that is killed in the middle of a line leaves a part of it.
        appendFileSync(`${stateFile}.copy`, '{"table":"inteliquent.sold","key":"1')
        yield* inSandbox(
          (sandbox) =>
            Effect.gen(function* () {
              const { sold } = (yield* sandbox.ledger).inteliquent
              assert.deepStrictEqual(
                sold.map(({ number }) => number),
                ["12125550123"]
              )
            }),
          { stateFile: `${stateFile}.copy` }
        )
      })
    )
  )

  it.live("keeps a notification that has not arrived", () =>
    Effect.scoped(
      inDirectory((stateFile) =>
        Effect.gen(function* () {
          const hook = yield* webhookReceiver()
          yield* inSandbox(sell, { stateFile, zendeskWebhook: { url: "http://127.0.0.1:9/closed" } })
          yield* inSandbox(() => hook.count(1), { stateFile, zendeskWebhook: { url: hook.url } })
          assert.strictEqual(hook.received[0]?.json.ticket.subject, "Numbers")
        })
      )
    )
  )

  it.live("that is not a sandbox's stops the start", () =>
    inDirectory((stateFile) =>
      Effect.gen(function* () {
        yield* inSandbox(sell, { stateFile })
        const start = Effect.flip(Effect.scoped(Layer.build(Sandbox.layer({ host: "127.0.0.1", port: 0, stateFile }))))
        appendFileSync(stateFile, '{"table":"plivo.rented","key":"1","row":{"number":1}}\n')
        const foreignRow = yield* start
        assert.strictEqual(foreignRow._tag, "StateFileError")
        assert.match(foreignRow.message, /line \d+ cannot be understood/)
        writeFileSync(stateFile, "# my notes\n")
        assert.include((yield* start).message, "first line")
        assert.strictEqual(readFileSync(stateFile, "utf8"), "# my notes\n")
      })
    )
  )

  it("keeps tables within their limit", () => {
    const store = new Store()
    const table = store.table("few", Schema.String, 2)
    table.set("a", "1")
    table.set("b", "2")
    table.set("a", "3")
    assert.throws(() => table.set("c", "4"), TableFull)
    table.delete("b")
    table.set("c", "4")
    assert.deepStrictEqual(table.values(), ["3", "4"])
    assert.deepStrictEqual(
      store.takeUnsaved().map(({ key, row }) => [key, row]),
      [
        ["a", "3"],
        ["b", null],
        ["c", "4"]
      ]
    )
    assert.deepStrictEqual(store.takeUnsaved(), [])
  })
})
