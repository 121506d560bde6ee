import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { RouteTable } from "../../../src/http/RouteTable.ts"

describe("RouteTable", () => {
  it.effect("tells a request's template, and otherwise which methods its address takes", () =>
    Effect.gen(function* () {
      const table = yield* RouteTable
      table.note("GET", "/numbers/:e164")
      table.note("POST", "/numbers/:e164/block")
      table.note("POST", "/numbers/:e164/block")
      table.note("*", "/docs/*")
      assert.strictEqual(table.match("GET", "/numbers/%2B12125550123?x=1").template, "/numbers/:e164")
      assert.strictEqual(table.match("HEAD", "/numbers/1").template, "/numbers/:e164")
      assert.deepStrictEqual(table.match("POST", "/numbers/1"), { template: undefined, allow: ["HEAD", "GET"] })
      assert.deepStrictEqual(table.match("GET", "/numbers/1/block").allow, ["POST"])
      assert.deepStrictEqual(table.match("GET", "/nothing"), { template: undefined, allow: [] })
      assert.strictEqual(table.match("DELETE", "/docs/a/b").template, "/docs/*")
      assert.strictEqual(table.match("GET", "/docs").template, "/docs/*")
    }).pipe(Effect.provide(RouteTable.layer))
  )
})
