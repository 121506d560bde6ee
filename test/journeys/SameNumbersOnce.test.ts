import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import {
  answerTo,
  eventually,
  getJson,
  openTicket,
  orderWith,
  send,
  stock,
  ticketAtDesk,
  truthOf,
  webhooksAnswered
} from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

const settled = (ticketId: string) =>
  eventually(send("GET", `/api/v1/orders/${ticketId}`), ({ body }) =>
    ["completed", "backordered", "failed"].includes(body.status)
  ).pipe(Effect.map(({ body }) => body))

const boughtTwice = (rows: ReadonlyArray<{ readonly number: string; readonly times?: number }>) => [
  ...rows.filter(({ times = 1 }) => times !== 1),
  ...rows.filter(({ number }, index) => rows.findIndex((row) => row.number === number) !== index)
]

layer(Plane.layer(), { excludeTestServices: true })("the same numbers are bought once", (it) => {
  it.effect("however often and however close together the ticket's webhook comes", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("206", 6, 6)
      yield* sandbox.setFaults([{ vendor: "zendesk", kind: "duplicateNotification", operation: "webhook" }])
      const ticketId = yield* openTicket("Please order 4 numbers in area code 206.")
      yield* eventually(sandbox.ledger, ({ notifications }) =>
        notifications.ended.some((end) => end.subject === ticketId && end.outcome === "duplicated")
      )
      yield* sandbox.setFaults([])
      const again = (sameInvocation: boolean) => sandbox.redeliverTicket(Number(ticketId), { sameInvocation })
      yield* again(true)
      yield* Effect.all([again(false), again(false), again(false), again(false)])
      yield* orderWith(ticketId, "completed")
      yield* webhooksAnswered(ticketId, 5)
      yield* again(true)
      yield* again(false)
      yield* webhooksAnswered(ticketId, 7)

      const order = yield* getJson(`/api/v1/orders/${ticketId}`)
      assert.deepStrictEqual([order.status, order.generation, order.ordered], ["completed", 1, 4])
      const { blockCalls, inventory, rented, sold } = yield* truthOf("206")
      assert.deepStrictEqual([rented.length, sold.length, blockCalls.length], [4, 0, 4])
      assert.deepStrictEqual(boughtTwice(rented), [])
      assert(inventory.every(({ times }) => times === 1))
      assert.strictEqual((yield* ticketAtDesk(ticketId)).comments.length, 2)
      const { openai } = yield* sandbox.ledger
      assert.strictEqual(openai.questions.filter(({ input }) => input.includes("area code 206")).length, 1)
    })
  )

  it.effect("when the vendor shows them over three pages", () =>
    Effect.gen(function* () {
      yield* stock("718", 60, 0)
      const ticketId = yield* openTicket("Please order 45 numbers in area code 718.")
      yield* orderWith(ticketId, "completed")
      const { blockCalls, inventory, rented } = yield* truthOf("718")
      assert.deepStrictEqual([rented.length, inventory.length, blockCalls.length], [45, 45, 45])
      assert.deepStrictEqual(boughtTwice(rented), [])
      const pages = (yield* (yield* Sandbox).calls("plivo"))
        .filter(({ operation, path }) => operation === "searchNumbers" && path.includes("718"))
        .map(({ path }) => new URL(path, "http://plivo.test").searchParams.get("offset"))
      assert.deepStrictEqual(pages, ["0", "20", "40"])
      assert.include(yield* answerTo(ticketId), "718 (US): 45 numbers asked for, 45 ordered, 0 back-ordered.")
    })
  )

  for (const [vendor, npa, plivo, inteliquent] of [
    ["Plivo", "801", 10, 0],
    ["Inteliquent", "813", 0, 10]
  ] as const) {
    it.effect(`when two tickets want all that ${vendor} has: the rest is back-ordered`, () =>
      Effect.gen(function* () {
        yield* stock(npa, plivo, inteliquent)
        const open = openTicket(`Please order 10 numbers in area code ${npa}.`)
        const ticketIds = yield* Effect.all([open, open], { concurrency: 2 })
        const orders = yield* Effect.forEach(ticketIds, settled)
        const { backorders, blocked, inventory, rented, reserved, sold } = yield* truthOf(npa)
        assert.deepStrictEqual([rented.length, sold.length], [plivo, inteliquent])
        assert.deepStrictEqual(boughtTwice([...rented, ...sold]), [])
        assert.deepStrictEqual([inventory.length, blocked.length, reserved.length], [10, 10, 0])
        const sum = (counts: ReadonlyArray<number>) => counts.reduce((all, count) => all + count, 0)
        assert.strictEqual(sum(orders.map(({ ordered }) => ordered)), 10)
        assert.strictEqual(sum(orders.map(({ backordered }) => backordered)), 10)
        assert.strictEqual(sum(backorders.map(({ quantity }) => quantity)), 10)
        for (const { orderId, ordered, backordered } of orders) {
          assert.include(
            yield* answerTo(orderId),
            `${npa} (US): 10 numbers asked for, ${ordered} ordered, ${backordered} back-ordered.`
          )
        }
      })
    )
  }
})
