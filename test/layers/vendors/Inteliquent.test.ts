import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Inteliquent, maxNumbersPerOrder } from "../../../src/layers/vendors/Inteliquent.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { vendorErrorOf, withSandbox } from "./VendorSandbox.ts"

const inNewYork = { locality: { npa: "212" }, quantity: 5, reserve: false } as const

const stock = (count: number, npa = "212") =>
  Effect.flatMap(Sandbox, (sandbox) => sandbox.setStock("inteliquent", { npa, count }))

const found = Effect.gen(function* () {
  const numbers = yield* (yield* Inteliquent).searchInventory(inNewYork)
  return numbers.map(({ e164 }) => e164)
})

describe("Inteliquent's inventory", () => {
  it.live("is searched by area code and exchange, and by city and state", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      yield* (yield* Sandbox).setStock("inteliquent", { numbers: ["12123330001", "12124440001"] })
      const all = yield* inteliquent.searchInventory(inNewYork)
      assert.deepStrictEqual(
        all.map(({ e164 }) => e164),
        ["+12123330001", "+12124440001"]
      )
      assert.deepStrictEqual([all[0]?.region, typeof all[0]?.rateCenter], ["NY", "string"])
      const one = yield* inteliquent.searchInventory({ ...inNewYork, locality: { npa: "212", nxx: "444" } })
      assert.deepStrictEqual(
        one.map(({ e164 }) => e164),
        ["+12124440001"]
      )
      const city = { city: all[0]?.city ?? "", region: "NY" }
      assert.isAbove((yield* inteliquent.searchInventory({ ...inNewYork, locality: city })).length, 0)
    }).pipe(withSandbox())
  )

  it.live("that has nothing there is empty, not an error", () =>
    Effect.gen(function* () {
      yield* stock(0)
      assert.deepStrictEqual(yield* found, [])
      assert.deepStrictEqual(yield* (yield* Inteliquent).reserved, [])
    }).pipe(withSandbox())
  )

  it.live("reserves while it searches, and by name, and releases", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      yield* stock(4)
      const two = yield* inteliquent.searchInventory({ ...inNewYork, quantity: 2, reserve: true })
      const held = two.map(({ e164 }) => e164)
      assert.sameMembers([...(yield* inteliquent.reserved)], held)
      const [free = ""] = yield* found
      assert.deepStrictEqual(yield* inteliquent.reserve([free, ...held]), { reserved: [free], excluded: held })
      yield* inteliquent.release([free, ...held])
      yield* inteliquent.release([free])
      assert.deepStrictEqual(yield* inteliquent.reserved, [])
      assert.strictEqual((yield* found).length, 4)
    }).pipe(withSandbox())
  )
})

describe("Inteliquent's orders", () => {
  it.live("sell numbers under our reference", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      yield* stock(3)
      const numbers = yield* found
      const { orderId, partial } = yield* inteliquent.order({ reference: "T-1", numbers })
      assert.isFalse(partial)
      const detail = Option.getOrThrow(yield* inteliquent.orderDetail({ orderId }))
      assert.deepStrictEqual([detail.orderId, detail.status, detail.reference], [orderId, "closed", "T-1"])
      assert.sameDeepMembers(
        [...detail.numbers],
        numbers.map((e164) => ({ e164, status: "Complete", complete: true }))
      )
      assert.deepStrictEqual(yield* inteliquent.orderDetail({ reference: "T-1" }), Option.some(detail))
    }).pipe(withSandbox())
  )

  it.live("say when some of the numbers were gone, and refuse when all were", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      yield* stock(2)
      const [first = "", second = ""] = yield* found
      yield* inteliquent.order({ reference: "T-1", numbers: [first] })
      const { orderId, partial } = yield* inteliquent.order({ reference: "T-2", numbers: [first, second] })
      const detail = Option.getOrThrow(yield* inteliquent.orderDetail({ orderId }))
      assert.deepStrictEqual([partial, detail.numbers.map(({ e164 }) => e164)], [true, [second]])
      const error = yield* vendorErrorOf(inteliquent.order({ reference: "T-3", numbers: [first, second] }))
      assert.deepStrictEqual([error.reason, error.code, error.status, error.committed], ["Rejected", "430", 200, "no"])
    }).pipe(withSandbox())
  )

  it.live("wait as back-orders until they are cancelled", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      const request = { reference: "T-1", locality: { npa: "212" }, quantity: 7 }
      const { orderId } = yield* inteliquent.backorder(request)
      const open = Option.getOrThrow(yield* inteliquent.orderDetail({ orderId }))
      assert.deepStrictEqual([open.status, open.numbers, typeof open.desiredDueAt], ["open", [], "string"])
      yield* inteliquent.cancel(orderId)
      const cancelled = Option.getOrThrow(yield* inteliquent.orderDetail({ orderId }))
      assert.strictEqual(cancelled.status, "cancelled")
      const city = yield* inteliquent.backorder({ ...request, locality: { city: "Houston", region: "TX" } })
      assert.notStrictEqual(city.orderId, orderId)
    }).pipe(withSandbox())
  )

  it.live("are found by their exact reference, also when there are several", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      const request = { locality: { npa: "212" }, quantity: 1 }
      assert.deepStrictEqual(yield* inteliquent.ordersByReference("T-1"), [])
      assert.isTrue(Option.isNone(yield* inteliquent.orderDetail({ reference: "T-1" })))
      assert.isTrue(Option.isNone(yield* inteliquent.orderDetail({ orderId: "999" })))
      const first = yield* inteliquent.backorder({ ...request, reference: "T-1" })
      yield* inteliquent.backorder({ ...request, reference: "T-10" })
      const second = yield* inteliquent.backorder({ ...request, reference: "T-1" })
      const orders = yield* inteliquent.ordersByReference("T-1")
      assert.sameMembers(
        orders.map(({ orderId }) => orderId),
        [first.orderId, second.orderId]
      )
      const error = yield* vendorErrorOf(inteliquent.orderDetail({ reference: "T-1" }))
      assert.deepStrictEqual([error.reason, error.retryable], ["Conflict", false])
    }).pipe(withSandbox())
  )

  it.live("with a reference or a number of numbers that cannot be are refused unsent", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      const numbers = ["+12125550100"]
      for (const reference of ["", ...",=][!<>{}\\^~`"]) {
        const error = yield* vendorErrorOf(inteliquent.order({ reference, numbers }))
        assert.deepStrictEqual([error.code, error.committed], ["reference", "no"], reference)
      }
      const tooMany = Array.from({ length: maxNumbersPerOrder + 1 }, (_, index) => `+1212555${1000 + index}`)
      for (const wrong of [[], tooMany]) {
        assert.strictEqual(
          (yield* vendorErrorOf(inteliquent.order({ reference: "T", numbers: wrong }))).code,
          "tooMany"
        )
      }
      assert.deepStrictEqual(yield* (yield* Sandbox).calls("inteliquent"), [])
    }).pipe(withSandbox())
  )
})

