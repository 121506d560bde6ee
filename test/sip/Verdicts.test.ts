import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"

const edge = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}, sources?: string) {
  const called = yield* callee()
  const proxy = yield* kamailio({ destinations: [called.port], settings, ...(sources && { sources }) })
  const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
  yield* tandem.run
  yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
  const { call } = yield* caller(proxy.port)
  return { called, proxy, tandem, call }
})

describe.skipIf(!installed("kamailio"))("Kamailio with Tandem behind it", () => {
  it.live("does with a call what Tandem says", () =>
    Effect.gen(function* () {
      const { call, called, proxy, tandem } = yield* edge()
      assert.strictEqual((yield* call({ called: "+2348100000001" })).code, 200)
      assert.strictEqual((yield* call({ called: "+2348100000102" })).code, 603)
      assert.strictEqual((yield* call({ called: "+2348100000203" })).code, 200)
      assert.strictEqual((yield* call({ called: "+2348100000304" })).code, 200)
      const redirected = yield* call({ called: "+2348100000405" })
      assert.strictEqual(redirected.code, 302)
      assert.deepStrictEqual(redirected.headers.get("contact"), ["<sip:fraud-ivr@192.0.2.9:5060>"])
      const [plain, flagged, billed] = called.calls
      assert.isFalse([...(plain?.headers.keys() ?? [])].some((name) => name.startsWith("x-acm")))
      assert.deepStrictEqual(flagged?.headers.get("x-acm-flagged"), ["SIM_BOX"])
      assert.deepStrictEqual(billed?.headers.get("x-acm-penalty-billing"), ["international"])
      assert.deepStrictEqual(billed?.headers.get("x-acm-original-cli"), ["+2348031234567"])
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 5)
      const codes = cdrs.map((cdr) => [String(cdr["called_number"]).slice(-3), cdr["sip_code"], cdr["unchecked"]])
      assert.sameDeepMembers(codes, [
        ["001", 200, false],
        ["102", 603, false],
        ["203", 200, false],
        ["304", 200, false],
        ["405", 302, false]
      ])
      const page = yield* proxy.metrics
      assert.strictEqual(metric(page, "acm_calls_total"), 5)
      assert.strictEqual(metric(page, "acm_fraud_blocked"), 1)
      assert.strictEqual(metric(page, "acm_penalty_billing"), 1)
      assert.strictEqual(metric(page, "acm_circuit_breaker_open"), 0)
    }).pipe(Effect.scoped)
  )

  it.live("tells Tandem what it knows of a call, whatever its headers hold", () =>
    Effect.gen(function* () {
      const { call, tandem } = yield* edge({ TANDEM_REGION: "lagos" }, "10 127.0.0.1 32 0 transit-1")
      yield* call({
        called: "+2348100000001",
        caller: "+2348030000009",
        display: 'Ọlá \\"x\\" {}',
        extra: [
          "p-asserted-identity: <sip:+2348030000009@127.0.0.1>",
          "identity: a.b.c;info=<https://x>",
          "user-agent: pbx"
        ]
      })
      const { questions } = yield* tandem.seen
      const { id, timestamp, source_port, call_id, ...question } = questions[0] ?? {}
      assert.deepStrictEqual(question, {
        type: "detect",
        caller_id: "+2348030000009",
        called_number: "+2348100000001",
        source_ip: "127.0.0.1",
        source_group: 10,
        gateway_id: "transit-1",
        region: "lagos",
        from_display: 'Ọlá \\"x\\" {}',
        p_asserted_identity: "<sip:+2348030000009@127.0.0.1>",
        identity: "a.b.c;info=<https://x>",
        user_agent: "pbx"
      })
      assert.match(String(id), /^\d+:\d+$/)
      assert.isString(call_id)
      assert.isNumber(source_port)
      assert.isAbove(Number(timestamp), 1_700_000_000)
    }).pipe(Effect.scoped)
  )

  it.live("lets a call pass unchecked when the answer makes no sense, and says so in its CDR", () =>
    Effect.gen(function* () {
      const { call, proxy, tandem } = yield* edge()
      assert.strictEqual((yield* call({ called: "+2348100000501" })).code, 200)
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(cdrs[0]?.["unchecked"], true)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_calls_unchecked_total", "unreadable"), 1)
    }).pipe(Effect.scoped)
  )

  it.live(
    "asks about calls of any length: nobody escapes by writing much, or keeps others from being asked about",
    () =>
      Effect.gen(function* () {
        const { call, proxy, tandem } = yield* edge()
        const long = [
          { display: '\\"'.repeat(20_000) },
          { display: "\u0001".repeat(20_000) },
          { caller: "2".repeat(9_000) },
          { extra: [`user-agent: ${"u".repeat(40_000)}`] },
          { extra: [`p-asserted-identity: <sip:${"1".repeat(40_000)}@127.0.0.1>`] },
          { extra: [`identity: ${"1".repeat(40_000)}`, `x-else: ${"2".repeat(10_000)}`] }
        ]
        const answers = yield* Effect.forEach(long, (options) => call({ called: "+2348100000102", ...options }))
        assert.deepStrictEqual(
          answers.map(({ code }) => code),
          long.map(() => 603)
        )
        const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === long.length)
        assert.strictEqual(questions.length, long.length)
        assert.isTrue(cdrs.every((cdr) => cdr["sip_code"] === 603 && cdr["unchecked"] === false))
        assert.strictEqual(metric(yield* proxy.metrics, "acm_circuit_breaker_opened_total"), 0)
      }).pipe(Effect.scoped)
  )

  it.live("never asks about emergency calls, and trusts no header of a verdict from outside", () =>
    Effect.gen(function* () {
      const { call, called, tandem } = yield* edge({
        SIP_CALLS_PER_SECOND_PER_SOURCE: "1",
        SIP_EMERGENCY_NUMBERS: "112|102"
      })
      const written = ["112", "102", "+112", "0112", "234112", "+2340112", "112;phone-context=+234", "112"]
      for (const number of written) {
        assert.strictEqual((yield* call({ called: number, extra: ["X-ACM-Flagged: forged"] })).code, 200)
      }
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 8)
      assert.deepStrictEqual(questions, [])
      assert.isTrue(cdrs.every((cdr) => cdr["unchecked"] === true))
      assert.isFalse(called.calls.some((request) => request.headers.has("x-acm-flagged")))
    }).pipe(Effect.scoped)
  )
})
