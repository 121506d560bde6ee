import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { RulesState } from "../../domain/fraud/rules/RuleChanges.ts"
import { RuleAction, RuleMode } from "../../domain/fraud/rules/RuleSet.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { RulesVersionUnknown, RuleUnknown } from "./FraudListProblems.ts"
import { idempotent, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor, InvalidRequest } from "./RequestProblems.ts"
import { EntityBusy, EntityTimeout } from "./ServiceProblems.ts"
import { TimelineEntry } from "./Views.ts"

const Values = Schema.Record(Schema.String, Schema.Unknown)

/** Name of a rule; one that does not exist is told as such. */
const rule = Schema.String.check(Schema.isPattern(/^[a-z_]{1,50}$/, { expected: "a rule's name" }))

const maxVersion = 1_000_000_000

const command = {
  headers: idempotent,
  success: RulesState,
  error: [RuleUnknown, RulesVersionUnknown, InvalidRequest, ...commandProblems] as const
}

/** The rules by which calls are judged; version 0 are the defaults. */
export class FraudRulesApi extends HttpApiGroup.make("fraudRules")
  .add(
    HttpApiEndpoint.get("get", "/fraud/rules", { success: RulesState, error: [EntityBusy, EntityTimeout] })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "All detection rules, and how findings become a verdict"),
    HttpApiEndpoint.get("timeline", "/fraud/rules/timeline", {
      query: paging,
      success: pageOf(TimelineEntry),
      error: InvalidCursor
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Every change of the rules, oldest first"),
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
      payload: Schema.Struct({ reason: Reason, rules: Values })
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Replace all rules at once"),
    HttpApiEndpoint.post("revert", "/fraud/rules/revert", {
      ...command,
      payload: Schema.Struct({
        reason: Reason,
        toVersion: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxVersion }))
      })
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Bring back the rules of a version, as a new version")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Detection rules. Each change is a new version, in force on every node within a second."
  ) {}
