import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "../fixtures/FreePort.ts"
import { opensips } from "../fixtures/sip/OpenSips.ts"
import { installed } from "../fixtures/sip/Program.ts"
import { folder, haproxy, kamailio, metric, until, verdictStub } from "../fixtures/sip/SipEdge.ts"
import { allOf } from "../fixtures/sip/SipMessage.ts"
import * as Phone from "../fixtures/sip/SipPhone.ts"

/** A certificate of this machine's own for localhost, as single files and as HAProxy reads it. */
const certificate = Effect.map(folder, (dir) => {
  const [key, path, pem] = [join(dir, "key"), join(dir, "certificate"), join(dir, "pem")]
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
  const named = ["-addext", "subjectAltName=DNS:localhost"]
  execFileSync("openssl", [...how.split(" "), ...named, "-keyout", key, "-out", path], { stdio: "ignore" })
  mkdirSync(pem)
  writeFileSync(join(pem, "edge.pem"), Buffer.concat([readFileSync(path), readFileSync(key)]))
  return { key, path, pem, trusted: readFileSync(path) }
})

/** A call that is answered; who called acknowledges that from `after`, which may be another connection. */
const talk = Effect.fnUntraced(function* (
  caller: Phone.SipPhone,
  called: Phone.SipPhone,
  callId: string,
  after: Phone.SipPhone = caller
) {
  Phone.invite(caller, { called: "+2348100000001", callId })
  const request = yield* called.next(/^INVITE/)
  called.reply(request, 180)
  yield* caller.next(/^SIP\/2.0 180/)
  called.reply(request, 200)
  const answer = yield* caller.next(/^SIP\/2.0 200/)
  const dialog = Phone.dialogOfCaller(answer)
  Phone.within(after, dialog, "ACK", 1)
  yield* called.next(/^ACK/)
  return { answer, dialog, ofCalled: Phone.dialogOfCalled(called, request) }
})

const hangUp = Effect.fnUntraced(function* (from: Phone.SipPhone, to: Phone.SipPhone, dialog: Phone.Dialog) {
  Phone.within(from, dialog, "BYE", 2)
  to.reply(yield* to.next(/^BYE/), 200)
  yield* from.next(/^SIP\/2.0 200/)
})

/** A call over a connection of TLS to the proxy itself, ended by who called, and one ended by who was called. */
const bothEnd = Effect.fnUntraced(function* (port: number, trusted: Buffer, called: Phone.SipPhone) {
  const caller = yield* Phone.streamPhone(port, { trusted })
  const first = yield* talk(caller, called, "direct-1")
  yield* hangUp(caller, called, first.dialog)
  const second = yield* talk(caller, called, "direct-2")
  yield* hangUp(called, caller, second.ofCalled)
})

describe.skipIf(!installed("kamailio", "haproxy", "openssl"))("a call over TCP or TLS", () => {
  it.live("comes through HAProxy, and both sides can end it", () =>
    Effect.gen(function* () {
      const { pem, trusted } = yield* certificate
      const [node, nodeTls] = yield* Effect.all([freePort, freePort])
      const called = yield* Phone.udpPhone()
      const proxy = yield* kamailio({
        destinations: [called.port],
        settings: {
          SIP_PROXY_PROTOCOL: "yes",
          SIP_TCP_ADVERTISE: `127.0.0.1:${node}`,
          SIP_TLS_ADVERTISE: `localhost:${nodeTls}`,
          SIP_PING_SECONDS: "3600"
        }
      })
      const tandem = yield* verdictStub({ evapiPorts: [proxy.evapiPort] })
      yield* tandem.run
      const balancer = yield* haproxy({
        settings: {
          HAPROXY_TLS_DIRECTORY: pem,
          KAMAILIO1: `127.0.0.1:${proxy.port}`,
          KAMAILIO1_METRICS: `127.0.0.1:${proxy.metricsPort}`,
          SIP_NODE1_PORT: String(node),
          SIP_NODE1_TLS_PORT: String(nodeTls)
        }
      })
      yield* balancer.upstream
      const metrics = balancer.page("HAPROXY_METRICS_PORT", "/kamailio1/metrics")
      yield* until(metrics, (page) => metric(page, "acm_nodes_usable") === 1)
      const overTls = yield* Phone.streamPhone(balancer.ports["SIP_TLS_PORT"] ?? 0, { trusted })
      const overTcp = yield* Phone.streamPhone(balancer.ports["SIP_TCP_PORT"] ?? 0)
      // A client that is strict about the route it was given connects to that for all that follows.
      const lines = [
        {
          caller: overTls,
          after: yield* Phone.streamPhone(nodeTls, { trusted }),
          route: `localhost:${nodeTls};transport=tls`
        },
        { caller: overTcp, after: yield* Phone.streamPhone(node), route: `127.0.0.1:${node};transport=tcp` }
      ]
      for (const [turn, { after, caller, route }] of lines.entries()) {
        const first = yield* talk(caller, called, `call-${turn}-1`, after)
        assert.include(allOf(first.answer, "record-route").at(-1), route)
        yield* hangUp(after, called, first.dialog)
        const second = yield* talk(caller, called, `call-${turn}-2`)
        yield* hangUp(called, caller, second.ofCalled)
      }
      const { cdrs, questions } = yield* until(tandem.seen, (seen) => seen.cdrs.length === 4)
      const ports = questions.map((question) => question["source_port"])
      assert.deepStrictEqual(ports, [overTls.port, overTls.port, overTcp.port, overTcp.port])
      assert.isTrue(cdrs.every((cdr) => cdr["sip_code"] === 200 && cdr["source_ip"] === "127.0.0.1"))
    }).pipe(Effect.scoped)
  )

  it.live("comes over TLS to Kamailio itself, and both sides can end it", () =>
    Effect.gen(function* () {
      const { key, path, trusted } = yield* certificate
      const port = yield* freePort
      const called = yield* Phone.udpPhone()
      yield* kamailio({
        destinations: [called.port],
        settings: {
          SIP_TLS: "yes",
          SIP_TLS_PORT: String(port),
          SIP_TLS_CERTIFICATE: path,
          SIP_TLS_KEY: key,
          SIP_PING_SECONDS: "3600"
        }
      })
      yield* bothEnd(port, trusted, called)
    }).pipe(Effect.scoped)
  )
})

describe.skipIf(!installed("opensips", "openssl"))("a call over TLS to OpenSIPS", () => {
  it.live("can be ended by both sides", () =>
    Effect.gen(function* () {
      const { key, path, trusted } = yield* certificate
      const port = yield* freePort
      const called = yield* Phone.udpPhone()
      const tls = { SIP_TLS: "yes", SIP_TLS_PORT: String(port), SIP_TLS_CERTIFICATE: path, SIP_TLS_KEY: key }
      yield* opensips({ destinations: [called.port], settings: { ...tls, SIP_PING_SECONDS: "3600" } })
      yield* bothEnd(port, trusted, called)
    }).pipe(Effect.scoped)
  )
})
