import type { RulesState } from "../domain/fraud/rules/RuleChanges.ts"
import { evolveRules, initialRules, RulesEvent } from "../domain/fraud/rules/RuleChanges.ts"
import type { Definition } from "./Aggregate.ts"

export const fraudRulesHistory: Definition<RulesState, RulesEvent> = {
  entityType: "FraudRules",
  initial: () => initialRules,
  evolve: evolveRules,
  event: RulesEvent,
  row: () => undefined
}
