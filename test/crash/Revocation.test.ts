import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { once } from "node:events"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { IssuedView } from "../../src/http/api/CertificateViews.ts"
import type { Holder } from "../fixtures/BrokerClient.ts"
import { callBroker, connectBroker } from "../fixtures/BrokerClient.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"
import { ask, layer as twoNodes, TwoNodes } from "./TwoNodes.ts"

const ports = { one: await Effect.runPromise(freePort), other: await Effect.runPromise(freePort) }
const keyFile = join(mkdtempSync(join(tmpdir(), "tandem-keys-")), "keys.json")

const nodes = twoNodes("revocation", (name) => ({
  BROKER_PORT: String(ports[name]),
  CA_KEY_PASSPHRASE: "a test's passphrase",
  MESSAGE_KEY_FILE: keyFile
}))

const message = { sender_number: "+15551234567", message_body: "Hello" }

layer(Layer.fresh(nodes), { excludeTestServices: true, timeout: "120 seconds" })("a revoked certificate", (it) => {
  it.effect(
    "is refused by both of two nodes within two seconds, and its open connections are cut",
    () =>
      Effect.gen(function* () {
        const { one } = yield* TwoNodes
        yield* ask(one, "POST", "/api/v1/certificates/authority", {})
        const issued: IssuedView = yield* ask(one, "POST", "/api/v1/certificates", { clientId: "leaver" })
        const holder: Holder = {
          cert: issued.pem + issued.chainPem,
          key: issued.privateKeyPem ?? "",
          ca: issued.rootPem
        }
        const urls = Object.values(ports).map((port) => `https://127.0.0.1:${port}`)
        const sockets = []
        for (const url of urls) {
          yield* eventually(
            Effect.result(callBroker(url, holder, { body: message })),
            (answer) => answer._tag === "Success" && answer.success.status === 202
          )
          sockets.push(yield* connectBroker(url, holder))
        }
        yield* Effect.sleep("500 millis")
        const closed = sockets.map((socket) => once(socket, "close"))
        const since = yield* Clock.currentTimeMillis
        yield* ask(one, "POST", `/api/v1/certificates/${issued.serial}/revoke`, { note: "left" })
        yield* Effect.promise(() => Promise.all(closed)).pipe(Effect.timeout("2 seconds"))
        for (const url of urls) {
          const refused = yield* callBroker(url, holder, { body: message })
          assert.deepStrictEqual([refused.status, refused.body.error], [403, "authorization_error"])
        }
        yield* Effect.logInfo(`cut off and refused by both nodes after ${(yield* Clock.currentTimeMillis) - since} ms`)
      }).pipe(Effect.scoped),
    120_000
  )
})
