import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { BlockList } from "node:net"
import type { IndexedEntry, Listable } from "../../../../src/domain/fraud/lists/ListIndex.ts"
import { ListIndex } from "../../../../src/domain/fraud/lists/ListIndex.ts"
import { normaliseListValue } from "../../../../src/domain/fraud/lists/ListValue.ts"

const forever = Number.POSITIVE_INFINITY
const nowMillis = 1_000

// Few digits and addresses, so that entries and calls meet often.
const number = fc.stringMatching(/^\+23480[12]0000[12]\d$/)
const prefix = fc.stringMatching(/^\+23480[12]0{0,4}[12]?$/)
const address = fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.3.1", "2001:db8::1", "2001:db8:1::1")
const block = fc.constantFrom("192.0.2.0/24", "192.0.2.0/31", "192.0.0.0/16", "2001:db8::/32", "2001:db8::/48")
const carrier = fc.constantFrom("mtn", "glo")

const entry: fc.Arbitrary<IndexedEntry> = fc
  .tuple(
    fc.constantFrom("block" as const, "allow" as const),
    fc.oneof(
      number.map((value) => ({ kind: "number" as const, value })),
      prefix.map((value) => ({ kind: "prefix" as const, value })),
      fc.oneof(address, block).map((value) => ({ kind: "ip" as const, value })),
      carrier.map((value) => ({ kind: "carrier" as const, value }))
    ),
    fc.constantFrom(forever, nowMillis, nowMillis - 1, nowMillis + 1)
  )
  .map(([list, key, expiresAtMillis]) => ({ list, ...key, reason: `r-${key.kind}`, expiresAtMillis }))

const call: fc.Arbitrary<Listable> = fc.record({
  aNumber: fc.oneof(number, fc.constant("")),
  bNumber: fc.oneof(number, fc.constant("112")),
  sourceIp: fc.oneof(address, fc.constantFrom("", "::ffff:192.0.2.1", "2001:DB8:0::1", "nonsense")),
  carrierId: fc.oneof(carrier, fc.constant(""))
})

const step = fc.oneof(
  { weight: 3, arbitrary: entry.map((each) => ({ put: true, entry: each })) },
  { weight: 1, arbitrary: entry.map((each) => ({ put: false, entry: each })) }
)

const canonical = (ip: string) => Result.getOrElse(normaliseListValue("ip", ip), () => "")

const holds = (value: string, ip: string): boolean => {
  if (ip === "") return false
  const list = new BlockList()
  const [network = "", bits] = value.split("/")
  const family = network.includes(":") ? "ipv6" : "ipv4"
  if (bits === undefined) list.addAddress(network, family)
  else list.addSubnet(network, Number(bits), family)
  return list.check(ip, ip.includes(":") ? "ipv6" : "ipv4")
}

/** The same rules, one entry after the other. */
const naiveMatch = (entries: ReadonlyArray<IndexedEntry>, asked: Listable): IndexedEntry | undefined => {
  const ip = canonical(asked.sourceIp)
  const bitsOf = (value: string) => (value.includes("/") ? Number(value.split("/")[1]) : 129)
  for (const list of ["allow", "block"]) {
    if (list === "block" && asked.bNumber === "112") return undefined
    const living = entries.filter((each) => each.list === list && each.expiresAtMillis > nowMillis)
    const longest = (of: string) =>
      living
        .filter(({ kind, value }) => kind === "prefix" && of.startsWith(value))
        .sort((one, other) => other.value.length - one.value.length)[0]
    const found =
      living.find(({ kind, value }) => kind === "number" && value === asked.aNumber) ??
      living.find(({ kind, value }) => kind === "number" && value === asked.bNumber) ??
      longest(asked.aNumber) ??
      longest(asked.bNumber) ??
      living
        .filter(({ kind, value }) => kind === "ip" && holds(value, ip))
        .sort((one, other) => bitsOf(other.value) - bitsOf(one.value))[0] ??
      living.find(({ kind, value }) => kind === "carrier" && value === asked.carrierId)
    if (found !== undefined) return found
  }
  return undefined
}

describe("the lists in memory", () => {
  it("decide as reading them entry by entry does, whatever was put and removed before", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.array(call, { minLength: 1, maxLength: 10 }),
        (steps, calls) => {
          const index = new ListIndex()
          const model = new Map<string, IndexedEntry>()
          for (const { entry: each, put } of steps) {
            const id = `${each.list} ${each.kind} ${each.value}`
            if (put) index.put(each)
            else index.remove(each)
            if (put) model.set(id, each)
            else model.delete(id)
          }
          const entries = [...model.values()]
          for (const list of ["allow", "block"] as const) {
            assert.strictEqual(index.size(list), entries.filter((each) => each.list === list).length)
          }
          for (const asked of calls) assert.deepStrictEqual(index.match(asked, nowMillis), naiveMatch(entries, asked))
        }
      ),
      { numRuns: 1000 }
    )
  })

  it("take a hundred thousand numbers and prefixes and find each", () => {
    const index = new ListIndex()
    const count = 50_000
    const numberOf = (n: number) => `+234803${String(n).padStart(7, "0")}`
    for (let n = 0; n < count; n++) {
      index.put({ list: "block", kind: "number", value: numberOf(n), reason: "bulk", expiresAtMillis: forever })
      index.put({
        list: "block",
        kind: "prefix",
        value: `+44${String(n).padStart(6, "0")}`,
        reason: "bulk",
        expiresAtMillis: forever
      })
    }
    assert.strictEqual(index.size("block"), 2 * count)
    const asked = { bNumber: "+2349011111111", sourceIp: "192.0.2.1", carrierId: "" }
    for (let n = 0; n < count; n += 997) {
      assert.strictEqual(index.match({ ...asked, aNumber: numberOf(n) }, nowMillis)?.value, numberOf(n))
      const inside = `+44${String(n).padStart(6, "0")}1234`
      assert.strictEqual(index.match({ ...asked, aNumber: inside }, nowMillis)?.value, inside.slice(0, 9))
    }
    assert.isUndefined(index.match({ ...asked, aNumber: numberOf(count) }, nowMillis))
  })

  it("never block a call to an emergency number", () => {
    const index = new ListIndex()
    index.put({ list: "block", kind: "ip", value: "192.0.2.1", reason: "attack", expiresAtMillis: forever })
    const asked = { aNumber: "+2348031234567", sourceIp: "192.0.2.1", carrierId: "" }
    assert.strictEqual(index.match({ ...asked, bNumber: "+2348031234568" }, nowMillis)?.reason, "attack")
    for (const bNumber of ["112", "+234112", "199", "767"]) {
      assert.isUndefined(index.match({ ...asked, bNumber }, nowMillis), bNumber)
    }
  })
})
