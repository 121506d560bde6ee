import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { freePort } from "../fixtures/FreePort.ts"
import { installed, start } from "../fixtures/sip/Program.ts"
import { folder, kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"
import { invite, streamPhone } from "../fixtures/sip/SipPhone.ts"

/** One command in Redis' inline form; empty when nobody answers. */
const ask = (port: number, command: string) =>
  Effect.callback<string>((resume) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(`${command}\r\n`))
    socket.once("data", (answer) => {
      socket.destroy()
      resume(Effect.succeed(answer.toString().trim()))
    })
    socket.once("error", () => resume(Effect.succeed("")))
  })

const redis = Effect.gen(function* () {
  const dir = yield* folder
  const port = yield* freePort
  const run = Effect.gen(function* () {
    const server = yield* start("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], {
      cwd: dir
    })
    yield* until(ask(port, "PING"), (answer) => answer === "+PONG")
    return server
  })
  /** Replaces what the lists hold; `block:…` and `allow:…`. */
  const holds = Effect.fnUntraced(function* (...keys: ReadonlyArray<string>) {
    yield* ask(port, "FLUSHALL")
    yield* Effect.forEach(keys, (key) => ask(port, `SET tandem:${key} fraud`))
  })
  return { port, run, holds }
})

const edge = Effect.fnUntraced(function* (sources: string, settings: Readonly<Record<string, string>> = {}) {
  const lists = yield* redis
  const server = yield* lists.run
  const called = yield* callee()
  const proxy = yield* kamailio({
    destinations: [called.port],
    sources,
    settings: { BLOCKED_NUMBERS_FROM_REDIS: "yes", REDIS_PORT: String(lists.port), ...settings }
  })
  const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
  yield* tandem.run
  return { called, lists, proxy, server, tandem }
})

const honest = "+2348100000001"

