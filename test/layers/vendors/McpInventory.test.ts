import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { maxNumbersPerAddition, McpInventory } from "../../../src/layers/vendors/McpInventory.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { vendorErrorOf, withSandbox } from "./VendorSandbox.ts"

const us = (e164: string) => ({ e164, country: "US" as const })

const three = ["+15125550101", "+15125550102", "+15125550103"]

const add = (numbers: ReadonlyArray<string>) =>
  Effect.flatMap(McpInventory, (inventory) =>
    inventory.addNumbers({ numbers: numbers.map(us), orderReference: "ticket 1001" })
  )

const ledger = Effect.map(
  Effect.flatMap(Sandbox, (sandbox) => sandbox.ledger),
  ({ mcp }) => mcp
)

const transports = [
  ["streamable, answers as JSON", {}, {}],
  ["streamable, answers as events", {}, { mcpReplies: "sse" }],
  ["legacy", { MCP_TRANSPORT: "legacy" }, {}]
] as const

for (const [name, env, settings] of transports) {
  describe(`McpInventory, ${name}`, () => {
    it.live("adds numbers with all that the inventory wants to know", () =>
      Effect.gen(function* () {
        const inventory = yield* McpInventory
        const numbers = [us("+15125550101"), { e164: "+14165550102", country: "CA" as const }]
        const addition = yield* inventory.addNumbers({ numbers, orderReference: "ticket 1001" })
        assert.deepStrictEqual([addition.added, addition.failed], [["+15125550101", "+14165550102"], []])
        assert.isString(addition.logIdentifier)
        assert.include(addition.message, "2 of 2")
        assert.deepStrictEqual(
          (yield* ledger).inventory.map(({ number, carrierId, carrierTierId, regionId, reason }) => [
            number,
            carrierId,
            carrierTierId,
            regionId,
            reason
          ]),
          [
            ["15125550101", "77", 10000252, 101, "Automated addition for ticket 1001"],
            ["14165550102", "77", 10000253, 102, "Automated addition for ticket 1001"]
          ]
        )
      }).pipe(withSandbox(env, settings))
    )

    it.live("counts what is there already as added, and names what failed", () =>
      Effect.gen(function* () {
        yield* add(three.slice(0, 1))
        const { added, failed } = yield* add([...three, "+1512555"])
        assert.deepStrictEqual(added, three)
        assert.deepStrictEqual(failed, [{ e164: "+1512555", error: "not a number of eleven digits" }])
        assert.deepStrictEqual((yield* add(three)).added, three)
        const none = yield* add(["+1512"])
        assert.deepStrictEqual([none.added, none.failed.length], [[], 1])
      }).pipe(withSandbox(env, settings))
    )

    it.live("blocks and unblocks one number a call, and says why it did not", () =>
      Effect.gen(function* () {
        const inventory = yield* McpInventory
        yield* add(three.slice(0, 2))
        yield* inventory.blockNumber("+15125550101")
        yield* inventory.blockNumber("+15125550101")
        yield* inventory.blockNumber("+15125550102")
        yield* inventory.unblockNumber("+15125550102")
        const refused = yield* Effect.flip(inventory.blockNumber("+15125550103"))
        assert.isTrue(refused._tag === "BlockRefused")
        assert.include(refused.message, "not in inventory")
        assert.deepStrictEqual(
          (yield* ledger).blockCalls.map(({ number, operation }) => [number.slice(-1), operation]),
          [
            ["1", "block"],
            ["1", "block"],
            ["2", "block"],
            ["2", "unblock"],
            ["3", "block"]
          ]
        )
      }).pipe(withSandbox(env, settings))
    )

    it.live("adds each number once through faults", () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const kinds = ["timeoutAfterCommit", "malformedBody", "serverError", "rateLimited"] as const
        for (const [index, kind] of kinds.entries()) {
          yield* sandbox.setFaults([{ vendor: "mcp", kind, times: 1, holdMillis: 20 }])
          const e164 = `+1512555011${index}`
          assert.deepStrictEqual((yield* add([e164])).added, [e164], kind)
        }
        assert.strictEqual((yield* ledger).inventory.length, kinds.length)
      }).pipe(withSandbox(env, settings))
    )
  })
}

describe("McpInventory", () => {
  it.live("opens a new session when the old one has expired", () =>
    Effect.gen(function* () {
      yield* add(three.slice(0, 1))
      yield* Effect.sleep(250)
      assert.deepStrictEqual((yield* add(three.slice(1))).added, three.slice(1))
      const statuses = (yield* (yield* Sandbox).calls("mcp")).map(({ status }) => status)
      assert.deepStrictEqual(statuses, [200, 202, 200, 404, 200, 202, 200])
    }).pipe(withSandbox({}, { mcpSessionMillis: 200 }))
  )

  it.live("refuses more numbers than one addition may hold, and none", () =>
    Effect.gen(function* () {
      for (const numbers of [[], Array.from({ length: maxNumbersPerAddition + 1 }, () => "+15125550101")]) {
        assert.strictEqual((yield* vendorErrorOf(add(numbers))).code, "tooMany")
      }
      assert.deepStrictEqual(yield* (yield* Sandbox).calls("mcp"), [])
    }).pipe(withSandbox())
  )

  it.live("refuses wrong credentials without quoting them", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf(add(three))
      assert.deepStrictEqual([error.reason, error.operation], ["Unauthorized", "initialize"])
      assert.notInclude(JSON.stringify(error), "wrong-password")
    }).pipe(withSandbox({ MCP_PASSWORD: "wrong-password" }))
  )
})
