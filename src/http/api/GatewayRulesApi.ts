import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { GatewayRulesState } from "../../domain/gateways/GatewayRuleChanges.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { idempotent, Reason } from "./Parameters.ts"
import { changeProblems, Revert, rulesTimeline, RulesVersion } from "./RulesEndpoints.ts"
import { EntityBusy, EntityTimeout } from "./ServiceProblems.ts"

const command = { headers: idempotent, success: GatewayRulesState, error: changeProblems }

/** The rules by which gateways are judged; version 0 are those of a new installation. */
export class GatewayRulesApi extends HttpApiGroup.make("gatewayRules")
  .add(
    HttpApiEndpoint.get("get", "/gateways/rules", { success: GatewayRulesState, error: [EntityBusy, EntityTimeout] })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "All rules about gateways, in the order in which they are looked at"),
    rulesTimeline("/gateways/rules/timeline"),
    HttpApiEndpoint.put("replace", "/gateways/rules", {
      ...command,
      payload: Schema.Struct({
        reason: Reason,
        rules: Schema.Array(Schema.Unknown),
        expectedVersion: RulesVersion.annotate({
          description: "The version that was looked at; refused when the rules have another one by now."
        })
      })
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Replace all rules at once"),
    HttpApiEndpoint.post("revert", "/gateways/rules/revert", { ...command, payload: Revert })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Bring back the rules of a version, as a new version")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Rules that blacklist or suspend gateways. Each change is a new version, in force on every node within a second."
  ) {}
