import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { installed } from "../fixtures/sip/Program.ts"
import { kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { allOf, firstOf } from "../fixtures/sip/SipMessage.ts"
import * as Phone from "../fixtures/sip/SipPhone.ts"

const edge = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}) {
  const called = yield* Phone.udpPhone()
  const proxy = yield* kamailio({ destinations: [called.port], settings: { SIP_PING_SECONDS: "3600", ...settings } })
  const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
  const node = yield* tandem.run
  yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
  const caller = yield* Phone.udpPhone(proxy.port)
  return { called, caller, node, proxy, tandem }
})

const honest = (callId: string): Phone.Invitation => ({ called: "+2348100000001", callId })

/** A call that was answered, with what each side knows of it. */
const talking = Effect.fnUntraced(function* (caller: Phone.SipPhone, called: Phone.SipPhone, callId: string) {
  Phone.invite(caller, honest(callId))
  const request = yield* called.next(/^INVITE/)
  called.reply(request, 180)
  called.reply(request, 200)
  const answer = yield* caller.next(/^SIP\/2.0 200/)
  const dialog = Phone.dialogOfCaller(answer)
  Phone.within(caller, dialog, "ACK", 1)
  yield* called.next(/^ACK/)
  return { answer, request, ofCaller: dialog, ofCalled: Phone.dialogOfCalled(called, request) }
})

/** One side asks the other within the dialog, and gets its 200. */
const asks = Effect.fnUntraced(function* (
  from: Phone.SipPhone,
  to: Phone.SipPhone,
  dialog: Phone.Dialog,
  method: string,
  cseq: number
) {
  Phone.within(from, dialog, method, cseq)
  const request = yield* to.next(new RegExp(`^${method}`))
  to.reply(request, 200)
  const answer = yield* from.next(/^SIP\/2.0 [2-6]/)
  assert.match(answer.start, /200/, method)
  if (method === "INVITE") {
    Phone.within(from, dialog, "ACK", cseq)
    yield* to.next(/^ACK/)
  }
  return { request, answer }
})

