import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import type { ApiRole } from "../../../src/domain/access/ApiRole.ts"
import { makeRpcClient } from "../../../src/http/RpcClient.ts"
import { maxBatch } from "../../../src/http/switch/SwitchDesk.ts"
import { alertId, spoofer } from "./FraudActors.ts"
import { commands, keyOf, servingRpcs } from "./RpcServer.ts"

const clientAs = (role: ApiRole) =>
  Effect.flatMap(servingRpcs, (baseUrl) =>
    makeRpcClient({ baseUrl, apiKey: keyOf(role) }).pipe(Effect.provide(FetchHttpClient.layer))
  )

const call = (id: string, caller: string) => ({ call_id: id, caller_id: caller, called_number: "08055500001" })

describe("RPC about fraud", () => {
  it.live("asks for the verdict on a call, with a switch's words, and names each field that is wrong", () =>
    Effect.gen(function* () {
      const ask = yield* clientAs("operator")
      const honest = yield* ask("Call.Detect", { call: call("1", "08030000001") })
      assert.deepStrictEqual([honest.call_id, honest.action, honest.sip_code], ["1", "allow", 0])
      const refused = yield* ask("Call.Detect", { call: call("2", spoofer) })
      assert.deepStrictEqual([refused.action, refused.is_fraud, refused.sip_code], ["block", true, 603])
      const wrong = yield* Effect.flip(ask("Call.Detect", { call: { call_id: "3", source_group: "ten" } }))
      assert(wrong._tag === "InvalidRequest")
      const fields = wrong.issues.map(({ path }) => path.join("."))
      assert.include(fields, "payload.call.called_number")
      assert.include(fields, "payload.call.source_group")
    }).pipe(Effect.scoped)
  )

  it.live("keeps CDRs, each that is sound on its own, once", () =>
    Effect.gen(function* () {
      const ask = yield* clientAs("operator")
      const now = (yield* Clock.currentTimeMillis) / 1_000
      const cdr = { ...call("1", "08030000001"), start_time: now - 60, answer_time: now - 50, end_time: now }
      const { receipts } = yield* ask("Call.Record", { cdrs: [cdr, { ...cdr, call_id: "2", end_time: "never" }, cdr] })
      assert.deepStrictEqual(
        receipts.map(({ callId, problems, status }) => [callId, status, problems.map(({ field }) => field)]),
        [
          ["1", "counted", []],
          ["2", "refused", ["end_time"]],
          ["1", "duplicate", []]
        ]
      )
      const many = yield* Effect.flip(ask("Call.Record", { cdrs: Array.from({ length: maxBatch + 1 }, () => ({})) }))
      assert.strictEqual(many._tag, "InvalidRequest")
    }).pipe(Effect.scoped)
  )

  it.live("reads alerts and says what becomes of them, under the caller's own keys", () =>
    Effect.gen(function* () {
      const ask = yield* clientAs("operator")
      assert.strictEqual((yield* ask("FraudAlert.Get", { alertId })).status, "pending")
      const { items, nextCursor } = yield* ask("FraudAlert.List", { status: "pending", limit: 10 })
      assert.deepStrictEqual([items.map((alert) => alert.alertId), nextCursor], [[alertId], null])
      assert.deepStrictEqual((yield* ask("FraudAlert.List", { status: "resolved" })).items, [])
      const seen = yield* ask("FraudAlert.Acknowledge", { alertId, commandKey: "seen" })
      assert.deepStrictEqual([seen.status, seen.acknowledgedBy], ["acknowledged", "operator"])
      yield* ask("FraudAlert.Resolve", { alertId, commandKey: "done", resolution: "false_positive" })
      assert.deepStrictEqual(commands, [
        ["Acknowledge", alertId, "rpc:id-of-operator:seen"],
        ["Resolve", alertId, "rpc:id-of-operator:done"]
      ])
      const unknown = yield* Effect.flip(ask("FraudAlert.Get", { alertId: "ALT-2026-9999999" }))
      assert.strictEqual(unknown._tag, "AlertUnknown")
      for (const wrong of ["ALT-7", "", "alt-2026-0000001", "\0"]) {
        const refused = [
          yield* Effect.flip(ask("FraudAlert.Get", { alertId: wrong })),
          yield* Effect.flip(ask("FraudAlert.Acknowledge", { alertId: wrong, commandKey: "k" }))
        ]
        assert.deepStrictEqual(
          refused.map(({ _tag }) => _tag),
          ["AlertUnknown", "AlertUnknown"]
        )
      }
      const cursor = yield* Effect.flip(ask("FraudAlert.List", { cursor: "nonsense" }))
      assert.strictEqual(cursor._tag, "InvalidCursor")
    }).pipe(Effect.scoped)
  )

  it.live("puts numbers on a list in their one form, takes them off, and says what no list takes", () =>
    Effect.gen(function* () {
      const ask = yield* clientAs("operator")
      const entry = { list: "block", kind: "number", reason: "wangiri" } as const
      const added = yield* ask("ListEntry.Add", { ...entry, value: "0803 123 4567", commandKey: "a" })
      assert.deepStrictEqual([added.status, added.by, added.source], ["active", "operator", "manual"])
      const removed = yield* ask("ListEntry.Remove", { ...entry, value: "+2348031234567", commandKey: "r" })
      assert.strictEqual(removed.status, "removed")
      assert.deepStrictEqual(commands, [
        ["Add", "block:number:+2348031234567", "rpc:id-of-operator:a"],
        ["Remove", "block:number:+2348031234567", "rpc:id-of-operator:r"]
      ])
      const emergency = yield* Effect.flip(ask("ListEntry.Add", { ...entry, value: "112", commandKey: "e" }))
      assert.strictEqual(emergency._tag, "ListEntryRefused")
    }).pipe(Effect.scoped)
  )

  it.live("lets a viewer look and do nothing", () =>
    Effect.gen(function* () {
      const ask = yield* clientAs("viewer")
      assert.strictEqual((yield* ask("FraudAlert.Get", { alertId })).alertId, alertId)
      const entry = { list: "block", kind: "number", value: spoofer, reason: "x" } as const
      const tagOf = <A, E extends { readonly _tag: string }>(asked: Effect.Effect<A, E>) =>
        Effect.map(Effect.flip(asked), ({ _tag }) => _tag)
      const refused = yield* Effect.all([
        tagOf(ask("Call.Detect", { call: call("1", spoofer) })),
        tagOf(ask("Call.Record", { cdrs: [] })),
        tagOf(ask("FraudAlert.Acknowledge", { alertId, commandKey: "k" })),
        tagOf(ask("ListEntry.Remove", { ...entry, commandKey: "k" }))
      ])
      assert.deepStrictEqual(refused, ["Forbidden", "Forbidden", "Forbidden", "Forbidden"])
      assert.deepStrictEqual(commands, [])
    }).pipe(Effect.scoped)
  )

  it.live("has an example that works", () =>
    Effect.gen(function* () {
      const origin = yield* servingRpcs
      const env = { ...process.env, TANDEM_URL: origin, TANDEM_API_KEY: Redacted.value(keyOf("operator")) }
      const args = ["examples/rpc-screening.ts", spoofer, "+2348055500001"]
      const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, args, { env }))
      assert.match(stdout, /"action":"block"[^]*"list":"block".*"status":"active"/)
      assert.deepStrictEqual(commands[0]?.slice(0, 2), ["Add", `block:number:${spoofer}`])
    }).pipe(Effect.scoped)
  )
})
