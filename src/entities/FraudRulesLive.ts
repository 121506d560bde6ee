import { Effect } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { decideChange, decideReplace, decideRevert, fraudRuleVersions } from "../domain/fraud/rules/RuleChanges.ts"
import * as Contract from "./FraudRules.ts"
import { makeRulesActor, rulesHistory } from "./RulesActor.ts"

const history = rulesHistory(Contract.FraudRules.type, fraudRuleVersions)

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const rules = yield* makeRulesActor(history, entityId, {
    success: Contract.Change.successSchema,
    error: Contract.Change.errorSchema
  })

  return Contract.FraudRules.of({
    Change: ({ payload }) =>
      rules.record("Change", payload, (state) => decideChange(state, payload.rule, payload.patch, payload)),
    Replace: ({ payload }) => rules.record("Replace", payload, (state) => decideReplace(state, payload.rules, payload)),
    Revert: ({ payload }) => rules.revert(payload, decideRevert),
    Get: () => Rpc.fork(rules.state)
  })
})

/** Most commands that the rules let wait. */
const mailboxCapacity = 256

export const FraudRulesLive = Contract.FraudRules.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
