import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { freePort } from "../fixtures/FreePort.ts"
import { eventually, getJson, postJson } from "../fixtures/PlaneRequests.ts"
import * as TestPlane from "../fixtures/TestPlane.ts"

const port = await Effect.runPromise(freePort)

const ask = (path: string, body: unknown, method = "POST") =>
  Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(method === "POST" ? { body: typeof body === "string" ? body : JSON.stringify(body) } : {})
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  })

let calls = 0

const callOf = (caller: string, called: string, more: Readonly<Record<string, unknown>> = {}) => ({
  call_id: `call-${calls++}@switch`,
  caller_id: caller,
  called_number: called,
  source_ip: "198.51.100.7",
  timestamp: Date.now() / 1000,
  ...more
})

const detect = (caller: string, called: string, more?: Readonly<Record<string, unknown>>) =>
  ask("/api/v1/fraud/detect", callOf(caller, called, more))

const caller = (n: number) => `+2348031${String(n * 137).padStart(6, "0")}`

layer(TestPlane.layer({ settings: { FRAUD_SWITCH_PORT: String(port) } }), {
  timeout: 60_000,
  excludeTestServices: true
})("the switch port", (it) => {
  it.effect("stops the fifth distinct caller of a number, not the fourth, and an analyst sees an alert", () =>
    Effect.gen(function* () {
      const victim = "+2348055500001"
      const before = yield* Effect.forEach([1, 2, 3, 4, 4], (n) => detect(caller(n), victim))
      assert.deepStrictEqual(
        before.map(({ body }) => body.action),
        ["allow", "allow", "allow", "allow", "allow"]
      )
      const fifth = yield* detect(caller(5), victim)
      assert.deepStrictEqual(
        [fifth.status, fifth.body.is_fraud, fifth.body.action, fifth.body.sip_code, fifth.body.fraud_types],
        [200, true, "block", 603, ["CALL_MASKING"]]
      )
      assert.include(fifth.body.reason, "5 distinct callers")
      const { items } = yield* eventually(getJson("/api/v1/fraud/alerts"), (page) => page.items.length > 0)
      assert.deepStrictEqual([items[0].type, items[0].subject], ["CALL_MASKING", victim])
    })
  )

  it.effect("refuses a number on the block list within a second of its entry, and lets it pass again afterwards", () =>
    Effect.gen(function* () {
      const bad = "+2348055511111"
      yield* postJson("/api/v1/fraud/lists/block", {
        body: { kind: "number", value: bad, reason: "known spoofer" }
      })
      const refused = yield* eventually(detect(bad, "+2348055500002"), ({ body }) => body.action === "block")
      assert.deepStrictEqual([refused.body.sip_code, refused.body.fraud_types], [603, ["BLACKLIST"]])
      assert.strictEqual((yield* detect(bad, "112")).body.action, "allow")
    })
  )

  it.effect("tells an analyst of long calls to one range as they end, though no other call begins", () =>
    Effect.gen(function* () {
      const at = Date.now()
      const cdrs = Array.from({ length: 6 }, (_, n) => ({
        ...callOf(caller(40 + n), `+23470012345${10 + n}`),
        start_time: new Date(at - 1_500_000).toISOString(),
        answer_time: new Date(at - 1_490_000).toISOString(),
        end_time: new Date(at - n * 1000).toISOString(),
        sip_code: 200
      }))
      assert.strictEqual((yield* ask("/api/v1/fraud/cdr/batch", { cdrs })).body.results.length, cdrs.length)
      const ofPumping = getJson("/api/v1/fraud/alerts?type=TRAFFIC_PUMPING")
      const { items } = yield* eventually(ofPumping, (page) => page.items.length > 0)
      assert.deepStrictEqual([items[0].type, items[0].subject], ["TRAFFIC_PUMPING", "+23470012345…"])
    })
  )

  it.effect("keeps each call's verdict and its CDR once, and explains it", () =>
    Effect.gen(function* () {
      const call = callOf("08031112222", "tel:+2348055500003", { gateway_id: "gw-lagos" })
      assert.strictEqual((yield* ask("/api/v1/fraud/detect", call)).body.action, "allow")
      const at = Date.now()
      const cdr = {
        ...call,
        start_time: new Date(at - 60_000).toISOString(),
        answer_time: new Date(at - 50_000).toISOString(),
        end_time: new Date(at).toISOString(),
        sip_code: 200
      }
      assert.deepStrictEqual(yield* ask("/api/v1/fraud/cdr", cdr), {
        status: 202,
        body: { call_id: call.call_id, status: "accepted", duplicate: false }
      })
      const again = yield* ask("/api/v1/fraud/cdr/batch", { cdrs: [cdr, { call_id: "x" }] })
      assert.deepStrictEqual(
        again.body.results.map((each: { readonly status: string; readonly duplicate?: boolean }) => [
          each.status,
          each.duplicate
        ]),
        [
          ["accepted", true],
          ["refused", undefined]
        ]
      )
      const path = `/api/v1/fraud/calls/${encodeURIComponent(call.call_id)}`
      const told = yield* eventually(getJson(path), ({ call }) => call.verdict !== null && call.end !== null)
      assert.deepStrictEqual([told.call.aNumber, told.call.end.durationMillis], ["+2348031112222", 50_000])
    })
  )
})
