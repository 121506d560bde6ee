import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { afterProbe, noProbes, waitMillis } from "../../../src/domain/gateways/GatewayHealth.ts"
import type { ProbeRecord } from "../../../src/domain/gateways/GatewayHealth.ts"

/** `+` an answer, `-` none; one probe every 5 s. */
const probed = (probes: string, from: ProbeRecord = noProbes("unknown")) =>
  [...probes].reduce(({ now, record }, each) => ({ record: afterProbe(record, each === "+", now), now: now + 5_000 }), {
    record: from,
    now: 0
  }).record

describe("a gateway's health", () => {
  it.each([
    ["", "unknown"],
    ["+", "healthy"],
    ["-", "unknown"],
    ["+-", "healthy"],
    ["--", "critical"],
    ["+--", "critical"],
    ["--+", "critical"],
    ["--++", "healthy"],
    ["+-+-+", "healthy"],
    ["+-+-+-+", "degraded"],
    [`+-+-+-${"+".repeat(19)}`, "degraded"],
    [`+-+-+-${"+".repeat(20)}`, "healthy"]
  ])("after %s is %s", (probes, health) => {
    assert.strictEqual(probed(probes).health, health)
  })

  it("pauses probes for 30 s after 5 misses, and goes on after 2 answers", () => {
    assert.strictEqual(probed("----").breaker, "closed")
    const open = probed("-----")
    assert.strictEqual(open.breaker, "open")
    assert.strictEqual(waitMillis(open, 5_000, 20_000), 30_000)
    const trying = afterProbe(open, true, 50_000)
    assert.deepStrictEqual([trying.breaker, waitMillis(trying, 5_000, 50_000)], ["halfOpen", 5_000])
    assert.strictEqual(afterProbe(trying, false, 55_000).breaker, "open")
    assert.deepStrictEqual(
      [afterProbe(trying, true, 55_000).breaker, afterProbe(trying, true, 55_000).health],
      ["closed", "healthy"]
    )
  })

  it("does not flap: a run of answers or misses changes it twice at most, and what is remembered is bounded", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.boolean(), (before, alive) => {
        let record = noProbes("unknown")
        for (const each of before) record = afterProbe(record, each, 0)
        assert.isAtMost(record.recent.length, 20)
        let changes = 0
        for (let n = 0; n < 50; n++) {
          const next = afterProbe(record, alive, 0)
          if (next.health !== record.health) changes++
          record = next
        }
        assert.isAtMost(changes, 2)
        assert.strictEqual(record.health, alive ? "healthy" : "critical")
      })
    )
  })
})
