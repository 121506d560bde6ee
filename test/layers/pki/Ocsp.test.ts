import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import fc from "fast-check"
import { readFileSync } from "node:fs"
import type { OcspStatus } from "../../../src/layers/pki/Ocsp.ts"
import { isAskedOf, makeOcspAnswer, ocspErrorAnswer } from "../../../src/layers/pki/Ocsp.ts"
import { readOcspRequest } from "../../../src/layers/pki/OcspRequest.ts"
import type { Court } from "./Judge.ts"
import { court, isHere } from "./Judge.ts"
import type { SampleAuthority } from "./SampleAuthority.ts"
import { dayMillis, issueSample, makeAuthority, now, pemOf } from "./SampleAuthority.ts"

const problemOf = (bytes: Uint8Array) => {
  const read = readOcspRequest(bytes)
  return Result.isFailure(read) ? read.failure.reason : "read"
}

/** What OpenSSL asks about certificates of the authority. */
const asked = (
  { ask, file, path }: Court,
  authority: SampleAuthority,
  pems: ReadonlyArray<string>,
  ...more: ReadonlyArray<string>
) => {
  const certificates = pems.flatMap((pem, n) => ["-cert", file(`asked-${n}.pem`, pem)])
  const issuer = ["-issuer", file("issuing.pem", pemOf(authority.issuer))]
  const { ok, output } = ask("openssl", ["ocsp", ...more, ...issuer, ...certificates, "-reqout", path("request.der")])
  assert.isTrue(ok, output)
  return readFileSync(path("request.der"))
}

/** What OpenSSL makes of an answer: of what it says about the certificates, and whether it belongs to what was asked. */
const judged = (
  { ask, file, path }: Court,
  authority: SampleAuthority,
  answer: Buffer,
  pems: ReadonlyArray<string>,
  hash = "-sha1"
) => {
  const trusted = ["-CAfile", file("root.pem", pemOf(authority.root)), "-verify_other", path("issuing.pem")]
  const args = ["ocsp", "-no_nonce", "-respin", file("answer.der", answer), ...trusted]
  const issuer = ["-issuer", file("issuing.pem", pemOf(authority.issuer))]
  const certificates = pems.flatMap((_, n) => ["-cert", path(`asked-${n}.pem`)])
  return {
    status: ask("openssl", [...args, hash, ...issuer, ...certificates]),
    // Without certificates it reads back what it has asked, with the nonce of that.
    match: ask("openssl", [...args, "-reqin", path("request.der"), ...issuer])
  }
}

const statuses: Record<string, OcspStatus> = {
  good: { status: "good" },
  unknown: { status: "unknown" },
  revoked: { status: "revoked", revokedAtMillis: now - dayMillis, reason: "keyCompromise" }
}

const times = { thisUpdateMillis: now - 60_000, nextUpdateMillis: now + dayMillis }

