import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ScriptedAnswer } from "../../src/simulators/openai/ScriptedAnswer.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import {
  answerTo,
  openTicket,
  orderWith,
  postJson,
  send,
  stock,
  ticketAtDesk,
  truthOf
} from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

/** Each is given as often as the call may be tried. */
const troubles: ReadonlyArray<readonly [what: string, npa: string, answer: ScriptedAnswer]> = [
  ["is down", "312", { status: 503 }],
  ["has no quota left", "313", { status: 429, code: "insufficient_quota", message: "You exceeded your quota" }],
  ["refuses", "314", { refusal: "I cannot help with that." }],
  ["stops early", "315", { incomplete: "max_output_tokens" }],
  ["fails", "347", { failed: { code: "server_error", message: "Something went wrong" } }],
  ["speaks nonsense", "404", { text: "Sure! Twelve numbers, coming up." }],
  ["answers what cannot be", "408", { output: { is_number_request: "Yes", numbers: [], questions: [], cost: 0 } }],
  [
    "invents an area code",
    "412",
    {
      output: {
        is_number_request: "Yes",
        numbers: [
          {
            type: "long code",
            quantity: 12,
            area_code: "999",
            number_with_area_code: null,
            number_without_area_code: null,
            city: null,
            region: null,
            country: "US"
          }
        ],
        questions: []
      }
    }
  ]
]

layer(Plane.layer({ settings: { VENDOR_BREAKER_OPEN_SECONDS: "1" } }), { excludeTestServices: true })(
  "what a ticket asks for",
  (it) => {
    it.effect.each(troubles)("is read by the built-in parser when the model %s", ([, npa, answer]) =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* stock(npa, 12, 0)
        yield* sandbox.scriptOpenAi([answer, answer, answer])
        // The sandbox's model does not know what a dozen is.
        const ticketId = yield* openTicket(`We need a dozen numbers in area code ${npa}.`)
        const order = yield* orderWith(ticketId, "completed")
        yield* sandbox.clearOpenAiScript
        assert.strictEqual(order.ordered, 12)
        assert.strictEqual((yield* truthOf(npa)).rented.length, 12)
      })
    )

    it.effect("is asked for when it is not clear, and ordered by a replay of the text as it is then", () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* stock("615", 5, 0)
        const ticketId = yield* openTicket("Thanks!", { subject: "Please order 5 numbers" })
        yield* orderWith(ticketId, "clarification")
        const asked = yield* ticketAtDesk(ticketId)
        assert.strictEqual(asked.status, "new")
        assert.strictEqual(asked.comments.length, 2)
        assert.strictEqual(asked.comments[1]?.public, false)
        assert.include(asked.comments[1]?.body ?? "", "- Which area code shall the numbers have?")
        assert.deepStrictEqual((yield* truthOf("615")).rented, [])

        yield* sandbox.changeTicket(Number(ticketId), { subject: "Please order 5 numbers in area code 615" })
        const replayed = yield* postJson(`/api/v1/tickets/${ticketId}/replay`)
        assert.strictEqual(replayed.generation, 2)
        const order = yield* orderWith(ticketId, "completed")
        assert.strictEqual(order.generation, 2)
        assert.strictEqual((yield* truthOf("615")).blocked.length, 5)
        const answered = yield* ticketAtDesk(ticketId)
        assert.strictEqual(answered.status, "open")
        assert.strictEqual(answered.comments.length, 3)
        assert.strictEqual(answered.comments[2]?.public, true)
        assert.include(answered.comments[2]?.body ?? "", "615 (US): 5 numbers asked for, 5 ordered, 0 back-ordered.")

        const again = yield* send("POST", `/api/v1/tickets/${ticketId}/replay`)
        assert.strictEqual(again.status, 409)
        assert.strictEqual(again.body.type, "urn:tandem:problem:order-status-refused")
      })
    )

    it.effect("may be several things: each local line is ordered, toll-free ones are told to be left", () =>
      Effect.gen(function* () {
        yield* stock("503", 2, 0)
        yield* stock("504", 1, 2)
        const ticketId = yield* openTicket(
          ["Please order:", "2 numbers in area code 503", "3 numbers in area code 504", "1 toll-free number"].join("\n")
        )
        yield* orderWith(ticketId, "completed")
        const portland = yield* truthOf("503")
        assert.strictEqual(portland.blocked.length, 2)
        const newOrleans = yield* truthOf("504")
        assert.deepStrictEqual([newOrleans.rented.length, newOrleans.sold.length], [1, 2])
        assert.strictEqual(newOrleans.blocked.length, 3)
        assert.deepStrictEqual(
          (yield* (yield* Sandbox).ledger).plivo.rented.filter(({ number }) => /^18[0-8]{2}/.test(number)),
          []
        )
        assert.includeMembers(yield* answerTo(ticketId), [
          "503 (US): 2 numbers asked for, 2 ordered, 0 back-ordered.",
          "504 (US): 3 numbers asked for, 3 ordered, 0 back-ordered.",
          "toll-free: 1 number asked for. Toll-free numbers are not ordered automatically."
        ])
      })
    )

    it.effect("may be numbers in Canada, which the inventory is told", () =>
      Effect.gen(function* () {
        yield* stock("416", 1, 1)
        const ticketId = yield* openTicket("Please order 2 numbers in area code 416.")
        yield* orderWith(ticketId, "completed")
        const { blocked, inventory, rented, sold } = yield* truthOf("416")
        assert.deepStrictEqual([rented.length, sold.length, blocked.length], [1, 1, 2])
        assert.deepStrictEqual(
          inventory.map(({ carrierTierId, regionId }) => ({ carrierTierId, regionId })),
          Array.from({ length: 2 }, () => ({ carrierTierId: 10000253, regionId: 102 }))
        )
        assert.include(yield* answerTo(ticketId), "416 (CA): 2 numbers asked for, 2 ordered, 0 back-ordered.")
      })
    )
  }
)
