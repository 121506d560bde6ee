import { FraudEngine } from "../../src/domain/fraud/FraudEngine.ts"
import type { Finding, Verdict } from "../../src/domain/fraud/Finding.ts"
import type { RuleSet } from "../../src/domain/fraud/rules/RuleSet.ts"
import { defaultRules } from "../../src/domain/fraud/rules/RuleSet.ts"
import type { GeneratedCall } from "../../src/simulators/traffic/Traffic.ts"
import type { Opinion } from "./Scores.ts"

/** The finding brings a flag about on its own, so an analyst sees its kind of fraud. */
const suffices = ({ confidence, rule, shadow }: Finding, rules: RuleSet): boolean =>
  !shadow &&
  (rules[rule].action === "auto"
    ? confidence * rules[rule].weight >= rules.composite.flagScore
    : rules[rule].action !== "allow" && confidence >= 0.5)

export const opinionOf = ({ action, findings }: Verdict, rules: RuleSet): Opinion => ({
  flagged: action !== "allow",
  blocked: action === "block",
  kinds:
    action === "allow"
      ? []
      : [...new Set(findings.filter((finding) => suffices(finding, rules)).map(({ type }) => type.toLowerCase()))]
})

/** The screening of Tandem over one run of calls. */
export const makeTandem = (tell: (generated: GeneratedCall, opinion: Opinion) => void, rules = defaultRules) => {
  const engine = new FraudEngine(rules)
  return {
    attempt: (generated: GeneratedCall) => tell(generated, opinionOf(engine.attempt(generated.call), rules)),
    ended: ({ call }: GeneratedCall) => void engine.ended(call)
  }
}
