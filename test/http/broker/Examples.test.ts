import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import { makeRpcClient } from "../../../src/http/RpcClient.ts"
import { issue } from "../../fixtures/HandshakeCases.ts"
import { isInstalled } from "../../fixtures/InstalledProgram.ts"
import { getJson, postJson } from "../../fixtures/PlaneRequests.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const run = promisify(execFile)

/** A directory as `tandem certs issue NAME --out DIRECTORY` leaves it. */
const clientDirectory = Effect.fnUntraced(function* (clientId: string) {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-client-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const issued = yield* issue(clientId)
  yield* Effect.sync(() => {
    writeFileSync(join(dir, "client.crt"), issued.pem + issued.chainPem)
    writeFileSync(join(dir, "client.key"), issued.privateKeyPem ?? "")
    writeFileSync(join(dir, "ca.crt"), issued.rootPem)
  })
  return dir
})

const sender = "+15551234567"

layer(Plane.layer(), { excludeTestServices: true, timeout: "60 seconds" })("an example client", (it) => {
  const sends = (name: string, command: ReadonlyArray<string>) =>
    it.effect.skipIf(!isInstalled(command[0] ?? ""))(`sends one and many with ${name}`, () =>
      Effect.gen(function* () {
        const { status } = yield* getJson("/api/v1/certificates/authority")
        if (status === "none") yield* postJson("/api/v1/certificates/authority", { body: {} })
        const dir = yield* clientDirectory(`by-${name}`)
        const url = yield* (yield* BrokerPort).url
        const [program = "", ...args] = command
        const send = (...texts: ReadonlyArray<string>) =>
          Effect.promise(() => run(program, [...args, url, dir, sender, ...texts]))
        const one = yield* send("Hello")
        assert.match(one.stdout, /"status": ?"queued"/)
        if (name === "curl") return
        const many = yield* send("one", "two", "three")
        assert.lengthOf(many.stdout.match(/"status": ?"queued"/g) ?? [], 3)
      }).pipe(Effect.scoped)
    )

  sends("Node", ["node", "examples/broker-client.mjs"])
  sends("Python", ["python3", "examples/broker-client.py"])
  sends("curl", ["sh", "examples/broker-client.sh", "send"])

  it.effect.skipIf(!isInstalled("curl") || !isInstalled("openssl"))(
    "renews with a key that never leaves its owner",
    () =>
      Effect.gen(function* () {
        const dir = yield* clientDirectory("renewing")
        const { apiKey, url } = yield* Plane.TestPlane
        const env = { ...process.env, TANDEM_API_KEY: apiKey }
        const args = ["examples/broker-client.sh", "renew", url, dir, "renewing"]
        const { stdout } = yield* Effect.promise(() => run("sh", args, { env }))
        assert.match(stdout, /CN ?= ?renewing/)
        const broker = yield* (yield* BrokerPort).url
        const sent = yield* Effect.promise(() =>
          run("sh", ["examples/broker-client.sh", "send", broker, dir, sender, "Hi"])
        )
        assert.match(sent.stdout, /"status":"queued"/)
      }).pipe(Effect.scoped)
  )

  it.effect.skipIf(!isInstalled("openssl"))("asks for its certificate by RPC", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Plane.TestPlane
      const ask = yield* makeRpcClient({ baseUrl: url, apiKey: Redacted.make(apiKey) })
      const how = "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=by-rpc"
      const { stdout: signingRequest } = yield* Effect.promise(() => run("openssl", how.split(" ")))
      const wanted = { clientId: "by-rpc", commandKey: "one", signingRequest }
      const first = yield* ask("Certificate.Issue", wanted)
      const again = yield* ask("Certificate.Issue", wanted)
      assert.deepStrictEqual(again, first)
      const revoked = yield* ask("Certificate.Revoke", { clientId: "by-rpc", commandKey: "two", note: "done" })
      assert.deepStrictEqual(
        revoked.certificates.map(({ status }) => status),
        ["revoked"]
      )
      const other = yield* Effect.flip(ask("Certificate.Issue", { ...wanted, clientId: "other", commandKey: "three" }))
      assert.strictEqual(other._tag, "SigningRequestRefused")
    }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
  )
})
