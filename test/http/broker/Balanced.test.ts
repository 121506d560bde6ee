import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { BrokerPort } from "../../../src/http/broker/BrokerPort.ts"
import { callBroker } from "../../fixtures/BrokerClient.ts"
import * as Cases from "../../fixtures/HandshakeCases.ts"
import { eventually, getJson, postJson } from "../../fixtures/PlaneRequests.ts"
import { installed } from "../../fixtures/sip/Program.ts"
import { haproxy } from "../../fixtures/sip/SipEdge.ts"
import * as Plane from "../../fixtures/TestPlane.ts"

const { badCases, goodCases, handshakes, holderOf, issue, makeTable, message, outcomeOf, spoofed } = Cases

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-mtls-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** HAProxy before the plane's listener, with certificates of the plane's own authority. */
const balanced = Effect.fnUntraced(function* (dir: string) {
  const { hostname, port } = new URL(yield* (yield* BrokerPort).url)
  const write = (name: string, text: string) => Effect.sync(() => writeFileSync(join(dir, name), text))
  const server = yield* issue("edge", { profile: "server", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] })
  const gateway = yield* issue("haproxy", {
    profile: "gateway",
    limits: { domain: "default", rateLimit: 10_000, dailyQuota: null }
  })
  yield* write("server.pem", server.pem + server.chainPem + (server.privateKeyPem ?? ""))
  yield* write("gateway.pem", gateway.pem + gateway.chainPem + (gateway.privateKeyPem ?? ""))
  yield* write("ca.pem", server.rootPem + server.chainPem)
  const lists: { readonly pem: string } = yield* getJson("/api/v1/certificates/revocation-lists")
  yield* write("crl.pem", lists.pem)
  const { ports } = yield* haproxy({
    masterSocket: join(dir, "master.sock"),
    settings: {
      BROKER_TLS_DIRECTORY: dir,
      TANDEM1_BROKER: `${hostname}:${port}`,
      HAPROXY_RUNTIME_SOCKET: join(dir, "runtime.sock")
    }
  })
  return `https://127.0.0.1:${ports["BROKER_MTLS_PORT"]}`
})

