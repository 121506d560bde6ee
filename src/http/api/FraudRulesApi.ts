import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { RulesState } from "../../domain/fraud/rules/RuleChanges.ts"
import { RuleAction, RuleMode } from "../../domain/fraud/rules/RuleSet.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { idempotent, Reason } from "./Parameters.ts"
import { changeProblems, Revert, rulesTimeline, RulesVersion } from "./RulesEndpoints.ts"
import { RuleUnknown } from "./RulesProblems.ts"
import { EntityBusy, EntityTimeout } from "./ServiceProblems.ts"

const Values = Schema.Record(Schema.String, Schema.Unknown)

/** Name of a rule; one that does not exist is told as such. */
const rule = Schema.String.check(Schema.isPattern(/^[a-z_]{1,50}$/, { expected: "a rule's name" }))

const command = {
  headers: idempotent,
  success: RulesState,
  error: [RuleUnknown, ...changeProblems] as const
}

/** The rules by which calls are judged; version 0 are the defaults. */
export class FraudRulesApi extends HttpApiGroup.make("fraudRules")
  .add(
    HttpApiEndpoint.get("get", "/fraud/rules", { success: RulesState, error: [EntityBusy, EntityTimeout] })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "All detection rules, and how findings become a verdict"),
    rulesTimeline("/fraud/rules/timeline"),
    HttpApiEndpoint.patch("change", "/fraud/rules/:rule", {
      ...command,
      params: { rule },
      payload: Schema.Struct({
        reason: Reason,
        mode: Schema.optionalKey(RuleMode),
        action: Schema.optionalKey(RuleAction),
        weight: Schema.optionalKey(Schema.Finite),
        parameters: Schema.optionalKey(
          Values.annotate({ description: "Those that change; of `composite`, its own fields." })
        )
      })
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Change one rule, or `composite`; what is left out stays as it is"),
    HttpApiEndpoint.put("replace", "/fraud/rules", {
      ...command,
      payload: Schema.Struct({
        reason: Reason,
        rules: Values,
        expectedVersion: Schema.optionalKey(
          RulesVersion.annotate({ description: "Refused when the rules have another version by now." })
        )
      })
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Replace all rules at once"),
    HttpApiEndpoint.post("revert", "/fraud/rules/revert", { ...command, payload: Revert })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Bring back the rules of a version, as a new version")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Detection rules. Each change is a new version, in force on every node within a second."
  ) {}
