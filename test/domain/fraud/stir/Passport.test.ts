import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { createPublicKey, verify } from "node:crypto"
import { canonicalJson } from "../../../../src/domain/fraud/stir/CanonicalJson.ts"
import { parseIdentity } from "../../../../src/domain/fraud/stir/IdentityHeader.ts"
import { readPassport, shakenOf, signingInputOf } from "../../../../src/domain/fraud/stir/Passport.ts"
import { comparePassport } from "../../../../src/domain/fraud/stir/PassportComparison.ts"

/** The key that RFC 8225 Appendix A.2 prints. */
const rfc8225Key = createPublicKey(`-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8HNbQd/TmvCKwPKHkMF9fScavGeH
78YTU8qLS8I5HLHSSmlATLcslQMhNC/OhlWBYC626nIlo7XeebYS7Sb37g==
-----END PUBLIC KEY-----`)

const rfc8225Header =
  "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9"
const rfc8225Claims =
  "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19"
const rfc8225Signature = "VLBCIVDCaeK6M4hLJb6SHQvacAQVvoiiEOWQ_iUkqk79UD81fHQ0E1b3_GluIkba7UWYRM47ZbNFdOJquE35cw"

const x5u = "https://cert.example.org/passport.cer"
const header = { typ: "passport", x5u, alg: "ES256" }

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
const someSignature = Buffer.alloc(64, 7).toString("base64url")

const call = { origNumber: "12155551212", destNumber: "12125551213", dateSeconds: 1_443_208_345 }

const readingOf = (headerMembers: unknown, claims: unknown, parameters = `info=<${x5u}>;alg=ES256`) =>
  Result.flatMap(
    parseIdentity(`${encoded(headerMembers)}.${encoded(claims)}.${someSignature};${parameters}`),
    ([identity]) => (identity === undefined ? Result.fail("MalformedHeader") : readPassport(identity, call))
  )

const problemOf = (...reading: Parameters<typeof readingOf>) => {
  const result = readingOf(...reading)
  return Result.isFailure(result) ? result.failure : undefined
}

/** The shape of the example in RFC 8588 §4. */
const shaken = {
  header: { alg: "ES256", ppt: "shaken", typ: "passport", x5u },
  claims: {
    attest: "A",
    dest: { tn: ["12125551213"] },
    iat: 1_443_208_345,
    orig: { tn: "12155551212" },
    origid: "123e4567-e89b-12d3-a456-426655440000"
  }
}

describe("the serialisation of a PASSporT", () => {
  it("is that of the examples in RFC 8225 §9 and Appendix A", () => {
    const claims = { orig: { tn: "12155551212" }, iat: 1_471_375_418, dest: { uri: ["sip:alice@example.com"] } }
    assert.strictEqual(signingInputOf(header, claims), `${rfc8225Header}.${rfc8225Claims}`)
    assert.strictEqual(
      canonicalJson({ ...claims, iat: 1_443_208_345, dest: { uri: ["sip:b@x", "sip:a@x"], tn: ["1"] } }),
      '{"dest":{"tn":["1"],"uri":["sip:b@x","sip:a@x"]},"iat":1443208345,"orig":{"tn":"12155551212"}}'
    )
  })

  it("is what the published examples are signed over", () => {
    const es256 = (input: string, key: Parameters<typeof verify>[2], signature: string) =>
      verify("sha256", Buffer.from(input), key, Buffer.from(signature, "base64url"))
    // The example of draft-ietf-stir-passport-05 has its time as a string, and is signed with the key of the RFC.
    const claims = { dest: { uri: ["sip:alice@example.com"] }, iat: "1443208345", orig: { tn: "12155551212" } }
    const key = { key: rfc8225Key, dsaEncoding: "ieee-p1363" } as const
    const signature = "rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjpjlk-cpFYpFYsojNCpTzO3QfPOlckGaS6hEck7w"
    assert.isTrue(es256(signingInputOf(header, claims), key, signature))
    // The signature in the RFC itself is by another key than the one printed beside it.
    assert.isFalse(es256(`${rfc8225Header}.${rfc8225Claims}`, key, rfc8225Signature))
    // RFC 7515 Appendix A.3.
    const jwk = {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    }
    assert.isTrue(
      es256(
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
      )
    )
  })

  it("does not depend on the order of members, and is read back as what it was", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value))
        assert.deepStrictEqual(JSON.parse(canonicalJson(plain)), plain)
      })
    )
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.nat()), { selector: ([name]) => name }), (members) => {
        const backwards = Object.fromEntries(members.toReversed())
        assert.strictEqual(canonicalJson(Object.fromEntries(members)), canonicalJson(backwards))
      })
    )
  })
})

