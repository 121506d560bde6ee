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

const kindsOf = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> => [
  ...new Set(findings.map(({ type }) => type.toLowerCase()))
]

export const opinionOf = ({ action, findings }: Verdict, rules: RuleSet): Opinion => ({
  flagged: action !== "allow",
  blocked: action === "block",
  kinds: action === "allow" ? [] : kindsOf(findings.filter((finding) => suffices(finding, rules)))
})

/** As sure a finding must be to raise an alert when the call is over and there is no verdict any more. */
const alertFrom = 0.5

const nobody: Opinion = { flagged: false, blocked: false, kinds: [] }

/** The screening of Tandem over one run of calls; at the end of a call it may say more. */
export const makeTandem = (
  tell: (generated: GeneratedCall, opinion: Opinion) => void,
  tellEnd: (generated: GeneratedCall, before: Opinion, opinion: Opinion) => void = () => {},
  rules = defaultRules
) => {
  const engine = new FraudEngine(rules)
  const flagged = new Map<string, Opinion>()
  return {
    attempt: (generated: GeneratedCall) => {
      const opinion = opinionOf(engine.attempt(generated.call), rules)
      if (opinion.flagged) flagged.set(generated.call.callId, opinion)
      tell(generated, opinion)
    },
    ended: (generated: GeneratedCall) => {
      const { callId } = generated.call
      const before = flagged.get(callId) ?? nobody
      flagged.delete(callId)
      const found = engine.ended(generated.call).filter(({ confidence, shadow }) => !shadow && confidence >= alertFrom)
      if (found.length > 0) tellEnd(generated, before, { flagged: true, blocked: false, kinds: kindsOf(found) })
    }
  }
}
