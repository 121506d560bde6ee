import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import {
  eventually,
  openTicket,
  orderWith,
  send,
  stock,
  ticketAtDesk,
  truthOf,
  webhooksAnswered
} from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

/** No order, no question to the model, no word to the customer. */
const leftAlone = Effect.fnUntraced(function* (ticketId: string, description: string) {
  const { ledger } = yield* Sandbox
  assert.strictEqual((yield* send("GET", `/api/v1/orders/${ticketId}`)).status, 404)
  const { openai } = yield* ledger
  assert.deepStrictEqual(
    openai.questions.filter(({ input }) => input.includes(description)),
    []
  )
  assert.strictEqual((yield* ticketAtDesk(ticketId)).comments.length, 1)
})

layer(Plane.layer(), { excludeTestServices: true })("a ticket is left alone", (it) => {
  it.effect("while it is on hold, and is ordered when a later webhook says that it is open", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const description = "Please order 2 numbers in area code 212."
      yield* stock("212", 2, 0)
      const ticketId = yield* openTicket(description, { status: "hold" })
      yield* webhooksAnswered(ticketId, 1)
      yield* leftAlone(ticketId, description)

      yield* sandbox.changeTicket(Number(ticketId), { status: "open" })
      yield* sandbox.redeliverTicket(Number(ticketId))
      const order = yield* orderWith(ticketId, "completed")
      assert.strictEqual(order.blocked, 2)
      assert.strictEqual((yield* truthOf("212")).rented.length, 2)
    })
  )

  it.effect("when it asks for something else", () =>
    Effect.gen(function* () {
      const description = "I forgot my password, please help me to log in."
      const ticketId = yield* openTicket(description, { subject: "Password" })
      yield* webhooksAnswered(ticketId, 1)
      yield* leftAlone(ticketId, description)
    })
  )

  it.effect("when it is closed", () =>
    Effect.gen(function* () {
      const description = "Please order 3 numbers in area code 213."
      const ticketId = yield* openTicket(description, { status: "closed" })
      yield* webhooksAnswered(ticketId, 1)
      yield* leftAlone(ticketId, description)
      assert.deepStrictEqual((yield* truthOf("213")).rented, [])
    })
  )

  it.effect("by the model's word, when the text only sounds like an order", () =>
    Effect.gen(function* () {
      const ticketId = yield* openTicket("Could you tell me how long our numbers in area code 214 have been active?")
      yield* orderWith(ticketId, "ignored")
      assert.strictEqual((yield* ticketAtDesk(ticketId)).comments.length, 1)
      assert.deepStrictEqual((yield* truthOf("214")).rented, [])
    })
  )

  it.effect("when it is closed between order and answer: what was ordered stays ordered and is completed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* stock("215", 2, 0)
      yield* sandbox.setFaults([{ vendor: "mcp", kind: "slow", delayMillis: 200 }])
      const ticketId = yield* openTicket("Please order 2 numbers in area code 215.")
      yield* eventually(truthOf("215"), ({ rented }) => rented.length === 2)
      yield* sandbox.changeTicket(Number(ticketId), { status: "closed" })
      yield* sandbox.setFaults([])
      const order = yield* orderWith(ticketId, "completed")
      assert.deepStrictEqual(
        { ordered: order.ordered, added: order.added, blocked: order.blocked },
        { ordered: 2, added: 2, blocked: 2 }
      )
      const closed = yield* ticketAtDesk(ticketId)
      assert.strictEqual(closed.comments.length, 1)
      assert.strictEqual(closed.status, "closed")
    })
  )
})
