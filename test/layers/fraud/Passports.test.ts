import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PassportReason } from "../../../src/domain/fraud/stir/PassportReason.ts"
import type { PassportInput } from "../../../src/layers/fraud/Passports.ts"
import { Passports } from "../../../src/layers/fraud/Passports.ts"
import type { Issued } from "./SigningAuthority.ts"
import {
  atMillis,
  identityBy,
  keysOn,
  numberRange,
  oneNumber,
  rootAuthority,
  signed,
  tnAuthList,
  x5u
} from "./SigningAuthority.ts"
import { signingInputOf } from "../../../src/domain/fraud/stir/Passport.ts"

const root = await rootAuthority("Root")
const stranger = await rootAuthority("Stranger")
const signer = await root.signer()

const call = { aNumber: "+2347031112222", bNumber: "+2348031234567", atMillis }

interface World {
  readonly answers?: (url: string) => Effect.Effect<Response>
  readonly anchors?: string | null
  readonly env?: Record<string, string>
}

const pem = (...certificates: ReadonlyArray<Issued>) => certificates.map(({ pem }) => pem).join("")

const serving = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  Effect.sync(() => new Response(body, { headers }))

/** A repository of certificates in memory, with the calls that were checked against it. */
const withPassports =
  (world: World) =>
  <A, E>(
    test: (asked: Array<string>) => Effect.Effect<A, E, Passports>
  ): Effect.Effect<A, E | Layer.Error<typeof Passports.layerWithClient>> =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const client = HttpClient.make((request, url) =>
        Effect.sync(() => asked.push(url.href)).pipe(
          Effect.andThen(world.answers?.(url.href) ?? serving(pem(signer))),
          Effect.map((response) => HttpClientResponse.fromWeb(request, response))
        )
      )
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "anchors-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const file = join(directory, "anchors.pem")
      writeFileSync(file, world.anchors ?? root.pem)
      const env = { ...(world.anchors === null ? {} : { FRAUD_STIR_TRUST_FILE: file }), ...world.env }
      yield* TestClock.setTime(atMillis)
      return yield* test(asked).pipe(
        Effect.provide(
          Passports.layerWithClient.pipe(
            Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
          )
        )
      )
    }).pipe(Effect.scoped)

const verify = (input: Partial<PassportInput> & Pick<PassportInput, "identity">) =>
  Effect.flatMap(Passports, (passports) => passports.verify({ ...call, ...input }))

const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

/** Checks twice: the first call finds the certificate missing and starts its fetch. */
const verifyTwice = Effect.fnUntraced(function* (input: Partial<PassportInput> & Pick<PassportInput, "identity">) {
  yield* verify(input)
  yield* settle
  return yield* verify(input)
})

const expectReason = (
  reason: PassportReason,
  attestation: string,
  input: Partial<PassportInput> & Pick<PassportInput, "identity">,
  world: World = {}
) =>
  withPassports(world)(() => verifyTwice(input)).pipe(
    Effect.map((check) => assert.deepStrictEqual(check, { attestation, reason }))
  )

