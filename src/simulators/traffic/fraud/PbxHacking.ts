import { spread } from "../Beat.ts"
import { answered, failed } from "../Leg.ts"
import { fixedLine, foreignNumber, highCost, partners } from "../NumberPlan.ts"
import type { Scenario } from "../Scenario.ts"
import { harder } from "../Scenario.ts"
import { enterpriseTrunk } from "../Trunk.ts"

/** Somebody got into a company's exchange and calls costly numbers while the office sleeps. */
export const pbxHacking: Scenario = {
  least: 10,
  size: (rng) => rng.between(15, 150),
  spanMillis: (rng, size, difficulty) => size * rng.within(4000, 15_000) * harder(difficulty, 1, 8),
  hours: [
    [0, 4],
    [21, 23]
  ],
  open: (stage) => {
    const { difficulty, rng, size, spanMillis, startMillis } = stage
    const at = spread(rng, startMillis, spanMillis, size)
    const trunk = enterpriseTrunk(rng, rng.pick(["FPBX-16.0.40", "Asterisk PBX 13.38.3", "3CXPhoneSystem 18.0"]))
    const main = fixedLine(rng)
    const country = rng.pick(highCost)
    const range = rng.below(100_000)
    return () => ({
      atMillis: at(),
      aNumber: main,
      bNumber: rng.chance(0.35 * difficulty)
        ? foreignNumber(rng.pick(partners), rng.below(100_000))
        : foreignNumber(country, range + rng.below(20)),
      assertedNumber: main,
      displayName: "",
      region: "NG-LA",
      attestation: "B",
      trunk,
      outcome: rng.chance(0.75)
        ? answered(rng.within(1500, 5000), rng.logNormal(harder(difficulty, 480_000, 150_000), 0.6))
        : failed(rng.chance(0.5) ? 503 : 404, rng.within(200, 1500))
    })
  }
}
