import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { rulesId } from "../domain/rules/VersionedRules.ts"
import { GatewayRules } from "../entities/GatewayRules.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { askEntity } from "./EntityCall.ts"
import { makeRulesHandlers } from "./RulesHandlers.ts"

export const GatewayRulesLive = HttpApiBuilder.group(
  TandemApi,
  "gatewayRules",
  Effect.fnUntraced(function* (handlers) {
    const { asked, timeline } = yield* makeRulesHandlers("gatewayRules", GatewayRules.type)
    const rules = (yield* GatewayRules.client)(rulesId)

    return handlers.handleAll({
      get: () => askEntity(rules.Get()),
      timeline,
      replace: Effect.fnUntraced(function* (request) {
        return yield* askEntity(rules.Replace({ ...request.payload, ...(yield* asked("replace", rulesId, request)) }))
      }),
      revert: Effect.fnUntraced(function* (request) {
        return yield* askEntity(rules.Revert({ ...request.payload, ...(yield* asked("revert", rulesId, request)) }))
      })
    })
  })
)
