import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { freePort } from "../fixtures/FreePort.ts"
import { installed, start } from "../fixtures/sip/Program.ts"
import { folder, kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { callee, caller } from "../fixtures/sip/SipPeer.ts"

/** One command in Redis' inline form; empty when nobody answers. */
const redis = (port: number, command: string) =>
  Effect.callback<string>((resume) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(`${command}\r\n`))
    socket.once("data", (answer) => {
      socket.destroy()
      resume(Effect.succeed(answer.toString().trim()))
    })
    socket.once("error", () => resume(Effect.succeed("")))
  })

describe.skipIf(!installed("kamailio", "redis-server"))("numbers that are blocked in Redis", () => {
  it.live("are refused without asking Tandem, however they are written; without Redis calls go on", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const port = yield* freePort
      const server = yield* start("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], {
        cwd: dir
      })
      yield* until(redis(port, "PING"), (answer) => answer === "+PONG")
      yield* redis(port, "SET tandem:block:number:+2348031112223 fraud")
      const called = yield* callee()
      const proxy = yield* kamailio({
        destinations: [called.port],
        settings: { BLOCKED_NUMBERS_FROM_REDIS: "yes", REDIS_PORT: String(port) }
      })
      const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
      yield* tandem.run
      yield* until(proxy.metrics, (page) => metric(page, "acm_nodes_usable") === 1)
      const { call } = yield* caller(proxy.port)
      const honest = "+2348100000001"
      for (const number of ["+2348031112223", "2348031112223", "08031112223", "002348031112223"]) {
        assert.strictEqual((yield* call({ called: honest, caller: number })).code, 603)
        assert.strictEqual((yield* call({ called: number })).code, 603)
      }
      assert.strictEqual((yield* call({ called: honest })).code, 200)
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 9)
      assert.strictEqual(questions.length, 1)
      assert.strictEqual(cdrs.filter((cdr) => cdr["sip_code"] === 603).length, 8)
      assert.strictEqual(metric(yield* proxy.metrics, "acm_fraud_blocked_by_number_total"), 8)
      yield* server.signal("SIGSTOP")
      assert.strictEqual((yield* call({ called: honest })).code, 200)
      yield* server.signal("SIGKILL")
      assert.strictEqual((yield* call({ called: honest, caller: "+2348031112223" })).code, 200)
    }).pipe(Effect.scoped)
  )
})
