import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { speaksFor, tnAuthListOf } from "../../../../src/domain/fraud/stir/TnAuthList.ts"

const lengthOf = (length: number) => (length < 128 ? [length] : [0x82, length >> 8, length & 255])
const der = (tag: number, ...content: ReadonlyArray<number>) => [tag, ...lengthOf(content.length), ...content]
const ia5 = (text: string) => der(0x16, ...Buffer.from(text))

const oid = (last: number) => der(0x06, 0x2b, 6, 1, 5, 5, 7, 1, last)

/** As much of a certificate (RFC 5280 §4.1) as leads to its extensions. */
const certificate = (...extensions: ReadonlyArray<ReadonlyArray<number>>) =>
  Uint8Array.from(
    der(0x30, ...der(0x30, ...der(0xa0, ...der(2, 2)), ...der(2, 1), ...der(0xa3, ...der(0x30, ...extensions.flat()))))
  )

const extension = (last: number, critical: boolean, ...value: ReadonlyArray<number>) =>
  der(0x30, ...oid(last), ...(critical ? der(1, 255) : []), ...der(0x04, ...value))

const listOf = (...entries: ReadonlyArray<ReadonlyArray<number>>) => der(0x30, ...entries.flat())

describe("the TNAuthList of a certificate", () => {
  it("is read among other extensions, whether it is critical or not", () => {
    const list = listOf(
      der(0xa0, ...ia5("505-ABC")),
      der(0xa1, ...der(0x30, ...ia5("2347031110000"), ...der(2, 0x03, 0xe8))),
      der(0xa2, ...ia5("2348000000000"))
    )
    for (const critical of [true, false]) {
      assert.deepStrictEqual(tnAuthListOf(certificate(extension(1, true, ...list), extension(26, critical, ...list))), [
        { kind: "provider", code: "505-ABC" },
        { kind: "numbers", first: "2347031110000", count: 1000 },
        { kind: "numbers", first: "2348000000000", count: 1 }
      ])
    }
    const long = listOf(...Array.from({ length: 300 }, () => der(0xa0, ...ia5("1234"))))
    assert.strictEqual(tnAuthListOf(certificate(extension(26, false, ...long)))?.length, 300)
  })

  it("is missing when there is none, or nothing in it", () => {
    assert.isUndefined(tnAuthListOf(certificate(extension(1, false, ...listOf(der(0xa0, ...ia5("1234")))))))
    assert.isUndefined(tnAuthListOf(certificate(extension(26, false, ...listOf()))))
    assert.isUndefined(tnAuthListOf(certificate(extension(26, false, 0x04, 0))))
  })

  it("speaks for the numbers in it, or for all when it names a provider", () => {
    const range = { kind: "numbers", first: "2347031110000", count: 1000 } as const
    const one = { kind: "numbers", first: "+2348000000000", count: 1 } as const
    const spoken = (number: string) => speaksFor([range, one], number)
    assert.deepStrictEqual(["2347031110000", "2347031110999", "2348000000000"].map(spoken), [true, true, true])
    assert.deepStrictEqual(["2347031109999", "2347031111000", "234703111000", "2348000000001", "*99#"].map(spoken), [
      false,
      false,
      false,
      false,
      false
    ])
    assert.isTrue(speaksFor([{ kind: "provider", code: "1234" }], "2349012345678"))
    assert.isFalse(speaksFor([], "2349012345678"))
  })

  it("of any bytes is read or missing", () => {
    const good = [...certificate(extension(26, false, ...listOf(der(0xa0, ...ia5("1234")))))]
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(good.with(at, byte)))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), damaged), (bytes) => {
        const list = tnAuthListOf(bytes)
        if (list !== undefined) assert.isNotEmpty(list)
      })
    )
  })
})