describe.skipIf(!installed("kamailio", "redis-server"))("the block list in Redis", () => {
  it.live("refuses numbers without asking Tandem, however they are written; without Redis calls go on", () =>
    Effect.gen(function* () {
      const { lists, proxy, server, tandem } = yield* edge("1 127.0.0.1 32 0 local")
      yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
      yield* lists.holds("block:number:+2348031112223")
      const { call } = yield* caller(proxy.port)
      const written = ["+2348031112223", "2348031112223", "08031112223", "8031112223", "002348031112223"]
      for (const number of [...written, "%2B2348031112223", "+234-803-111-2223"]) {
        assert.strictEqual((yield* call({ called: honest, caller: number })).code, 603, number)
        assert.strictEqual((yield* call({ called: number })).code, 603, number)
      }
      assert.strictEqual((yield* call({ called: honest })).code, 200)
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 15)
      assert.strictEqual(questions.length, 1)
      assert.strictEqual(cdrs.filter((cdr) => cdr["sip_code"] === 603).length, 14)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_fraud_blocked_by_number_total"), 14)
      yield* server.signal("SIGSTOP")
      assert.strictEqual((yield* call({ called: honest })).code, 200)
      yield* server.signal("SIGKILL")
      assert.strictEqual((yield* call({ called: honest, caller: "+2348031112223" })).code, 200)
      assert.isAbove(metric(yield* proxy.metrics, "acm_block_list_unanswered_total"), 0)
      yield* server.exited
      yield* lists.run
      yield* lists.holds("block:number:+2348031112223")
      yield* until(call({ called: honest, caller: "+2348031112223" }), ({ code }) => code === 603)
    }).pipe(Effect.scoped)
  )

  it.live("refuses prefixes of whatever length, of the caller and of the called, as Tandem reads the numbers", () =>
    Effect.gen(function* () {
      const { lists, proxy } = yield* edge(["1 127.0.0.1 32 0 local", "10 127.0.0.10 32 0 transit"].join("\n"))
      const home = yield* caller(proxy.port)
      const abroad = yield* caller(proxy.port, "127.0.0.10")
      const code = (from: typeof home, numbers: { readonly caller?: string; readonly called?: string }) =>
        Effect.map(from.call({ called: honest, ...numbers }), (answer) => answer.code)
      for (const prefix of ["88", "8821", "882165432101", "882165432101234"]) {
        yield* lists.holds(`block:prefix:${prefix}`)
        assert.strictEqual(yield* code(home, { called: "+882165432101234" }), 603, prefix)
        assert.strictEqual(yield* code(home, { caller: "00882165432101234" }), 603, prefix)
        assert.strictEqual(yield* code(home, { called: "+872165432101234" }), 200, prefix)
      }
      // Ten digits are a national number at home, and one of Turkey when they come from abroad.
      yield* lists.holds("block:prefix:90")
      assert.strictEqual(yield* code(home, { caller: "9051234567" }), 200)
      assert.strictEqual(yield* code(abroad, { caller: "9051234567" }), 603)
      assert.strictEqual(yield* code(abroad, { called: "9051234567" }), 200)
      // What is no number has no prefix.
      yield* lists.holds("block:prefix:23")
      assert.strictEqual(yield* code(home, { caller: "anonymous", called: "+14155550100" }), 200)
      assert.strictEqual(yield* code(home, { caller: "0123-abc", called: "+14155550100" }), 200)
      for (const emergency of ["112", "+234112", "0112"]) {
        assert.strictEqual(yield* code(home, { called: emergency }), 200, emergency)
      }
    }).pipe(Effect.scoped)
  )

  it.live("leaves to Tandem what the allow list has too", () =>
    Effect.gen(function* () {
      const { lists, proxy, tandem } = yield* edge("1 127.0.0.0 8 0 local")
      yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
      const { call } = yield* caller(proxy.port, "127.1.2.3")
      const code = Effect.map(call({ called: honest, caller: "+882165432101" }), (answer) => answer.code)
      for (const allowed of ["number:+882165432101", "prefix:88216", `number:${honest}`, "ip:127.1.0.0/16"]) {
        yield* lists.holds("block:prefix:882", `allow:${allowed}`)
        assert.strictEqual(yield* code, 200, allowed)
      }
      yield* lists.holds("block:prefix:882", "allow:prefix:883")
      assert.strictEqual(yield* code, 603)
      const { questions } = yield* tandem.seen
      assert.strictEqual(questions.length, 4)
    }).pipe(Effect.scoped)
  )

  it.live("refuses sources by their address, or by a block of addresses that they are in", () =>
    Effect.gen(function* () {
      const { lists, proxy } = yield* edge("1 127.0.0.0 8 0 local")
      const { call } = yield* caller(proxy.port, "127.201.130.77")
      const code = Effect.map(call({ called: honest }), (answer) => answer.code)
      const around = [
        "127.201.130.77",
        "127.201.130.76/31",
        "127.201.130.64/26",
        "127.201.130.0/24",
        "127.201.130.0/23"
      ]
      const wide = ["127.201.128.0/17", "127.201.0.0/16", "127.200.0.0/15", "127.128.0.0/9", "127.0.0.0/8"]
      for (const block of [...around, ...wide]) {
        yield* lists.holds(`block:ip:${block}`)
        assert.strictEqual(yield* code, 603, block)
      }
      for (const block of [
        "127.201.130.78",
        "127.201.130.78/31",
        "127.201.131.0/24",
        "127.0.0.0/9",
        "127.204.0.0/14"
      ]) {
        yield* lists.holds(`block:ip:${block}`)
        assert.strictEqual(yield* code, 200, block)
      }
      assert.strictEqual(metric(yield* proxy.metrics, "acm_fraud_blocked_by_source_total"), 10)
    }).pipe(Effect.scoped)
  )

  it.live("refuses the IPv6 address that HAProxy tells", () =>
    Effect.gen(function* () {
      const { lists, proxy } = yield* edge("1 192.0.2.1 32 0 nobody", {
        SIP_PROXY_PROTOCOL: "yes",
        SIP_REQUIRE_KNOWN_SOURCE: "no"
      })
      const code = Effect.fnUntraced(function* (address: string, callId: string) {
        const phone = yield* streamPhone(proxy.port, { proxied: `TCP6 ${address}` })
        invite(phone, { called: honest, callId })
        const answer = yield* phone.next(/^SIP\/2.0 [2-6]/)
        return Number(answer.start.split(" ")[1])
      })
      const told = ["2001:db8::1", "2001:DB8:0:1:0:0:0:1", "2001:db8:0:a:1:0:0:1", "::ffff:192.0.2.7"]
      const listed = ["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:a:1::1", "192.0.2.0/24"]
      for (const [turn, address] of told.entries()) {
        yield* lists.holds(`block:ip:${listed[turn]}`)
        assert.strictEqual(yield* code(address, `listed-${turn}`), 603, address)
        yield* lists.holds("block:ip:2001:db8::2", "block:ip:192.0.2.8")
        assert.strictEqual(yield* code(address, `other-${turn}`), 200, address)
      }
    }).pipe(Effect.scoped)
  )
})
