import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import type { PassportReason } from "../../../src/domain/fraud/stir/PassportReason.ts"
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
import {
  root,
  stranger,
  signer,
  call,
  pem,
  serving,
  withPassports,
  verify,
  verifyTwice,
  expectReason
} from "./PassportWorld.ts"

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
          .tuple(fc.nat(good.length), fc.string({ unit: "binary-ascii" }), fc.nat(20))
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
