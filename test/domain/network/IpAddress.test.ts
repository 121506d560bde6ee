import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { BlockList, isIP } from "node:net"
import { formatIp, formatIpBlock, parseIp, parseIpBlock } from "../../../src/domain/network/IpAddress.ts"

const noise = fc.stringMatching(/^[0-9a-f:./]{0,20}$/)

describe("an address", () => {
  it("is what Node takes for one", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), noise), (text) => {
        assert.strictEqual(parseIp(text) !== undefined, isIP(text) !== 0, text)
      }),
      { numRuns: 1000 }
    )
  })

  it("has one text, which is read as the same address and is the URL standard's", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = parseIp(text) ?? new Uint8Array()
        const written = formatIp(bytes)
        assert.deepStrictEqual(parseIp(written), bytes)
        if (bytes.length === 16) assert.strictEqual(written, new URL(`http://[${text}]/`).hostname.slice(1, -1))
      })
    )
  })

  it("of IPv4 inside IPv6 is the address of IPv4", () => {
    assert.strictEqual(formatIp(parseIp("::ffff:192.0.2.1") ?? new Uint8Array()), "192.0.2.1")
    assert.strictEqual(formatIp(parseIp("::ffff:c000:201") ?? new Uint8Array()), "192.0.2.1")
  })
})

describe("a block of addresses", () => {
  it("begins with the bits that count and has no others", () => {
    const cases: ReadonlyArray<readonly [string, string | undefined]> = [
      ["192.0.2.77/24", "192.0.2.0/24"],
      ["192.0.2.77/32", "192.0.2.77"],
      ["10.255.1.2/9", "10.128.0.0/9"],
      ["2001:db8:ffff::1/33", "2001:db8:8000::/33"],
      ["::ffff:192.0.2.77/120", "192.0.2.0/24"],
      ["192.0.2.0/33", undefined],
      ["192.0.2.0/", undefined],
      ["192.0.2.0/08", undefined],
      ["/8", undefined],
      ["::1/129", undefined]
    ]
    for (const [text, wanted] of cases) {
      const block = parseIpBlock(text)
      assert.strictEqual(block === undefined ? undefined : formatIpBlock(block), wanted, text)
    }
  })

  it("holds the addresses that Node's own list says", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.ipV4(), (network, bits, address) => {
        const list = new BlockList()
        list.addSubnet(network, bits, "ipv4")
        const one = formatIpBlock(parseIpBlock(`${network}/${bits}`) ?? { bytes: new Uint8Array(4), bits: 0 })
        const other = formatIpBlock(parseIpBlock(`${address}/${bits}`) ?? { bytes: new Uint8Array(4), bits: 0 })
        assert.strictEqual(one === other, list.check(address, "ipv4"))
      })
    )
  })
})
