import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SipOptions } from "../../../src/layers/sip/SipOptions.ts"
import { freePort } from "../../fixtures/FreePort.ts"
import { isInstalled, running } from "../../fixtures/InstalledProgram.ts"
import { eventually } from "../../fixtures/PlaneRequests.ts"

const sip = SipOptions.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))))

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-sip-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const kamailio = (port: number) => `#!KAMAILIO
debug=0
log_stderror=yes
children=1
tcp_children=1
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
loadmodule "sl.so"
request_route {
  if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; }
  sl_send_reply("405", "Method Not Allowed");
}
`

const sipp = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="options">
  <recv request="OPTIONS"/>
  <send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
`

const answers = (protocol: "UDP" | "TCP", port: number) =>
  Effect.gen(function* () {
    const { ping } = yield* SipOptions
    const result = yield* eventually(
      Effect.result(ping({ ipAddress: "127.0.0.1", port, protocol })),
      ({ _tag }) => _tag === "Success"
    )
    assert(result._tag === "Success")
    assert.strictEqual(result.success.status, 200)
  })

describe("SIP OPTIONS", () => {
  it.live.runIf(isInstalled("kamailio"))(
    "are answered by Kamailio over UDP and TCP",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const cwd = yield* directory
        const file = join(cwd, "kamailio.cfg")
        writeFileSync(file, kamailio(port))
        yield* running("kamailio", ["-f", file, "-DD", "-E", "-m", "32", "-M", "4", "-Y", cwd, "-w", cwd], cwd)
        yield* answers("UDP", port)
        yield* answers("TCP", port)
      }).pipe(Effect.provide(sip), Effect.scoped),
    60_000
  )

  it.live.runIf(isInstalled("sipp"))(
    "are answered by SIPp",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const cwd = yield* directory
        writeFileSync(join(cwd, "options.xml"), sipp)
        yield* running("sipp", ["-sf", "options.xml", "-i", "127.0.0.1", "-p", String(port), "-nostdin"], cwd)
        yield* answers("UDP", port)
      }).pipe(Effect.provide(sip), Effect.scoped),
    60_000
  )
})