/** So many more revoked certificates of the one's issuer. */
const revokeMany = Effect.fnUntraced(function* (serial: string, count: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO certificates
    SELECT (jsonb_populate_record(c, jsonb_build_object('serial', '7' || substr(md5(random()::text), 2),
      'fingerprint', md5(random()::text), 'status', 'revoked', 'revoked_at', now(), 'revocation_reason', 'unspecified'))).*
    FROM certificates c, generate_series(1, ${count}::integer) WHERE c.serial = ${serial}`
})

describe.skipIf(!installed("haproxy"))("the broker behind HAProxy", () => {
  it.live(
    "knows clients by what HAProxy has checked, whatever they say, and forgets a revoked one within two seconds",
    () =>
      Effect.gen(function* () {
        const dir = yield* directory
        const settings = {
          BROKER_PROXY_CLIENTS: "haproxy",
          BROKER_CRL_FILE: join(dir, "crl.pem"),
          HAPROXY_RUNTIME_SOCKET: join(dir, "runtime.sock")
        }
        yield* Effect.gen(function* () {
          yield* postJson("/api/v1/certificates/authority", { body: {} })
          const url = yield* balanced(dir)
          const one = yield* issue("one")
          const two = yield* issue("two")
          const first = yield* eventually(
            Effect.result(callBroker(url, holderOf(one), { body: message })),
            (answer) => answer._tag === "Success" && answer.success.status === 202
          )
          assert.deepInclude(first._tag === "Success" ? first.success.body : {}, { client_id: "one" })
          const spoof = {
            "x-ssl-client-cn": "two",
            "x-ssl-client-sha256": two.fingerprint,
            "X-SSL-Client-Verify": "0"
          }
          const spoofed = yield* callBroker(url, holderOf(one), { body: message, headers: spoof })
          assert.deepInclude(spoofed.body, { client_id: "one" })
          const nobody = yield* Effect.result(callBroker(url, { ca: one.rootPem }, { body: message, headers: spoof }))
          assert.strictEqual(nobody._tag, "Failure")

          yield* postJson(`/api/v1/certificates/${one.serial}/revoke`, { body: { note: "left" } })
          yield* eventually(
            Effect.result(callBroker(url, holderOf(one), { body: message })),
            (answer) => answer._tag === "Failure"
          ).pipe(Effect.timeout("2 seconds"))
          const other = yield* callBroker(url, holderOf(two), { body: message })
          assert.deepInclude(other.body, { client_id: "two" })
        }).pipe(Effect.provide(Plane.layer({ settings })))
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "forgets a revoked one within two seconds, too, when the list is long, and longer than HAProxy takes from others",
    () =>
      Effect.gen(function* () {
        const dir = yield* directory
        const settings = {
          BROKER_PROXY_CLIENTS: "haproxy",
          BROKER_CRL_FILE: join(dir, "crl.pem"),
          HAPROXY_RUNTIME_SOCKET: join(dir, "runtime.sock"),
          HAPROXY_MASTER_SOCKET: join(dir, "master.sock")
        }
        yield* Effect.gen(function* () {
          yield* postJson("/api/v1/certificates/authority", { body: {} })
          const url = yield* balanced(dir)
          const kept = yield* issue("kept")
          const submit = (issued: typeof kept) => Effect.result(callBroker(url, holderOf(issued), { body: message }))
          const taken = (answer: Effect.Success<ReturnType<typeof submit>>) =>
            answer._tag === "Success" && answer.success.status === 202
          // Beyond the 16 KiB that HAProxy has by itself, and then beyond what our configuration gives it.
          for (const bytes of [16_384, 32_768]) {
            const leaver = yield* issue(`leaver-${bytes}`)
            yield* eventually(submit(leaver), taken)
            yield* revokeMany(kept.serial, 450)
            yield* postJson(`/api/v1/certificates/${leaver.serial}/revoke`, { body: { note: "left" } })
            yield* eventually(
              submit(leaver),
              (answer) => answer._tag === "Failure" && /certificate revoked/.test(answer.failure.message)
            ).pipe(Effect.timeout("2 seconds"))
            assert.isAbove(statSync(join(dir, "crl.pem")).size, bytes)
            yield* eventually(submit(kept), taken).pipe(Effect.timeout("5 seconds"))
          }
        }).pipe(Effect.provide(Plane.layer({ settings })))
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "keeps every wrong certificate out, and lets the right ones in",
    () =>
      Effect.gen(function* () {
        const dir = yield* directory
        const settings = { BROKER_PROXY_CLIENTS: "haproxy" }
        yield* Effect.gen(function* () {
          yield* postJson("/api/v1/certificates/authority", { body: {} })
          const victim = yield* issue("victim")
          const ca = victim.rootPem
          const bad = [...(yield* badCases("ec", ca)), ...(yield* badCases("rsa", ca)), ...spoofed(ca, victim)]
          const good = yield* goodCases
          const url = yield* balanced(dir)
          const { print, tell } = makeTable("HAProxy before it")
          yield* eventually(
            Effect.result(callBroker(url, holderOf(victim), { body: message })),
            (answer) => answer._tag === "Success" && answer.success.status === 202
          )
          for (const each of bad) {
            for (const { tls, way } of handshakes) {
              const outcome = yield* outcomeOf(url, each, way, tls)
              tell(each.name, outcome)
              assert.match(outcome, /^(401|403|TLS: (?!.*ECONNREFUSED))/, each.name)
            }
          }
          for (const each of good) {
            for (const { tls, way } of handshakes) {
              const outcome = yield* outcomeOf(url, each, way, tls)
              tell(each.name, outcome)
              assert.strictEqual(outcome, way.body === undefined ? "404" : "202", each.name)
            }
          }
          yield* print
        }).pipe(Effect.provide(Plane.layer({ settings })))
      }).pipe(Effect.scoped),
    120_000
  )
})
