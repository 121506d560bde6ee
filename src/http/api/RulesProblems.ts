import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class RuleUnknown extends HttpApiError.Problem<RuleUnknown>()(
  "RuleUnknown",
  { type: "urn:tandem:problem:rule-unknown", status: 404, title: "No such detection rule" },
  { rule: Schema.String }
) {}

export class RulesVersionUnknown extends HttpApiError.Problem<RulesVersionUnknown>()(
  "RulesVersionUnknown",
  { type: "urn:tandem:problem:rules-version-unknown", status: 404, title: "The rules never had this version" },
  { rulesVersion: Schema.Int }
) {}

export class RulesVersionConflict extends HttpApiError.Problem<RulesVersionConflict>()(
  "RulesVersionConflict",
  { type: "urn:tandem:problem:rules-version-conflict", status: 409, title: "The rules were changed meanwhile" },
  { rulesVersion: Schema.Int, expectedVersion: Schema.Int }
) {}
