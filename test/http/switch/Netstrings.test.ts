import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { makeNetstringReader, maxFrameBytes, netstring, NotNetstrings } from "../../../src/http/switch/Netstrings.ts"

const texts = fc.array(fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.json()), { maxLength: 20 })

/** Cuts bytes at the given places, whatever lies there. */
const cut = (bytes: Buffer, places: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const readAll = (chunks: ReadonlyArray<Buffer>) => {
  const read = makeNetstringReader()
  return chunks.flatMap((chunk) => read(chunk))
}

const refuses = (text: string) => assert.throws(() => readAll([Buffer.from(text)]), NotNetstrings)

describe("netstrings", () => {
  it("are read as they were written, in whatever pieces they come", () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(10_000), { maxLength: 40 }), (written, places) => {
        const bytes = Buffer.from(written.map(netstring).join(""))
        assert.deepStrictEqual(
          readAll(cut(bytes, places)),
          written.map((text) => Buffer.from(text).toString("utf8"))
        )
      }),
      { numRuns: 300 }
    )
  })

  it("may come byte by byte, and be as long as they may", () => {
    const text = "é".repeat(maxFrameBytes / 2)
    assert.deepStrictEqual(readAll([Buffer.from(netstring(text) + netstring(""))]), [text, ""])
    const bytes = Buffer.from(netstring("€uro") + netstring("{}"))
    assert.deepStrictEqual(readAll(cut(bytes, [...bytes.keys()])), ["€uro", "{}"])
  })

  it("are not longer than they may", () => {
    refuses(netstring("x".repeat(maxFrameBytes + 1)))
    refuses(`${maxFrameBytes + 1}:`)
    refuses("99999999999999999999:")
  })

  it("are nothing else: what another protocol sends is refused", () => {
    for (const text of ["GET / HTTP/1.1\r\n", ":x,", "-1:x,", "1x:", "3:abcd", "0x3:abc,", "2:ab;", "1e1:", " 1:a,"])
      refuses(text)
  })

  it("of random bytes are refused or waited for, and the reader keeps no more than one frame", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (chunks) => {
        try {
          readAll(chunks.map((chunk) => Buffer.from(chunk)))
        } catch (error) {
          assert.instanceOf(error, NotNetstrings)
        }
      })
    )
  })
})
