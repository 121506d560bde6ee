import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import { isHashed, standInOf } from "../calls/HashedNumber.ts"
import type { Finding, ListMatch, RuleName, Verdict } from "../Finding.ts"
import { FraudEngine, isEmergencyCall } from "../FraudEngine.ts"
import type { RuleSet } from "../rules/RuleSet.ts"
import { judge } from "../Screening.ts"
import type { WindowCapacity } from "../windows/NumberSlice.ts"

/** These look at the caller's number itself, of which a hash says nothing. */
const rulesOfNumbers: ReadonlySet<RuleName> = new Set(["cli_mask", "cli_impossible", "refiling"])

const withoutNumbers = (rules: RuleSet): RuleSet => ({
  ...rules,
  cli_mask: { ...rules.cli_mask, mode: "off" },
  cli_impossible: { ...rules.cli_impossible, mode: "off" },
  refiling: { ...rules.refiling, mode: "off" }
})

export const hasHashedCaller = ({ aNumber, assertedNumber }: CallAttempt): boolean =>
  isHashed(aNumber) || isHashed(assertedNumber)

/** The call with numbers that the windows can tell from each other. */
const withStandIns = <Call extends CallAttempt>(call: Call): Call => ({
  ...call,
  aNumber: standInOf(call.aNumber),
  assertedNumber: standInOf(call.assertedNumber)
})

/** One rule set over stored calls, in order of their times. */
export class Replay {
  readonly #rulesOfHashed: RuleSet
  readonly #engine: FraudEngine

  constructor(rules: RuleSet, capacity?: WindowCapacity) {
    this.#rulesOfHashed = withoutNumbers(rules)
    this.#engine = new FraudEngine(rules, capacity)
  }

  attempt(call: CallAttempt, listed: ListMatch | undefined): Verdict {
    if (listed !== undefined || isEmergencyCall(call) || !hasHashedCaller(call)) {
      return this.#engine.attempt(call, listed)
    }
    const known = withStandIns(call)
    const features = this.#engine.features(known)
    return judge(known, features, { rules: this.#rulesOfHashed, listed, degraded: false, emergency: false })
  }

  ended(end: CallEnd): ReadonlyArray<Finding> {
    if (!hasHashedCaller(end)) return this.#engine.ended(end)
    return this.#engine.ended(withStandIns(end)).filter(({ rule }) => !rulesOfNumbers.has(rule))
  }
}
