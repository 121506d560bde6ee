import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Passports } from "../../../src/layers/fraud/Passports.ts"
import { atMillis, identityBy, x5u } from "./SigningAuthority.ts"
import {
  root,
  signer,
  pem,
  serving,
  withPassports,
  verify,
  settle,
  verifyTwice,
  expectReason
} from "./PassportWorld.ts"

describe("the certificates of signers", () => {
  it.effect("are asked for at https addresses outside of private networks alone", () =>
    Effect.gen(function* () {
      const refused = [
        "http://certificates.example.com/shaken.pem",
        "https://127.0.0.1/shaken.pem",
        "https://2130706433/shaken.pem",
        "https://[::1]/shaken.pem",
        "https://[::ffff:10.0.0.1]/shaken.pem",
        "https://169.254.169.254/latest",
        "https://192.168.1.1:8443/shaken.pem",
        "https://certificates.example.com:22/shaken.pem",
        "https://user:secret@certificates.example.com/shaken.pem",
        "https://certificates.example.com/shaken.pem?call=1"
      ]
      for (const x5u of refused) {
        yield* withPassports({})((asked) =>
          Effect.gen(function* () {
            const check = yield* verifyTwice({ identity: identityBy(signer.keys, { header: { x5u } }) })
            assert.deepStrictEqual(
              [check.reason, check.attestation, asked],
              ["CertificateUrlRefused", "failed", []],
              x5u
            )
          })
        )
      }
      const inLaboratory = identityBy(signer.keys, { header: { x5u: "https://127.0.0.1:4443/shaken.pem" } })
      yield* expectReason("Verified", "A", { identity: inLaboratory }, { env: { FRAUD_STIR_ALLOW_PRIVATE: "true" } })
    })
  )

  it.effect("are fetched once for calls that come together, which do not wait", () =>
    withPassports({ answers: () => Effect.delay(serving(pem(signer)), 1000) })((asked) =>
      Effect.gen(function* () {
        const identity = identityBy(signer.keys)
        const first = yield* Effect.all(
          Array.from({ length: 100 }, () => verify({ identity })),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual([...new Set(first.map(({ reason }) => reason))], ["CertificatePending"])
        yield* TestClock.adjust(1000)
        assert.strictEqual((yield* verify({ identity })).reason, "Verified")
        assert.strictEqual(asked.length, 1)
      })
    )
  )

  it.effect("are kept as long as Cache-Control says, and renewed before they are gone", () => {
    const bodies = [200, 503, 200].map((status) => ({ status, headers: { "cache-control": "public, max-age=600" } }))
    return withPassports({ answers: () => Effect.sync(() => new Response(pem(signer), bodies.shift())) })((asked) =>
      Effect.gen(function* () {
        const at = Effect.fnUntraced(function* (seconds: number) {
          yield* TestClock.setTime(atMillis + seconds * 1000)
          const checked = yield* verify({
            identity: identityBy(signer.keys, { claims: { iat: atMillis / 1000 + seconds } }),
            atMillis: atMillis + seconds * 1000
          })
          yield* settle
          return [checked.reason, asked.length]
        })
        assert.deepStrictEqual(yield* at(0), ["CertificatePending", 1])
        assert.deepStrictEqual(yield* at(470), ["Verified", 1])
        assert.deepStrictEqual(yield* at(490), ["Verified", 2])
        assert.deepStrictEqual(yield* at(500), ["Verified", 3])
        assert.deepStrictEqual(yield* at(510), ["Verified", 3])
      })
    )
  })

  it.effect("that cannot be had leave the call unchecked, and are not asked for at every call", () =>
    Effect.gen(function* () {
      const unavailable: ReadonlyArray<Effect.Effect<Response>> = [
        Effect.sync(() => new Response("gone", { status: 404 })),
        Effect.sync(() => new Response(null, { status: 302, headers: { location: "https://elsewhere.example.com/" } })),
        serving(`${"x".repeat(64 * 1024)}${pem(signer)}`),
        Effect.die(new Error("a defect of the client")),
        Effect.never
      ]
      for (const answer of unavailable) {
        yield* withPassports({ answers: () => answer })((asked) =>
          Effect.gen(function* () {
            const identity = identityBy(signer.keys)
            yield* verify({ identity })
            yield* settle
            yield* TestClock.adjust(5000)
            const checks = yield* Effect.all([verify({ identity }), verify({ identity })])
            assert.deepStrictEqual(
              checks.map(({ reason }) => reason),
              ["CertificateUnavailable", "CertificateUnavailable"]
            )
            assert.strictEqual(asked.length, 1)
            yield* TestClock.adjust(30_000)
            yield* verify({ identity })
            yield* settle
            assert.strictEqual(asked.length, 2)
          })
        )
      }
    })
  )

  it.effect("that are none fail the call", () =>
    Effect.gen(function* () {
      const identity = identityBy(signer.keys)
      for (const body of [
        "",
        "<html>",
        pem(signer).replace("MII", "MIJ"),
        pem(...Array.from({ length: 7 }, () => signer))
      ]) {
        yield* expectReason("MalformedCertificate", "failed", { identity }, { answers: () => serving(body) })
      }
    })
  )

  it.effect("are fetched eight at a time, and no more than 72 are asked for at once", () =>
    withPassports({ answers: () => Effect.never })((asked) =>
      Effect.gen(function* () {
        yield* Effect.forEach(Array.from({ length: 200 }).keys(), (index) =>
          verify({ identity: identityBy(signer.keys, { header: { x5u: `${x5u}${index}` } }) })
        )
        yield* settle
        assert.strictEqual(asked.length, 8)
        yield* TestClock.adjust(120_000)
        assert.strictEqual(asked.length, 72)
      })
    )
  )

  it.live("are not fetched from a name that leads to this machine", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "anchors-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const file = join(directory, "anchors.pem")
      writeFileSync(file, root.pem)
      const env = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ FRAUD_STIR_TRUST_FILE: file }))
      const identity = identityBy(signer.keys, { header: { x5u: "https://localhost/shaken.pem" } })
      const answered = verify({ identity }).pipe(
        Effect.delay(20),
        Effect.repeat({ until: ({ reason }) => reason !== "CertificatePending" }),
        Effect.provide(Passports.layer.pipe(Layer.provide(env)))
      )
      assert.deepStrictEqual(yield* answered, { attestation: "unchecked", reason: "CertificateUnavailable" })
    })
  )

  it.effect("need a file of trust anchors that can be read, when one is named", () =>
    Effect.gen(function* () {
      for (const world of [{ env: { FRAUD_STIR_TRUST_FILE: "/nowhere/anchors.pem" } }, { anchors: "no certificate" }]) {
        const error = yield* Effect.flip(withPassports(world)(() => verify({ identity: undefined })))
        assert.strictEqual(error._tag, "TrustAnchorsUnreadable")
        assert.include(error.message, "FRAUD_STIR_TRUST_FILE")
      }
    })
  )
})
