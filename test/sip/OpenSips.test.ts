import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { opensips } from "../fixtures/sip/OpenSips.ts"
import { installed } from "../fixtures/sip/Program.ts"
import { until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { firstOf } from "../fixtures/sip/SipMessage.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"
import * as Phone from "../fixtures/sip/SipPhone.ts"

const sources = ["1 127.0.0.1 32 0 local", "66 127.0.0.66 32 0 outcast"].join("\n")

const edge = Effect.fnUntraced(function* (
  destinations: ReadonlyArray<number>,
  settings: Readonly<Record<string, string>> = {}
) {
  const tandem = yield* verdictStub({ evapiPorts: [] })
  const proxy = yield* opensips({
    destinations,
    sources,
    settings: { TANDEM_SWITCH_URL: `http://127.0.0.1:${tandem.port}`, ...settings }
  })
  const node = yield* tandem.run
  yield* until(tandem.alive, Boolean)
  return { node, proxy, tandem }
})

const codes = (calls: ReadonlyArray<{ readonly code: number }>) => calls.map(({ code }) => code)

describe.skipIf(!installed("opensips"))("OpenSIPS with Tandem behind it", () => {
  it.live("does with a call what Tandem says, and tells of its end", () =>
    Effect.gen(function* () {
      const called = yield* callee()
      const { proxy, tandem } = yield* edge([called.port])
      const { call } = yield* caller(proxy.port)
      const all = ["001", "102", "203", "304", "405", "501"].map((end) => ({
        called: `+2348100000${end}`,
        extra: ["X-ACM-Flagged: forged", "X-ACM-Else: forged"]
      }))
      const answers = yield* Effect.forEach(all, call)
      assert.deepStrictEqual(codes(answers), [200, 603, 200, 200, 302, 200])
      assert.deepStrictEqual(answers[4]?.headers.get("contact"), ["<sip:fraud-ivr@192.0.2.9:5060>"])
      const [plain, flagged, billed] = called.calls
      assert.isFalse([...(plain?.headers.keys() ?? [])].some((name) => name.startsWith("x-acm")))
      assert.deepStrictEqual(flagged?.headers.get("x-acm-flagged"), ["SIM_BOX"])
      assert.deepStrictEqual(billed?.headers.get("x-acm-penalty-billing"), ["international"])
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 6)
      const told = cdrs.map((cdr) => [String(cdr["called_number"]).slice(-3), cdr["sip_code"], cdr["unchecked"]])
      assert.sameDeepMembers(told, [
        ["001", 200, false],
        ["102", 603, false],
        ["203", 200, false],
        ["304", 200, false],
        ["405", 302, false],
        ["501", 200, true]
      ])
      assert.strictEqual(questions.length, 6)
    }).pipe(Effect.scoped)
  )

  it.live("refuses outcasts and other methods, and lets emergency calls pass, whether Tandem is there or not", () =>
    Effect.gen(function* () {
      const called = yield* callee()
      const { node, proxy, tandem } = yield* edge([called.port], { SIP_CALLS_PER_SECOND_PER_SOURCE: "100" })
      yield* node.signal("SIGKILL")
      const home = yield* caller(proxy.port)
      const outcast = yield* caller(proxy.port, "127.0.0.66")
      const stranger = yield* caller(proxy.port, "127.0.0.77")
      const to = "+2348100000001"
      assert.strictEqual((yield* outcast.call({ called: to })).code, 603)
      assert.strictEqual((yield* stranger.call({ called: to })).code, 403)
      const written = ["112", "+112", "0112", "234112", "+2340112", "112;phone-context=+234"]
      for (const number of written) {
        assert.strictEqual((yield* stranger.call({ called: number })).code, 200, number)
        assert.strictEqual((yield* outcast.call({ called: number })).code, 200, number)
      }
      const others = ["OPTIONS", "REGISTER", "MESSAGE", "SUBSCRIBE"].map((method) => ({ called: to, method }))
      assert.deepStrictEqual(codes(yield* Effect.forEach(others, home.call)), [200, 405, 405, 405])
      const hops = [0, 71, 70].map((maxForwards) => ({ called: to, maxForwards }))
      assert.deepStrictEqual(codes(yield* Effect.forEach(hops, home.call)), [483, 483, 200])
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 14)
      assert.strictEqual(cdrs.filter((cdr) => cdr["sip_code"] === 603).length, 1)
      assert.strictEqual(cdrs.filter((cdr) => cdr["unchecked"] === true).length, 13)
    }).pipe(Effect.scoped)
  )

  it.live("lets calls pass while Tandem is away, asks again when it is back, and then tells of all of them", () =>
    Effect.gen(function* () {
      const called = yield* callee()
      const { node, proxy, tandem } = yield* edge([called.port])
      const { call } = yield* caller(proxy.port)
      yield* node.signal("SIGKILL")
      const blocked = Array.from({ length: 12 }, () => ({ called: "+2348100000102" }))
      assert.deepStrictEqual(new Set(codes(yield* Effect.forEach(blocked, call))), new Set([200]))
      yield* tandem.run
      const again = Effect.map(call({ called: "+2348100000102" }), ({ code }) => code)
      yield* until(again, (code) => code === 603)
      assert.deepStrictEqual(
        yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], () => again),
        [603, 603, 603, 603, 603, 603, 603, 603]
      )
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length >= 21)
      assert.isAtLeast(cdrs.filter((cdr) => cdr["unchecked"] === true).length, 12)
    }).pipe(Effect.scoped)
  )

  it.live("asks about calls of any length, and tells of many that ended while Tandem was away", () =>
    Effect.gen(function* () {
      const called = yield* callee()
      const { node, proxy, tandem } = yield* edge([called.port])
      const { call } = yield* caller(proxy.port)
      const long = [
        { display: '\\"'.repeat(15_000) },
        { extra: [`user-agent: ${"u".repeat(40_000)}`] },
        { extra: [`p-asserted-identity: <sip:${"1".repeat(40_000)}@127.0.0.1>`] },
        { extra: [`identity: ${"1".repeat(40_000)}`] }
      ]
      const answers = yield* Effect.forEach(long, (options) => call({ called: "+2348100000102", ...options }))
      assert.deepStrictEqual(codes(answers), [603, 603, 603, 603])
      yield* node.signal("SIGKILL")
      const wordy = Array.from({ length: 150 }, () => ({
        called: "+2348100000001",
        extra: [`user-agent: ${"u".repeat(500)}`, "p-asserted-identity: ", "user-agent: "]
      }))
      assert.deepStrictEqual(new Set(codes(yield* Effect.forEach(wordy, call))), new Set([200]))
      yield* tandem.run
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length >= 154)
      assert.strictEqual(new Set(cdrs.map((cdr) => cdr["call_id"])).size, 154)
    }).pipe(Effect.scoped)
  )

  it.live("takes the next destination when one refuses or is silent", () =>
    Effect.gen(function* () {
      const refuses = yield* callee(503)
      const answers = yield* callee()
      const { proxy } = yield* edge([refuses.port, 9, answers.port])
      const { call } = yield* caller(proxy.port)
      const calls = Array.from({ length: 6 }, () => ({ called: "+2348100000001" }))
      assert.deepStrictEqual(codes(yield* Effect.forEach(calls, call)), [200, 200, 200, 200, 200, 200])
      assert.isAtLeast(refuses.calls.length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("asks about a call once, and ends one that is given up", () =>
    Effect.gen(function* () {
      const called = yield* Phone.udpPhone()
      const { proxy, tandem } = yield* edge([called.port], { SIP_PING_SECONDS: "3600" })
      const phone = yield* Phone.udpPhone(proxy.port)
      Phone.invite(phone, { called: "+2348100000001", callId: "talk" })
      const request = yield* called.next(/^INVITE/)
      called.reply(request, 200)
      const dialog = Phone.dialogOfCaller(yield* phone.next(/^SIP\/2.0 200/))
      Phone.within(phone, dialog, "ACK", 1)
      yield* called.next(/^ACK/)
      Phone.within(phone, dialog, "INVITE", 2)
      called.reply(yield* called.next(/^INVITE/), 200)
      yield* phone.next(/^SIP\/2.0 200/)
      Phone.within(phone, dialog, "ACK", 2)
      yield* called.next(/^ACK/)
      Phone.within(called, Phone.dialogOfCalled(called, request), "BYE", 1)
      phone.reply(yield* phone.next(/^BYE/), 200)
      yield* called.next(/^SIP\/2.0 200/)
      const ringing = { called: "+2348100000001", callId: "given-up" }
      Phone.invite(phone, ringing)
      const offered = yield* called.next(/^INVITE/)
      called.reply(offered, 180)
      yield* phone.next(/^SIP\/2.0 180/)
      Phone.cancel(phone, ringing)
      called.reply(yield* called.next(/^CANCEL/), 200)
      called.reply(offered, 487)
      Phone.acknowledgeFailure(phone, ringing, yield* phone.next(/^SIP\/2.0 487/))
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 2)
      assert.deepStrictEqual(
        questions.map((question) => question["call_id"]),
        ["talk", "given-up"]
      )
      assert.deepStrictEqual(
        cdrs.map((cdr) => cdr["sip_code"]),
        [200, 487]
      )
    }).pipe(Effect.scoped)
  )

  it.live("ends a call that is given up while Tandem thinks, and asks about later ones", () =>
    Effect.gen(function* () {
      const called = yield* Phone.udpPhone()
      const { node, proxy, tandem } = yield* edge([called.port], { SIP_PING_SECONDS: "3600" })
      const phone = yield* Phone.udpPhone(proxy.port)
      yield* node.signal("SIGSTOP")
      const call = { called: "+2348100000001", callId: "given-up" }
      Phone.invite(phone, call)
      yield* phone.next(/^SIP\/2.0 100/)
      // Sent again, it is the same call.
      Phone.invite(phone, call)
      Phone.cancel(phone, call)
      const answers = [yield* phone.next(/^SIP\/2.0 [2-6]/), yield* phone.next(/^SIP\/2.0 [2-6]/)]
      assert.sameDeepMembers(
        answers.map((answer) => [firstOf(answer, "cseq").split(" ")[1], answer.start.split(" ")[1]]),
        [
          ["CANCEL", "200"],
          ["INVITE", "487"]
        ]
      )
      yield* node.signal("SIGCONT")
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(cdrs[0]?.["sip_code"], 487)
      Phone.invite(phone, { ...call, callId: "later" })
      assert.strictEqual(firstOf(yield* called.next(/^INVITE/), "call-id"), "later")
      const { questions } = yield* tandem.seen
      assert.deepStrictEqual(
        questions.map((question) => question["call_id"]),
        ["given-up", "later"]
      )
    }).pipe(Effect.scoped)
  )
})
