import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import {
  isPasswordTooLong,
  maxPasswordBytes,
  minPasswordLength,
  passwordRefusal
} from "../../../src/domain/access/PasswordRules.ts"

const reasonOf = (password: string, email = "ada@example.com") =>
  Result.match(passwordRefusal(password, email), { onFailure: ({ reason }) => reason, onSuccess: () => "taken" })

describe("a password", () => {
  it("is taken whatever it is made of, when it is long enough and not one of a kind", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 0, maxLength: 300 }), (password) => {
        const normal = password.normalize("NFKC")
        const length = [...normal].length
        const bytes = Buffer.byteLength(normal)
        const reason = reasonOf(password)
        assert.strictEqual(reason === "too-short", length < minPasswordLength)
        assert.strictEqual(reason === "too-long", length >= minPasswordLength && bytes > maxPasswordBytes)
        assert.strictEqual(isPasswordTooLong(password), bytes > maxPasswordBytes)
      })
    )
  })

  it("has twelve characters, as people count them", () => {
    assert.strictEqual(reasonOf("zażółć gęśl"), "too-short")
    assert.strictEqual(reasonOf("zażółć gęśla"), "taken")
    assert.strictEqual(reasonOf("🦦🐫🦓🐘🦏🐪🦒🦘🐃🐂🐄"), "too-short")
  })

  it("is the same however a keyboard composes it", () => {
    assert.strictEqual(reasonOf("é".repeat(6) + "a".repeat(5)), "too-short")
    assert.strictEqual(reasonOf("e\u0301".repeat(6) + "a".repeat(5)), "too-short")
  })

  it("is not the address, nor one that is tried first", () => {
    assert.strictEqual(reasonOf("Ada@Example.com"), "is-the-email")
    assert.strictEqual(reasonOf("ada@example.com!"), "is-the-email")
    for (const word of ["Password1234", "abababababab", "abcabcabcabca", "1234123412341", "            "]) {
      assert.strictEqual(reasonOf(word), "too-common", word)
    }
    assert.strictEqual(reasonOf("correct horse battery staple"), "taken")
  })
})
