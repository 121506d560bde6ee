import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { rulesId } from "../domain/rules/VersionedRules.ts"
import { FraudRules } from "../entities/FraudRules.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { askEntity } from "./EntityCall.ts"
import { makeRulesHandlers } from "./RulesHandlers.ts"

export const FraudRulesLive = HttpApiBuilder.group(
  TandemApi,
  "fraudRules",
  Effect.fnUntraced(function* (handlers) {
    const { asked, timeline } = yield* makeRulesHandlers("fraudRules", FraudRules.type)
    const rules = (yield* FraudRules.client)(rulesId)

    return handlers.handleAll({
      get: () => askEntity(rules.Get()),
      timeline,
      change: Effect.fnUntraced(function* ({ headers, params, payload }) {
        const by = yield* asked("change", params.rule, { headers, payload })
        const { parameters, reason: _, ...fields } = payload
        // The verdict's own fields are not in a drawer of their own, as a rule's are.
        const patch =
          params.rule === "composite" ? { ...fields, ...parameters } : { ...fields, ...(parameters && { parameters }) }
        return yield* askEntity(rules.Change({ ...by, rule: params.rule, patch }))
      }),
      replace: Effect.fnUntraced(function* (request) {
        return yield* askEntity(rules.Replace({ ...request.payload, ...(yield* asked("replace", rulesId, request)) }))
      }),
      revert: Effect.fnUntraced(function* (request) {
        return yield* askEntity(rules.Revert({ ...request.payload, ...(yield* asked("revert", rulesId, request)) }))
      })
    })
  })
)
