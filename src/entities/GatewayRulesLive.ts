import { Effect } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { gatewayRuleVersions } from "../domain/gateways/GatewayRuleChanges.ts"
import { GatewayPolicy } from "../layers/fraud/GatewayPolicy.ts"
import * as Contract from "./GatewayRules.ts"
import { makeRulesActor, rulesHistory } from "./RulesActor.ts"

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const versions = gatewayRuleVersions((yield* GatewayPolicy).founding())
  const rules = yield* makeRulesActor(rulesHistory(Contract.GatewayRules.type, versions), entityId, {
    success: Contract.Replace.successSchema,
    error: Contract.Replace.errorSchema
  })

  return Contract.GatewayRules.of({
    Replace: ({ payload }) =>
      rules.record("Replace", payload, (state) => versions.replace(state, payload.rules, payload)),
    Revert: ({ payload }) => rules.revert(payload, versions.revert),
    Get: () => Rpc.fork(rules.state)
  })
})

/** Most commands that the rules let wait. */
const mailboxCapacity = 256

export const GatewayRulesLive = Contract.GatewayRules.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
