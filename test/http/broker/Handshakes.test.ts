import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import type { BrokerCall } from "../../fixtures/BrokerClient.ts"
import type { Case } from "../../fixtures/HandshakeCases.ts"
import * as Cases from "../../fixtures/HandshakeCases.ts"
import { postJson } from "../../fixtures/PlaneRequests.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const { badCases, goodCases, handshakes, holderOf, issue, limits, makeTable, message, outcomeOf, spoofed } = Cases

layer(Plane.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the broker's listener", (it) => {
  it.effect("refuses every certificate that is wrong in any way, and takes those that are right", () =>
    Effect.gen(function* () {
      yield* postJson("/api/v1/certificates/authority", { body: {} })
      const url = yield* (yield* BrokerPort).url
      const victim = yield* issue("victim", { limits })
      const ca = victim.rootPem
      const bad = [...(yield* badCases("ec", ca)), ...(yield* badCases("rsa", ca)), ...spoofed(ca, victim)]
      const good = yield* goodCases
      const { print, tell } = makeTable("the broker's listener")
      const told = Effect.fnUntraced(function* (each: Case, way: BrokerCall, tls: NonNullable<BrokerCall["tls"]>) {
        const outcome = yield* outcomeOf(url, each, way, tls)
        tell(each.name, outcome)
        return outcome
      })

      for (const each of bad) {
        for (const { tls, way } of handshakes) assert.include(["401", "403"], yield* told(each, way, tls), each.name)
      }
      for (const each of good) {
        for (const { tls, way } of handshakes) {
          assert.strictEqual(yield* told(each, way, tls), way.body === undefined ? "404" : "202", each.name)
        }
      }
      for (const version of ["TLSv1", "TLSv1.1"] as const) {
        const old = { name: `good, downgraded to ${version}`, holder: holderOf(victim) }
        const outcome = yield* told(old, { body: message }, { minVersion: version, maxVersion: version })
        assert.match(outcome, /^TLS: protocol version/)
      }
      yield* print
      assert.isAtLeast(bad.length * handshakes.length, 240)
      assert.isAtLeast(good.length * handshakes.length, 60)
    })
  )
})