describe("an Identity header", () => {
  const token = `${rfc8225Header}.${rfc8225Claims}.${rfc8225Signature}`

  it("is read in the forms of RFC 8224 §4", () => {
    const one = { token, info: x5u, alg: "ES256", ppt: undefined }
    for (const text of [
      `${token};info=<${x5u}>;alg=ES256`,
      `${token} ; INFO = <${x5u}> ; alg="ES256"; canon=abc`,
      `${token};alg=ES256;info=<${x5u}>;flag`
    ]) {
      assert.deepStrictEqual(parseIdentity(text), Result.succeed([one]), text)
    }
    const compact = { token: `..${rfc8225Signature}`, info: "https://a.example/x,y;z", alg: undefined, ppt: "shaken" }
    const text = `${token};info=<${x5u}>;alg=ES256,..${rfc8225Signature};info=<https://a.example/x,y;z>;ppt=shaken`
    assert.deepStrictEqual(parseIdentity(text), Result.succeed([one, compact]))
    assert.strictEqual(shakenOf([one, compact]), compact)
  })

  it("is refused in every other form", () => {
    const info = `info=<${x5u}>`
    for (const text of [
      token,
      `${token};info=${x5u}`,
      `${token};${info};${info}`,
      `${token}=;${info}`,
      `a.b.;${info}`,
      `a.b;${info}`,
      `a.b.c.d;${info}`,
      `${token};${info};`,
      `${token};${info},`,
      `a+/.b.c;${info}`
    ]) {
      assert.deepStrictEqual(parseIdentity(text), Result.fail("MalformedHeader"), text)
    }
    assert.deepStrictEqual(parseIdentity(`${token};${info};x=${"y".repeat(8192)}`), Result.fail("TooLarge"))
    assert.deepStrictEqual(parseIdentity(",".repeat(8)), Result.fail("TooLarge"))
  })

  it("of any text is read or refused", () => {
    const text = fc.oneof(fc.string({ unit: "binary-ascii" }), fc.string({ unit: fc.constantFrom(...'ab.;,=<>" ') }))
    fc.assert(fc.property(text, (text) => assert.oneOf(parseIdentity(text)._tag, ["Success", "Failure"])))
  })
})

describe("a PASSporT", () => {
  it("is read when it has the shape of RFC 8588", () => {
    const passport = Result.getOrThrow(readingOf(shaken.header, shaken.claims))
    assert.strictEqual(passport.attest, "A")
    assert.deepStrictEqual([passport.origNumber, passport.destNumbers], ["12155551212", ["12125551213"]])
    assert.strictEqual(passport.signingInput, signingInputOf(shaken.header, shaken.claims))
  })

  it("is refused by name", () => {
    const { claims, header } = shaken
    assert.strictEqual(problemOf({ ...header, alg: "none" }, claims), "AlgorithmRefused")
    assert.strictEqual(problemOf({ ...header, alg: "HS256" }, claims), "AlgorithmRefused")
    assert.strictEqual(problemOf(header, claims, `info=<${x5u}>;alg=RS256`), "AlgorithmRefused")
    assert.strictEqual(problemOf({ ...header, typ: "JWT" }, claims), "MalformedPassport")
    assert.strictEqual(problemOf({ ...header, crit: ["x"] }, claims), "MalformedPassport")
    assert.strictEqual(problemOf({ ...header, x5u: undefined }, claims), "MalformedPassport")
    assert.strictEqual(problemOf("header", claims), "MalformedPassport")
    assert.strictEqual(problemOf(header, claims, "info=<https://cert.example.org/other.cer>"), "ParameterMismatch")
    assert.strictEqual(problemOf(header, claims, `info=<${x5u}>;ppt=div`), "ParameterMismatch")
    assert.strictEqual(problemOf({ ...header, ppt: "div" }, claims), "UnsupportedExtension")
    assert.strictEqual(problemOf(header, { ...claims, attest: "D" }), "UnknownAttestation")
    assert.strictEqual(problemOf(header, { ...claims, attest: undefined }), "MalformedClaims")
    assert.strictEqual(problemOf(header, { ...claims, origid: "" }), "MalformedClaims")
    assert.strictEqual(problemOf(header, { ...claims, iat: "1443208345" }), "MalformedClaims")
    assert.strictEqual(problemOf(header, { ...claims, dest: { tn: "12125551213" } }), "MalformedClaims")
    assert.strictEqual(problemOf(header, [claims]), "MalformedClaims")
  })

  it("is refused when what it holds is no text, or the signature has another length", () => {
    const broken = [
      `_w.${encoded(shaken.claims)}.${someSignature}`,
      `A.${encoded(shaken.claims)}.${someSignature}`,
      `.${encoded(shaken.claims)}.${someSignature}`,
      `${encoded(shaken.header)}.${encoded(shaken.claims)}.${someSignature.slice(4)}`
    ]
    for (const token of broken) {
      const reading = readPassport({ token, info: x5u, alg: undefined, ppt: undefined }, call)
      assert.deepStrictEqual(reading, Result.fail("MalformedPassport"), token)
    }
  })

  it("is about one call alone", () => {
    const passport = Result.getOrThrow(readingOf(shaken.header, shaken.claims))
    const same = { ...call, atMillis: 1_443_208_345_000, maxAgeMillis: 60_000 }
    assert.isUndefined(comparePassport(passport, same))
    const written = { ...passport, origNumber: "+1 (215) 555-1212", destNumbers: ["1", "+1.212.555.1213"] }
    assert.isUndefined(comparePassport(written, same))
    assert.strictEqual(comparePassport(passport, { ...same, origNumber: "12155551213" }), "OriginMismatch")
    assert.strictEqual(comparePassport({ ...passport, origNumber: undefined }, same), "OriginMismatch")
    assert.strictEqual(comparePassport(passport, { ...same, origNumber: undefined }), "OriginUnknown")
    assert.strictEqual(comparePassport(passport, { ...same, destNumber: "12155551212" }), "DestinationMismatch")
    assert.strictEqual(comparePassport({ ...passport, destNumbers: [] }, same), "DestinationMismatch")
    assert.strictEqual(
      comparePassport({ ...passport, destNumbers: ["x"] }, { ...same, destNumber: undefined }),
      "DestinationMismatch"
    )
    assert.strictEqual(comparePassport(passport, { ...same, atMillis: same.atMillis + 60_001 }), "Stale")
    assert.strictEqual(comparePassport(passport, { ...same, atMillis: same.atMillis - 60_001 }), "IssuedInFuture")
  })
})
