import { assert, layer } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Observation } from "../../../src/domain/fraud/windows/Observation.ts"
import { sliceIdOfCalled } from "../../../src/domain/fraud/windows/Observation.ts"
import { FraudWatch } from "../../../src/entities/FraudWatch.ts"
import { attempt, called, mobile } from "../../domain/fraud/CallSamples.ts"
import * as Api from "./ApiFixture.ts"

const threatTo = Effect.fnUntraced(function* (number: string, role = "viewer") {
  return yield* Api.send(`/api/v1/fraud/threat/${encodeURIComponent(number)}`, { key: yield* Api.keyOf(role) })
})

/** A minute ahead: such calls stay in the window for as long as a slow machine may need. */
const ahead = -60_000

/** Calls to a number by so many callers, so long ago. */
const callsTo = Effect.fnUntraced(function* (bNumber: string, callers: number, ageMillis = ahead) {
  const atMillis = (yield* Clock.currentTimeMillis) - ageMillis
  const observations = Array.from({ length: callers }, (_, n): Observation => {
    const call = attempt({ aNumber: mobile(n), bNumber, atMillis })
    return { part: "called", event: "attempt", call }
  })
  const watch = (yield* FraudWatch.client)(sliceIdOfCalled({ bNumber }))
  yield* watch.Observe({ observations: JSON.stringify(observations) })
})

layer(Api.layer, { excludeTestServices: true })("how threatened a number is", (it) => {
  it.effect("is told by its distinct callers within the masking window", () =>
    Effect.gen(function* () {
      const levels = ["none", "none", "low", "medium", "high", "critical", "critical"]
      for (const [callers, threatLevel] of levels.entries()) {
        const bNumber = called(callers)
        yield* callsTo(bNumber, callers)
        const { body, status } = yield* threatTo(bNumber)
        assert.deepStrictEqual<unknown>(
          [status, body],
          [
            200,
            {
              bNumber,
              threatLevel,
              distinctCallers: callers,
              threshold: 5,
              windowSeconds: 5,
              requiresAction: threatLevel === "critical"
            }
          ]
        )
      }
    })
  )

  it.effect("does not change by asking, and forgets calls that are as old as the window", () =>
    Effect.gen(function* () {
      const bNumber = called(100)
      yield* callsTo(bNumber, 4)
      for (let i = 0; i < 5; i++) assert.strictEqual((yield* threatTo(bNumber)).body.distinctCallers, 4)
      yield* callsTo(bNumber, 5)
      assert.strictEqual((yield* threatTo(bNumber)).body.distinctCallers, 5)
      const old = called(101)
      yield* callsTo(old, 5, 5_000)
      assert.strictEqual((yield* threatTo(old)).body.distinctCallers, 0)
    })
  )

  it.effect("is asked by the number as it is dialled, too; what is no number is refused", () =>
    Effect.gen(function* () {
      const bNumber = "+2348055550123"
      yield* callsTo(bNumber, 2)
      for (const number of ["08055550123", "2348055550123", "002348055550123"]) {
        const { body } = yield* threatTo(number)
        assert.deepStrictEqual<unknown>([body.bNumber, body.distinctCallers], [bNumber, 2])
      }
      for (const number of ["*100#", "anonymous", "+", "9".repeat(30)]) {
        assert.strictEqual((yield* threatTo(number)).status, 400, number)
      }
    })
  )
})
