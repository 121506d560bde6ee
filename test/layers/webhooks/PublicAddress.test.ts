import { assert, describe, it } from "@effect/vitest"
import { isPublicAddress } from "../../../src/layers/network/PublicAddress.ts"
import { guardedLookup } from "../../../src/layers/webhooks/GuardedLookup.ts"

describe("an address of the public internet", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "2606:4700:4700::1111"]) {
    it(`${address} is one`, () => assert.isTrue(isPublicAddress(address)))
  }

  const others = `127.0.0.1 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
    198.18.0.1 203.0.113.9 224.0.0.1 255.255.255.255 192.0.0.8 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1
    2001:db8::1 2002:7f00:1:: 64:ff9b::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8
    ::127.0.0.1 2001::1 3fff::1 localhost 2130706433 0x7f.1`.split(/\s+/)
  for (const address of others) {
    it(`${address} is none`, () => assert.isFalse(isPublicAddress(address)))
  }
})

const lookedUp = (mayUse: (address: string) => boolean, all: boolean) =>
  new Promise<{ readonly error: Error | null; readonly found: unknown }>((resolve) => {
    guardedLookup(mayUse)("localhost", { all }, (error, found) => resolve({ error, found }))
  })

describe("a name", () => {
  it("that leads into a private network is refused before anything is connected", async () => {
    for (const all of [true, false]) {
      const { error } = await lookedUp(isPublicAddress, all)
      assert.strictEqual(error?.message, "localhost is no address of the public internet")
    }
  })

  it("is refused when only some of its addresses may be used", async () => {
    let asked = 0
    const { error, found } = await lookedUp(() => asked++ > 0, true)
    assert.isNotNull(error)
    assert.strictEqual(found, "")
  })

  it("that may be used gives the addresses that were looked at", async () => {
    const one = await lookedUp(() => true, false)
    const many = await lookedUp(() => true, true)
    assert.isNull(one.error)
    assert.isString(one.found)
    assert.isArray(many.found)
  })
})
