import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { DeadLetters } from "../../src/layers/storage/DeadLetters.ts"
import { getJson, openTicket, orderWith, postJson, send, stock, truthOf } from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

/** A number that is active and not blocked, as E.164. */
const unblockedNumber = Effect.fnUntraced(function* (npa: string) {
  yield* stock(npa, 1, 0)
  const ticketId = yield* openTicket(`Please order 1 number in area code ${npa}.`)
  yield* orderWith(ticketId, "completed")
  const e164 = `+${(yield* truthOf(npa)).rented[0]?.number}`
  const state = yield* postJson(`/api/v1/numbers/${encodeURIComponent(e164)}/unblock`)
  assert.strictEqual(state.status, "active")
  return e164
})

const park = Effect.fnUntraced(function* (letter: {
  readonly entityType: string
  readonly entityId: string
  readonly command: string
  readonly payload: unknown
}) {
  const letters = yield* DeadLetters
  return yield* letters.park({ ...letter, cause: "Error: a bug that is mended by now", tries: 3 })
})

layer(Plane.layer(), { excludeTestServices: true })("a dead letter", (it) => {
  it.effect("is shown, sent to its actor once more, and marked", () =>
    Effect.gen(function* () {
      const e164 = yield* unblockedNumber("212")
      const command = { entityType: "PhoneNumber", entityId: e164, command: "Block" }
      const id = yield* park({ ...command, payload: { commandKey: "parked-block" } })
      const { items } = yield* getJson("/api/v1/dead-letters")
      const shown = items.find((letter: { readonly id: string }) => letter.id === id)
      const { parkedAt: _, ...told } = shown
      assert.deepStrictEqual(told, {
        id,
        ...command,
        payload: { commandKey: "parked-block" },
        cause: "Error: a bug that is mended by now",
        tries: 3,
        replayedAt: null
      })

      const replayed = yield* postJson(`/api/v1/dead-letters/${id}/replay`)
      assert.isString(replayed.replayedAt)
      assert.strictEqual((yield* getJson(`/api/v1/numbers/${encodeURIComponent(e164)}`)).status, "blocked")
      assert.strictEqual((yield* truthOf("212")).blocked.length, 1)
      assert.deepStrictEqual(yield* getJson(`/api/v1/dead-letters/${id}`), replayed)
    })
  )

  it.effect("does nothing twice when it is replayed twice", () =>
    Effect.gen(function* () {
      const e164 = yield* unblockedNumber("213")
      const id = yield* park({
        entityType: "PhoneNumber",
        entityId: e164,
        command: "Block",
        payload: { commandKey: "parked-twice" }
      })
      yield* postJson(`/api/v1/dead-letters/${id}/replay`)
      yield* postJson(`/api/v1/numbers/${encodeURIComponent(e164)}/unblock`)
      yield* postJson(`/api/v1/dead-letters/${id}/replay`)
      assert.strictEqual((yield* getJson(`/api/v1/numbers/${encodeURIComponent(e164)}`)).status, "active")
      assert.deepStrictEqual(
        (yield* truthOf("213")).blockCalls.map(({ operation }) => operation),
        ["block", "unblock", "block", "unblock"]
      )
    })
  )

  it.effect("that nobody parked is not found", () =>
    Effect.gen(function* () {
      const unknown = yield* send("POST", "/api/v1/dead-letters/987654321/replay")
      assert.deepStrictEqual([unknown.status, unknown.body.type], [404, "urn:tandem:problem:dead-letter-unknown"])
      assert.strictEqual((yield* send("GET", "/api/v1/dead-letters/987654321")).status, 404)
    })
  )

  it.effect("that fails again stays where it is and says why", () =>
    Effect.gen(function* () {
      const cases = [
        {
          letter: { entityType: "PhoneNumber", command: "Block", payload: { commandKey: "never-ours" } },
          why: "NumberUnknown"
        },
        { letter: { entityType: "PhoneNumber", command: "Paint", payload: {} }, why: "no command PhoneNumber.Paint" },
        { letter: { entityType: "Carrier", command: "Block", payload: {} }, why: "no command Carrier.Block" },
        { letter: { entityType: "PhoneNumber", command: "Block", payload: {} }, why: "commandKey" }
      ]
      for (const { letter, why } of cases) {
        const id = yield* park({ ...letter, entityId: "+12142200000" })
        const failed = yield* send("POST", `/api/v1/dead-letters/${id}/replay`)
        assert.deepStrictEqual([failed.status, failed.body.type], [409, "urn:tandem:problem:replay-failed"])
        assert.include(failed.body.detail, why)
        assert.strictEqual((yield* getJson(`/api/v1/dead-letters/${id}`)).replayedAt, null)
      }
    })
  )
})
