import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { headsOf, responseOf } from "../../../src/layers/sip/SipMessage.ts"
import { SipOptions } from "../../../src/layers/sip/SipOptions.ts"
import * as Responder from "./SipResponder.ts"

const sip = SipOptions.layer.pipe(
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ SIP_PROBE_HOST: "edge.example.net" })))
)

const ping = (protocol: "UDP" | "TCP" | "TLS", port: number) =>
  Effect.flatMap(SipOptions, ({ ping: send }) => Effect.result(send({ ipAddress: "127.0.0.1", port, protocol })))

const header = (request: string, name: string) =>
  request.split("\r\n").find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))

describe("SIP OPTIONS over UDP", () => {
  it.live("has what RFC 3261 asks of a request, and takes the final answer", () =>
    Effect.gen(function* () {
      const { port, requests } = yield* Responder.udp((request) => [
        Responder.response(request, "100 Trying"),
        Responder.response(request, "200 OK")
      ])
      const result = yield* ping("UDP", port)
      assert(result._tag === "Success")
      assert.strictEqual(result.success.status, 200)
      const [request = ""] = requests
      assert.isTrue(request.startsWith(`OPTIONS sip:127.0.0.1:${port} SIP/2.0\r\n`))
      assert.match(header(request, "Via") ?? "", /^Via: SIP\/2\.0\/UDP edge\.example\.net:\d+;rport;branch=z9hG4bK\w+$/)
      assert.match(header(request, "From") ?? "", /^From: <sip:tandem@edge\.example\.net>;tag=\w+$/)
      assert.strictEqual(header(request, "To"), `To: <sip:127.0.0.1:${port}>`)
      assert.strictEqual(header(request, "CSeq"), "CSeq: 1 OPTIONS")
      assert.strictEqual(header(request, "Max-Forwards"), "Max-Forwards: 70")
      assert.strictEqual(header(request, "Content-Length"), "Content-Length: 0")
      assert.isTrue(request.endsWith("\r\n\r\n"))
    }).pipe(Effect.provide(sip), Effect.scoped)
  )

  it.live("sends the same request again when the first is lost", () =>
    Effect.gen(function* () {
      const { port, requests } = yield* Responder.udp((request, n) =>
        n < 2 ? undefined : [Responder.response(request, "404 Not Found")]
      )
      assert.strictEqual((yield* ping("UDP", port))._tag, "Success")
      assert.deepStrictEqual([requests.length, requests[0]], [2, requests[1]])
    }).pipe(Effect.provide(sip), Effect.scoped)
  )

  it.live("takes no answer for one that is silent, answers something else, or whose calls would go nowhere", () =>
    Effect.gen(function* () {
      const silent = yield* Responder.udp(() => undefined)
      const stranger = yield* Responder.udp((request) => [
        Responder.response(request, "200 OK", (text) => text.replace(/branch=\w+/, "branch=z9hG4bKother")),
        "not SIP at all"
      ])
      const away = yield* Responder.udp((request) => [Responder.response(request, "503 Service Unavailable")])
      const results = yield* Effect.all(
        [silent, stranger, away].map(({ port }) => ping("UDP", port)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.map((result) => (result._tag === "Failure" ? result.failure.reason : result.success)),
        ["timeout", "timeout", "refused"]
      )
    }).pipe(Effect.provide(sip), Effect.scoped)
  )

  it.live("tells many answers apart that come over one socket", () =>
    Effect.gen(function* () {
      const statuses = ["200 OK", "404 Not Found", "486 Busy Here"]
      const responders = yield* Effect.all(
        statuses.map((status) => Responder.udp((request) => [Responder.response(request, status)]))
      )
      const results = yield* Effect.all(
        Array.from({ length: 60 }, (_, n) => ping("UDP", responders[n % 3]?.port ?? 0)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.map((result) => (result._tag === "Success" ? result.success.status : 0)),
        Array.from({ length: 60 }, (_, n) => [200, 404, 486][n % 3] ?? 0)
      )
    }).pipe(Effect.provide(sip), Effect.scoped)
  )
})

describe("SIP OPTIONS over TCP", () => {
  it.live("takes an answer that comes in pieces, after others", () =>
    Effect.gen(function* () {
      const port = yield* Responder.tcp((request, socket) => {
        const body = Responder.response(request, "180 Ringing", (text) =>
          text.replace("Content-Length: 0\r\n\r\n", "Content-Length: 7\r\n\r\nv=0\r\n\r\n")
        )
        const text = `\r\n\r\n${body}${Responder.response(request, "200 OK")}`
        socket.write(text.slice(0, 90))
        setImmediate(() => socket.write(text.slice(90)))
      })
      const result = yield* ping("TCP", port)
      assert(result._tag === "Success", JSON.stringify(result))
      assert.strictEqual(result.success.status, 200)
    }).pipe(Effect.provide(sip), Effect.scoped)
  )

  it.live("says at once when nobody listens, or the connection is closed", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(Responder.tcp(() => undefined))
      const closing = yield* Responder.tcp((_, socket) => socket.end())
      for (const port of [gone, closing]) {
        const result = yield* ping("TCP", port)
        assert(result._tag === "Failure")
        assert.strictEqual(result.failure.reason, "unreachable")
      }
    }).pipe(Effect.provide(sip), Effect.scoped)
  )

  it.live("over TLS, trusts nobody that is not a TLS server", () =>
    Effect.gen(function* () {
      const port = yield* Responder.tcp((_, socket) => socket.write("SIP/2.0 200 OK\r\n\r\n"))
      const result = yield* ping("TLS", port)
      assert(result._tag === "Failure")
      assert.strictEqual(result.failure.reason, "unreachable")
    }).pipe(Effect.provide(sip), Effect.scoped)
  )
})

describe("a SIP message", () => {
  it("is read in compact, folded and odd forms", () => {
    const head =
      "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a:5060;rport=1\r\n ;branch=z9hG4bKx;received=1.2.3.4\r\nCSEQ: 7 options\r\n"
    assert.deepStrictEqual(responseOf(head), { status: 200, branch: "z9hG4bKx", method: "OPTIONS" })
    for (const odd of ["", "OPTIONS sip:a SIP/2.0\r\n", "SIP/2.0 abc\r\n", "SIP/2.0 200 OK\r\n", "\0\r\n\r\n"]) {
      assert.isUndefined(responseOf(odd))
    }
  })

  it("waits in the stream until it is whole", () => {
    const { heads, rest } = headsOf("SIP/2.0 200 OK\r\nl: 3\r\n\r\nab")
    assert.deepStrictEqual([heads.length, rest.length], [0, 26])
    assert.strictEqual(headsOf(`${rest}c`).heads.length, 1)
  })
})