describe.skipIf(!installed("kamailio"))("a call over Kamailio", () => {
  it.live("that is given up while Tandem thinks ends with 487, reaches nobody, and leaves room for others", () =>
    Effect.gen(function* () {
      const settings = { VERDICT_TIMEOUT_MILLIS: "5000", VERDICT_IN_FLIGHT_MAX: "1" }
      const { called, caller, node, tandem } = yield* edge(settings)
      yield* node.signal("SIGSTOP")
      const call = honest("given-up-1")
      Phone.invite(caller, call)
      yield* caller.next(/^SIP\/2.0 100/)
      // Sent again, it is the same call.
      Phone.invite(caller, call)
      Phone.cancel(caller, call)
      const answers = [yield* caller.next(/^SIP\/2.0 [2-6]/), yield* caller.next(/^SIP\/2.0 [2-6]/)]
      const codes = answers.map((answer) => [firstOf(answer, "cseq").split(" ")[1], answer.start.split(" ")[1]])
      assert.sameDeepMembers(codes, [
        ["CANCEL", "200"],
        ["INVITE", "487"]
      ])
      const refused = answers.find(({ start }) => start.includes("487"))
      if (refused) Phone.acknowledgeFailure(caller, call, refused)
      yield* node.signal("SIGCONT")
      yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      Phone.invite(caller, honest("later"))
      const request = yield* called.next(/^INVITE/)
      assert.strictEqual(firstOf(request, "call-id"), "later")
      called.reply(request, 486)
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 2)
      assert.deepStrictEqual(
        questions.map((question) => question["call_id"]),
        ["given-up-1", "later"]
      )
      assert.deepStrictEqual(
        cdrs.map((cdr) => cdr["sip_code"]),
        [487, 486]
      )
    }).pipe(Effect.scoped)
  )

  it.live("that is given up while it rings stops ringing, and ends with 487", () =>
    Effect.gen(function* () {
      const { called, caller, tandem } = yield* edge()
      const call = honest("given-up-2")
      Phone.invite(caller, call)
      const request = yield* called.next(/^INVITE/)
      called.reply(request, 180)
      yield* caller.next(/^SIP\/2.0 180/)
      Phone.cancel(caller, call)
      yield* caller.next(/^SIP\/2.0 200/)
      called.reply(yield* called.next(/^CANCEL/), 200)
      called.reply(request, 487)
      yield* called.next(/^ACK/)
      Phone.acknowledgeFailure(caller, call, yield* caller.next(/^SIP\/2.0 487/))
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(cdrs[0]?.["sip_code"], 487)
      assert.isUndefined(cdrs[0]?.["answer_time"])
    }).pipe(Effect.scoped)
  )

  it.live("is asked about once: what either side sends within it passes", () =>
    Effect.gen(function* () {
      const { called, caller, node, proxy, tandem } = yield* edge()
      const { ofCalled, ofCaller } = yield* talking(caller, called, "talk-1")
      yield* asks(caller, called, ofCaller, "INVITE", 2)
      yield* asks(called, caller, ofCalled, "INVITE", 1)
      yield* asks(called, caller, ofCalled, "INFO", 2)
      yield* node.signal("SIGSTOP")
      yield* asks(caller, called, ofCaller, "UPDATE", 3)
      yield* asks(called, caller, ofCalled, "BYE", 3)
      yield* node.signal("SIGCONT")
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(questions.length, 1)
      assert.strictEqual(cdrs[0]?.["sip_code"], 200)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_calls_total"), 1)
    }).pipe(Effect.scoped)
  )

  it.live("leads back here when all addresses listen: no route is 0.0.0.0", () =>
    Effect.gen(function* () {
      const { called, caller } = yield* edge({ SIP_LISTEN_ADDRESS: "0.0.0.0" })
      const { answer, ofCaller, request } = yield* talking(caller, called, "anywhere-1")
      for (const name of ["via", "record-route"]) {
        assert.notInclude([...allOf(request, name), ...allOf(answer, name)].join(), "0.0.0.0")
      }
      yield* asks(caller, called, ofCaller, "BYE", 2)
    }).pipe(Effect.scoped)
  )

  it.live("that is none of ours is refused: other methods, and requests of dialogs that nobody knows", () =>
    Effect.gen(function* () {
      const { called, caller, proxy } = yield* edge()
      const ask = Effect.fnUntraced(function* (method: string, to: string, cseq: number) {
        caller.send(`${method} sip:+2348100000001@127.0.0.1 SIP/2.0`, [
          `via: ${caller.via};branch=z9hG4bK-${method}-${cseq}`,
          "max-forwards: 70",
          "from: <sip:+2348030000001@127.0.0.1>;tag=caller",
          `to: <sip:+2348100000001@127.0.0.1>${to}`,
          `call-id: stray-${method}-${cseq}`,
          `cseq: ${cseq} ${method}`
        ])
        const answer = yield* caller.next(/^SIP\/2.0/)
        return { code: answer.start.split(" ")[1], allow: firstOf(answer, "allow") }
      })
      for (const method of ["REGISTER", "MESSAGE", "SUBSCRIBE", "PUBLISH", "NOTIFY", "REFER"]) {
        assert.deepStrictEqual(yield* ask(method, "", 1), {
          code: "405",
          allow: "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, PRACK"
        })
      }
      for (const method of ["BYE", "INVITE", "UPDATE", "INFO"]) {
        assert.strictEqual((yield* ask(method, ";tag=nobody", 2)).code, "481", method)
      }
      assert.deepStrictEqual(called.texts, [])
      assert.strictEqual(metric(yield* proxy.metrics, "acm_calls_total"), 0)
    }).pipe(Effect.scoped)
  )

  it.live("tells neither side where the other is when the topology is hidden, and goes on as ever", () =>
    Effect.gen(function* () {
      const { called, caller, tandem } = yield* edge({ SIP_HIDE_TOPOLOGY: "yes", SIP_HIDE_TOPOLOGY_KEY: "secret" })
      const { ofCalled, ofCaller } = yield* talking(caller, called, "hidden-1")
      yield* asks(caller, called, ofCaller, "INVITE", 2)
      yield* asks(called, caller, ofCalled, "INVITE", 1)
      yield* asks(caller, called, ofCaller, "BYE", 3)
      const { cdrs } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 1)
      assert.strictEqual(cdrs[0]?.["sip_code"], 200)
      for (const text of called.texts) assert.notInclude(text, `:${caller.port}`)
      for (const text of caller.texts) assert.notInclude(text, `:${called.port}`)
    }).pipe(Effect.scoped)
  )
})