describe.runIf(isHere.openssl)("an OCSP answer", () => {
  for (const algorithm of ["ecdsa-p256", "rsa-2048"] as const) {
    it.effect(`is taken by OpenSSL, signed by ${algorithm}, whatever hash it asks with`, () =>
      Effect.gen(function* () {
        const authority = yield* makeAuthority(algorithm)
        const there = yield* court
        const issued = Object.keys(statuses).map((status) => ({ status, ...issueSample(authority, "client") }))
        const pems = issued.map(({ pem }) => pem)
        for (const hash of ["-sha1", "-sha256", "-sha384"]) {
          const request = Result.getOrThrow(readOcspRequest(asked(there, authority, pems, hash)))
          assert.deepStrictEqual(
            request.certIds.map(({ serial }) => serial),
            issued.map(({ serial }) => serial)
          )
          assert.strictEqual(request.nonce?.length, 16)
          const statusOf = (wanted: string) =>
            statuses[issued.find(({ serial }) => serial === wanted)?.status ?? ""] ?? { status: "good" as const }
          const answer = makeOcspAnswer(authority.issuer, { ...request, statusOf, ...times })
          const { match, status } = judged(there, authority, answer, pems, hash)
          assert.include(match.output, "Response verify OK")
          assert.notMatch(match.output, /Nonce|nonce/)
          const { ok, output } = status
          assert.isTrue(ok, output)
          assert.include(output, "Response verify OK")
          assert.match(output, /asked-0\.pem: good/)
          assert.match(output, /asked-1\.pem: unknown/)
          assert.match(output, /asked-2\.pem: revoked[^]*Reason: keyCompromise/)
        }
      }).pipe(Effect.scoped)
    )
  }

  it.effect("without a nonce is an answer to a request without one", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const there = yield* court
      const { pem } = issueSample(authority, "client")
      const request = Result.getOrThrow(readOcspRequest(asked(there, authority, [pem], "-no_nonce")))
      assert.isNull(request.nonce)
      const answer = makeOcspAnswer(authority.issuer, { ...request, statusOf: () => ({ status: "good" }), ...times })
      assert.include(judged(there, authority, answer, [pem]).status.output, "asked-0.pem: good")
      const other = Result.getOrThrow(readOcspRequest(asked(there, authority, [pem])))
      const replayed = makeOcspAnswer(authority.issuer, {
        ...request,
        nonce: Buffer.alloc(16),
        statusOf: () => ({ status: "good" }),
        ...times
      })
      assert.isFalse(other.nonce?.equals(Buffer.alloc(16)))
      assert.include(judged(there, authority, replayed, [pem]).match.output, "Nonce Verify error")
    }).pipe(Effect.scoped)
  )

  it.effect("knows nothing of another authority's certificates", () =>
    Effect.gen(function* () {
      const [authority, other] = [yield* makeAuthority("ecdsa-p256"), yield* makeAuthority("ecdsa-p256", "Other")]
      const there = yield* court
      const { pem } = issueSample(other, "client")
      const request = Result.getOrThrow(readOcspRequest(asked(there, other, [pem])))
      const [certId] = request.certIds
      assert(certId !== undefined)
      assert.deepStrictEqual([isAskedOf(authority.issuer, certId), isAskedOf(other.issuer, certId)], [false, true])
      const answer = makeOcspAnswer(authority.issuer, { ...request, statusOf: () => ({ status: "good" }), ...times })
      const { output } = there.ask("openssl", [
        "ocsp",
        "-respin",
        there.file("a.der", answer),
        "-noverify",
        "-resp_text"
      ])
      assert.include(output, "Cert Status: unknown")
    }).pipe(Effect.scoped)
  )

  it.effect("may be an error", () =>
    Effect.gen(function* () {
      const { ask, file } = yield* court
      const said = (answer: Buffer) =>
        ask("openssl", ["ocsp", "-respin", file("answer.der", answer), "-noverify"]).output
      assert.include(said(ocspErrorAnswer("malformedRequest")), "malformedrequest (1)")
      assert.include(said(ocspErrorAnswer("tryLater")), "trylater (3)")
      assert.include(said(ocspErrorAnswer("unauthorized")), "unauthorized (6)")
    }).pipe(Effect.scoped)
  )

  it.effect("is not given to what is no request", () =>
    Effect.gen(function* () {
      const authority = yield* makeAuthority("ecdsa-p256")
      const there = yield* court
      const { pem } = issueSample(authority, "client")
      const request = asked(there, authority, [pem])
      for (let length = 0; length < request.length; length++) {
        assert.strictEqual(problemOf(request.subarray(0, length)), "Malformed")
      }
      assert.strictEqual(problemOf(Buffer.concat([request, Buffer.of(0)])), "Malformed")
      assert.strictEqual(problemOf(Buffer.alloc(8193, 0x30)), "TooLarge")
      const many = Array.from({ length: 33 }, () => pem)
      assert.strictEqual(problemOf(asked(there, authority, many)), "TooManyCertificates")
      fc.assert(
        fc.property(fc.nat(request.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = Buffer.from(request)
          changed[at] = (changed[at] ?? 0) ^ change
          assert.include(["read", "Malformed", "HashUnsupported"], problemOf(changed))
        })
      )
    }).pipe(Effect.scoped)
  )
})