describe("Inteliquent's faults", () => {
  it.live("leave an order in doubt, which its reference settles", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      const sandbox = yield* Sandbox
      yield* stock(4)
      const numbers = yield* found
      const kinds = ["timeoutAfterCommit", "malformedBody", "timeoutBeforeCommit", "serverError"] as const
      for (const [index, kind] of kinds.entries()) {
        yield* sandbox.setFaults([{ vendor: "inteliquent", kind, operation: "tnOrder", times: 1, holdMillis: 30 }])
        const reference = `T-${kind}`
        const order = inteliquent.order({ reference, numbers: numbers.slice(index, index + 1) })
        assert.strictEqual((yield* vendorErrorOf(order)).committed, "unknown", kind)
        const placed = kind === "timeoutAfterCommit" || kind === "malformedBody"
        assert.strictEqual((yield* inteliquent.ordersByReference(reference)).length, placed ? 1 : 0, kind)
      }
    }).pipe(withSandbox())
  )

  it.live("are waited out: a rate limit on an order, errors and broken answers on a search", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock(1)
      const numbers = yield* found
      yield* sandbox.setFaults([
        { vendor: "inteliquent", kind: "rateLimited", operation: "tnOrder", times: 1, retryAfterSeconds: 1 },
        { vendor: "inteliquent", kind: "serverError", operation: "tnInventory", times: 1 },
        { vendor: "inteliquent", kind: "malformedBody", operation: "tnInventory", times: 1 }
      ])
      yield* (yield* Inteliquent).order({ reference: "T-1", numbers })
      assert.deepStrictEqual(yield* found, [])
      assert.strictEqual((yield* (yield* Inteliquent).ordersByReference("T-1")).length, 1)
    }).pipe(withSandbox())
  )

  it.live("in a token are mended by another token, and the order is placed once", () =>
    Effect.gen(function* () {
      const inteliquent = yield* Inteliquent
      yield* stock(1)
      const numbers = yield* found
      yield* (yield* Sandbox).setFaults([
        { vendor: "inteliquent", kind: "unauthorized", operation: "tnOrder", times: 1 }
      ])
      yield* inteliquent.order({ reference: "T-1", numbers })
      assert.strictEqual((yield* inteliquent.ordersByReference("T-1")).length, 1)
      const tokens = (yield* (yield* Sandbox).calls("inteliquent")).filter(({ operation }) => operation === "token")
      assert.strictEqual(tokens.length, 2)
    }).pipe(withSandbox())
  )

  it.live("in the private key are the vendor's refusal, and the key is not quoted", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf(found)
      assert.deepStrictEqual([error.reason, error.code, error.retryable], ["Rejected", "408", false])
      assert.notInclude(JSON.stringify(error), "another-key")
    }).pipe(withSandbox({ INTELIQUENT_PRIVATE_KEY: "another-key" }))
  )

  it.live("do not arise with Basic authentication instead of tokens", () =>
    Effect.gen(function* () {
      yield* stock(2)
      assert.strictEqual((yield* found).length, 2)
      const operations = (yield* (yield* Sandbox).calls("inteliquent")).map(({ operation }) => operation)
      assert.deepStrictEqual(operations, ["tnInventory"])
    }).pipe(withSandbox({ INTELIQUENT_AUTH: "basic" }))
  )
})