describe("Passports", () => {
  for (const attest of ["A", "B", "C"] as const) {
    it.effect(`believes an attestation of ${attest}`, () =>
      expectReason("Verified", attest, { identity: identityBy(signer.keys, { claims: { attest } }) })
    )
  }

  it.effect("follows a chain by authorities between, and reads a certificate in DER", () =>
    Effect.gen(function* () {
      const between = yield* Effect.promise(() => root.below("Between"))
      const issued = yield* Effect.promise(() => between.signer())
      const identity = identityBy(issued.keys)
      yield* expectReason("Verified", "A", { identity }, { answers: () => serving(pem(issued, between)) })
      yield* expectReason("UntrustedCertificate", "failed", { identity }, { answers: () => serving(pem(issued)) })
      yield* expectReason("Verified", "A", { identity }, { anchors: between.pem, answers: () => serving(pem(issued)) })
      const inDer = () => serving(Uint8Array.from(signer.der))
      yield* expectReason("Verified", "A", { identity: identityBy(signer.keys) }, { answers: inDer })
    })
  )

  it.effect("distrusts what does not lead to an anchor, is out of date or speaks for others", () =>
    Effect.gen(function* () {
      const distrusted = async (
        reason: PassportReason,
        make: () => Promise<{ readonly leaf: Issued; readonly bundle?: ReadonlyArray<Issued> }>
      ) => {
        const { bundle, leaf } = await make()
        return { reason, leaf, body: pem(...(bundle ?? [leaf])) }
      }
      const date = (millis: number) => new Date(atMillis + millis)
      const cases = yield* Effect.promise(() =>
        Promise.all([
          distrusted("UntrustedCertificate", async () => ({ leaf: await stranger.signer() })),
          distrusted("UntrustedCertificate", async () => ({ leaf: root })),
          distrusted("UntrustedCertificate", async () => {
            const leaf = await (await rootAuthority("Root")).signer()
            return { leaf, bundle: [leaf, root] }
          }),
          distrusted("CertificateExpired", async () => ({ leaf: await root.signer({ notAfter: date(-1000) }) })),
          distrusted("CertificateNotValidYet", async () => ({ leaf: await root.signer({ notBefore: date(1000) }) })),
          distrusted("CertificateExpired", async () => {
            const between = await root.below("Between", { notAfter: date(-1000) })
            const leaf = await between.signer()
            return { leaf, bundle: [leaf, between] }
          }),
          distrusted("UntrustedCertificate", async () => {
            const between = await root.below("Not an authority", { extensions: [] })
            const leaf = await between.signer()
            return { leaf, bundle: [leaf, between] }
          }),
          distrusted("NoTnAuthList", async () => ({ leaf: await root.signer({ extensions: [] }) })),
          distrusted("NumberNotAuthorized", async () => ({
            leaf: await root.signer({ extensions: [tnAuthList(oneNumber("2347031112223"))] })
          })),
          distrusted("NumberNotAuthorized", async () => ({
            leaf: await root.signer({ extensions: [tnAuthList(numberRange("2347031112200", 22))] })
          })),
          distrusted("Verified", async () => ({
            leaf: await root.signer({ extensions: [tnAuthList(numberRange("2347031112200", 23))] })
          })),
          distrusted("CertificateKeyRefused", async () => ({
            leaf: await root.signer({ keys: await keysOn("P-384") })
          }))
        ])
      )
      for (const { body, leaf, reason } of cases) {
        const keys = reason === "CertificateKeyRefused" ? signer.keys : leaf.keys
        const attestation = reason === "Verified" ? "A" : "failed"
        yield* expectReason(reason, attestation, { identity: identityBy(keys) }, { answers: () => serving(body) })
      }
    })
  )

  it.effect("refuses a signature by another key, or over other claims", () =>
    Effect.gen(function* () {
      const identity = identityBy(signer.keys)
      yield* expectReason("BadSignature", "failed", { identity: identityBy(stranger.keys) })
      const [header, , ...rest] = identity.split(".")
      const [, claims] = identityBy(signer.keys, { claims: { attest: "B" } }).split(".")
      yield* expectReason("BadSignature", "failed", { identity: [header, claims, ...rest].join(".") })
    })
  )

  it.effect("refuses a PASSporT of another call, however often it was good", () =>
    withPassports({})(() =>
      Effect.gen(function* () {
        const identity = identityBy(signer.keys)
        assert.strictEqual((yield* verifyTwice({ identity })).attestation, "A")
        const later = (seconds: number) => ({ identity, atMillis: atMillis + seconds * 1000 })
        const reasonOf = (input: Parameters<typeof verify>[0]) => Effect.map(verify(input), ({ reason }) => reason)
        assert.strictEqual(yield* reasonOf({ identity, aNumber: "+2347031112223" }), "OriginMismatch")
        assert.strictEqual(yield* reasonOf({ identity, bNumber: "+2348031234568" }), "DestinationMismatch")
        assert.strictEqual(yield* reasonOf(later(60)), "Verified")
        assert.strictEqual(yield* reasonOf(later(61)), "Stale")
        assert.strictEqual(yield* reasonOf(later(-61)), "IssuedInFuture")
        assert.strictEqual(yield* reasonOf({ identity }), "Verified")
      })
    )
  )

  it.effect("tells what it cannot check from what is wrong", () =>
    Effect.gen(function* () {
      yield* expectReason("NoIdentity", "missing", { identity: undefined })
      yield* expectReason("NoIdentity", "missing", { identity: "  " })
      yield* expectReason("NoTrustAnchors", "unchecked", { identity: "anything" }, { anchors: null })
      const div = identityBy(signer.keys, { header: { ppt: "div" } })
      yield* expectReason("UnsupportedExtension", "unchecked", { identity: div })
      yield* expectReason("Verified", "A", { identity: `${div},${identityBy(signer.keys)}` })
      yield* expectReason("OriginUnknown", "unchecked", { identity: identityBy(signer.keys), aNumber: "" })
      yield* expectReason("BadSignature", "failed", { identity: identityBy(stranger.keys), aNumber: "" })
      yield* expectReason("AlgorithmRefused", "failed", {
        identity: identityBy(signer.keys, { header: { alg: "none" } })
      })
      yield* expectReason("TooLarge", "failed", { identity: `${identityBy(signer.keys)};x=${"y".repeat(8192)}` })
    })
  )

  it.effect("makes a PASSporT in compact form whole from the call", () =>
    Effect.gen(function* () {
      const input = signingInputOf(
        { alg: "ES256", typ: "passport", x5u },
        { dest: { tn: ["2348031234567"] }, iat: atMillis / 1000, orig: { tn: "2347031112222" } }
      )
      const identity = `..${signed(input, signer.keys)};info=<${x5u}>;alg=ES256`
      yield* expectReason("NoAttestation", "unchecked", { identity, dateMillis: atMillis })
      yield* expectReason("DateUnknown", "unchecked", { identity })
      yield* expectReason("BadSignature", "failed", { identity, dateMillis: atMillis + 1000 })
      yield* expectReason("CompactNotAllowed", "failed", { identity: `${identity};ppt=shaken`, dateMillis: atMillis })
    })
  )

  it.effect("never fails, whatever the header says", () =>
    withPassports({})(() =>
      Effect.gen(function* () {
        const passports = yield* Passports
        const context = yield* Effect.context<never>()
        const good = identityBy(signer.keys)
        const cut = fc
          .tuple(fc.nat(good.length), fc.string({ unit: "binary" }), fc.nat(20))
          .map(([at, text, less]) => good.slice(0, at) + text + good.slice(at + less))
        const aNumber = fc.oneof(fc.constant(call.aNumber), fc.string())
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(fc.oneof(fc.string(), cut), aNumber, async (identity, aNumber) => {
              const check = await Effect.runPromiseWith(context)(passports.verify({ ...call, aNumber, identity }))
              assert.include(["A", "failed", "missing", "unchecked"], check.attestation)
              if (check.attestation === "A") assert.strictEqual(aNumber, call.aNumber)
            })
          )
        )
      })
    )
  )
})

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
