import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { type Ask, ask, basic, inSandbox } from "../SandboxFixture.ts"

const { authId, authToken } = sandboxCredentials.plivo

const plivo = (sandbox: Sandbox["Service"], path: string, options: Ask = {}) =>
  ask(`${sandbox.urls.plivo}/v1/Account/${authId}${path}`, { headers: basic(authId, authToken), ...options })

describe("Plivo's simulator", () => {
  it.live("pages through the numbers of an area code, at most 20 at a time", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("plivo", { npa: "212", count: 23 })
        const first = yield* plivo(sandbox, "/PhoneNumber/?country_iso=US&type=local&pattern=212")
        assert.strictEqual(first.status, 200)
        assert.strictEqual(first.json.objects.length, 20)
        assert.strictEqual(first.json.meta.total_count, 23)
        assert.strictEqual(first.json.meta.previous, null)
        assert.include(first.json.meta.next, "offset=20")
        const { api_id: _, ...number } = first.json.objects[0]
        assert.match(number.number, /^1212[2-9]\d{6}$/)
        assert.strictEqual(number.prefix, "212")
        assert.strictEqual(number.city, "NEW YORK")
        assert.strictEqual(number.region, "New York, UNITED STATES")
        assert.strictEqual(number.monthly_rental_rate, "0.50000")
        assert.strictEqual(number.resource_uri, `/v1/Account/${authId}/PhoneNumber/${number.number}/`)
        const second = yield* plivo(sandbox, "/PhoneNumber/?country_iso=US&pattern=212&limit=20&offset=20")
        assert.strictEqual(second.json.objects.length, 3)
        assert.strictEqual(second.json.meta.next, null)
        const tooMany = yield* plivo(sandbox, "/PhoneNumber/?country_iso=US&limit=21")
        assert.strictEqual(tooMany.status, 400)
        assert.isString(tooMany.json.error)
        assert.strictEqual((yield* plivo(sandbox, "/PhoneNumber/?pattern=212")).status, 400)
      })
    )
  )

  it.live("searches by country, region, city, rate center and toll-free", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const count = (query: string) =>
          Effect.map(plivo(sandbox, `/PhoneNumber/?${query}`), (answer) => answer.json.meta.total_count)
        assert.strictEqual(yield* count("country_iso=US&pattern=416"), 0)
        assert.strictEqual(yield* count("country_iso=CA&pattern=416"), 25)
        assert.strictEqual(yield* count("country_iso=US&city=Denver"), 25)
        assert.strictEqual(yield* count("country_iso=US&region=IL"), 25)
        assert.strictEqual(yield* count("country_iso=CA&region=quebec"), 25)
        assert.strictEqual(yield* count("country_iso=US&rate_center=CHICAGOZ01&lata=358"), 25)
        assert.strictEqual(yield* count("country_iso=US&type=tollfree&pattern=833"), 5)
        assert.strictEqual(yield* count("country_iso=US&type=local&pattern=833"), 0)
        assert.strictEqual(yield* count("country_iso=US&type=local&pattern=999"), 0)
      })
    )
  )

  it.live("sells a number once, and shows a second attempt in the ledger", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("plivo", { numbers: ["12125550123"] })
        const bought = yield* plivo(sandbox, "/PhoneNumber/12125550123/", { method: "POST", json: { app_id: "42" } })
        assert.strictEqual(bought.status, 201)
        assert.deepStrictEqual(bought.json.numbers, [{ number: "12125550123", status: "Success" }])
        assert.strictEqual(bought.json.status, "fulfilled")
        const again = yield* plivo(sandbox, "/PhoneNumber/12125550123/", { method: "POST" })
        assert.strictEqual(again.status, 400)
        assert.include(again.json.error, "already rented")
        assert.strictEqual((yield* plivo(sandbox, "/PhoneNumber/12125550199/", { method: "POST" })).status, 404)
        const search = yield* plivo(sandbox, "/PhoneNumber/?country_iso=US&pattern=212")
        assert.deepStrictEqual(search.json.objects, [])
        const [rented] = (yield* sandbox.ledger).plivo.rented
        assert.strictEqual(rented?.number, "12125550123")
        assert.strictEqual(rented?.times, 1)
        assert.strictEqual(rented?.attempts, 2)
      })
    )
  )

  it.live("shows, changes and releases rented numbers", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("plivo", { numbers: ["12125550123", "14165550123"] })
        yield* plivo(sandbox, "/PhoneNumber/12125550123/", { method: "POST" })
        yield* plivo(sandbox, "/PhoneNumber/14165550123/", { method: "POST" })
        assert.strictEqual((yield* plivo(sandbox, "/Number/12125550123/")).json.number, "12125550123")
        const changed = yield* plivo(sandbox, "/Number/12125550123/", { json: { alias: "front desk" } })
        assert.strictEqual(changed.status, 202)
        const aliased = yield* plivo(sandbox, "/Number/?alias=front%20desk")
        assert.deepStrictEqual(
          aliased.json.objects.map((row: { alias: string }) => row.alias),
          ["front desk"]
        )
        const canadian = yield* plivo(sandbox, "/Number/?number_startswith=1416")
        assert.strictEqual(canadian.json.meta.total_count, 1)
        const released = yield* plivo(sandbox, "/Number/12125550123/", { method: "DELETE" })
        assert.strictEqual(released.status, 204)
        assert.strictEqual((yield* plivo(sandbox, "/Number/12125550123/")).status, 404)
        assert.strictEqual((yield* plivo(sandbox, "/Number/12125550123/", { method: "DELETE" })).status, 404)
        const rebought = yield* plivo(sandbox, "/PhoneNumber/12125550123/", { method: "POST" })
        assert.strictEqual(rebought.status, 201)
        assert.strictEqual((yield* sandbox.ledger).plivo.rented.find((row) => row.number === "12125550123")?.times, 2)
      })
    )
  )

  it.live("refuses strangers, unknown paths and wrong methods in Plivo's words", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const wrong = yield* plivo(sandbox, "/Number/", { headers: basic(authId, "wrong") })
        assert.strictEqual(wrong.status, 401)
        assert.isString(wrong.json.api_id)
        assert.isString(wrong.json.error)
        assert.strictEqual((yield* plivo(sandbox, "/Number/", { headers: {} })).status, 401)
        const otherAccount = yield* ask(`${sandbox.urls.plivo}/v1/Account/OTHER/Number/`, {
          headers: basic(authId, authToken)
        })
        assert.strictEqual(otherAccount.status, 401)
        assert.strictEqual((yield* plivo(sandbox, "/Call/")).status, 404)
        assert.strictEqual((yield* plivo(sandbox, "/Number/", { method: "PUT" })).status, 405)
      })
    )
  )
})
