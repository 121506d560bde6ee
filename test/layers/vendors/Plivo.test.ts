import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Plivo } from "../../../src/layers/vendors/Plivo.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { vendorErrorOf, withSandbox } from "./VendorSandbox.ts"

const inAustin = { country: "US", locality: { npa: "512" }, offset: 0, limit: 20 } as const

const rentedInLedger = Effect.gen(function* () {
  const { plivo } = yield* (yield* Sandbox).ledger
  return plivo.rented.map(({ number, attempts }) => ({ number, attempts }))
})

const firstOnSale = Effect.gen(function* () {
  const { numbers } = yield* (yield* Plivo).search(inAustin)
  const [first] = numbers
  if (first === undefined) throw new Error("nothing on sale")
  return first.e164
})

describe("Plivo", () => {
  it.live("reads the offer page by page", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      yield* (yield* Sandbox).setStock("plivo", { npa: "512", count: 45 })
      const pages = [yield* plivo.search(inAustin)]
      for (let page = pages[0]; page?.nextOffset !== undefined; page = pages.at(-1)) {
        pages.push(yield* plivo.search({ ...inAustin, offset: page.nextOffset }))
      }
      assert.deepStrictEqual(
        pages.map(({ numbers, total }) => [numbers.length, total]),
        [
          [20, 45],
          [20, 45],
          [5, 45]
        ]
      )
      const all = pages.flatMap(({ numbers }) => numbers)
      assert.strictEqual(new Set(all.map(({ e164 }) => e164)).size, 45)
      assert.isTrue(all.every(({ e164 }) => /^\+1512\d{7}$/.test(e164)))
      const [{ monthlyPriceMicros, smsEnabled, rateCenter } = {}] = all
      assert.deepStrictEqual([monthlyPriceMicros, smsEnabled, typeof rateCenter], [500_000, true, "string"])
    }).pipe(withSandbox())
  )

  it.live("finds numbers by exchange, and by city and state", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      yield* (yield* Sandbox).setStock("plivo", { numbers: ["15122340001", "15123450001"] })
      const byExchange = yield* plivo.search({ ...inAustin, locality: { npa: "512", nxx: "345" } })
      assert.deepStrictEqual(
        byExchange.numbers.map(({ e164 }) => e164),
        ["+15123450001"]
      )
      const byCity = yield* plivo.search({ ...inAustin, locality: { city: "Austin", region: "TX" } })
      assert.isTrue(byCity.numbers.some(({ e164 }) => e164 === "+15122340001"))
      const canadian = yield* plivo.search({ country: "CA", locality: { npa: "416" }, offset: 0, limit: 3 })
      assert.deepStrictEqual([canadian.numbers.length, canadian.numbers[0]?.e164.slice(0, 5)], [3, "+1416"])
      const nothing = yield* plivo.search({ ...inAustin, locality: { npa: "512", nxx: "999" } })
      assert.deepStrictEqual(nothing, { numbers: [], total: 0 })
    }).pipe(withSandbox())
  )

  it.live("buys, finds, lists and releases a number; releasing it twice is no error", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      const e164 = yield* firstOnSale
      assert.isTrue(Option.isNone(yield* plivo.rented(e164)))
      assert.deepStrictEqual(yield* plivo.buy(e164), { status: "fulfilled" })
      assert.deepStrictEqual(yield* plivo.rented(e164), Option.some({ e164, alias: null }))
      const listed = yield* plivo.listRented({ prefix: "+1512", offset: 0 })
      assert.deepStrictEqual(listed, { numbers: [{ e164, alias: null }], total: 1 })
      assert.deepStrictEqual(yield* plivo.listRented({ prefix: "1303", offset: 0 }), { numbers: [], total: 0 })
      yield* plivo.release(e164)
      yield* plivo.release(e164)
      assert.deepStrictEqual(yield* rentedInLedger, [])
    }).pipe(withSandbox())
  )

  it.live("says in its own words that a number is gone or was never there", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      const e164 = yield* firstOnSale
      yield* plivo.buy(e164)
      for (const gone of [e164, "+15129990000"]) {
        const refused = yield* Effect.flip(plivo.buy(gone))
        assert.deepStrictEqual([refused._tag, refused.vendor], ["NumberNotAvailable", "plivo"])
        assert.include(refused.message, gone)
      }
    }).pipe(withSandbox())
  )

  it.live("does not buy again when the answer to a purchase was lost, but says that the outcome is unknown", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      const e164 = yield* firstOnSale
      for (const kind of ["timeoutAfterCommit", "malformedBody"] as const) {
        yield* (yield* Sandbox).setFaults([{ vendor: "plivo", kind, operation: "rentNumber", holdMillis: 50 }])
        const error = yield* vendorErrorOf(plivo.buy(e164))
        assert.strictEqual(error.committed, "unknown", kind)
        yield* (yield* Sandbox).setFaults([])
        assert.isTrue(Option.isSome(yield* plivo.rented(e164)), kind)
        assert.strictEqual((yield* rentedInLedger)[0]?.attempts, kind === "malformedBody" ? 2 : 1)
        yield* plivo.release(e164)
      }
    }).pipe(withSandbox())
  )

  it.live("a server error on a purchase leaves it in doubt; on a search it is tried again", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      const sandbox = yield* Sandbox
      const e164 = yield* firstOnSale
      yield* sandbox.setFaults([{ vendor: "plivo", kind: "serverError", times: 1, status: 503 }])
      const error = yield* vendorErrorOf(plivo.buy(e164))
      assert.deepStrictEqual([error.reason, error.status, error.committed], ["Unavailable", 503, "unknown"])
      for (const kind of ["serverError", "timeoutBeforeCommit", "malformedBody"] as const) {
        yield* sandbox.setFaults([{ vendor: "plivo", kind, times: 1, holdMillis: 20 }])
        assert.isAbove((yield* plivo.search(inAustin)).total, 0, kind)
      }
    }).pipe(withSandbox())
  )

  it.live("waits as long as a 429 says and then buys once", () =>
    Effect.gen(function* () {
      const plivo = yield* Plivo
      const e164 = yield* firstOnSale
      yield* (yield* Sandbox).setFaults([{ vendor: "plivo", kind: "rateLimited", times: 1, retryAfterSeconds: 1 }])
      assert.deepStrictEqual(yield* plivo.buy(e164), { status: "fulfilled" })
      assert.deepStrictEqual(yield* rentedInLedger, [{ number: e164.slice(1), attempts: 1 }])
    }).pipe(withSandbox())
  )

  it.live("does not repeat calls with wrong credentials, and keeps the token out of the error", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf((yield* Plivo).search(inAustin))
      assert.deepStrictEqual([error.reason, error.retryable, error.committed], ["Unauthorized", false, "no"])
      assert.notInclude(JSON.stringify(error), "wrong-token")
      assert.strictEqual((yield* (yield* Sandbox).calls("plivo")).length, 1)
    }).pipe(withSandbox({ PLIVO_AUTH_TOKEN: "wrong-token" }))
  )
})
