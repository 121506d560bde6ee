import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Threat } from "../../domain/fraud/ThreatLevel.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { CalledNumber } from "./CallsApi.ts"
import { InvalidRequest } from "./RequestProblems.ts"
import { EntityBusy, EntityTimeout } from "./ServiceProblems.ts"

export class FraudThreatApi extends HttpApiGroup.make("fraudThreat")
  .add(
    HttpApiEndpoint.get("get", "/fraud/threat/:number", {
      params: { number: CalledNumber },
      success: Threat,
      error: [InvalidRequest, EntityBusy, EntityTimeout]
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "How many distinct callers a number had within the masking window, and what they mean")
      .annotate(OpenApi.Description, "A number that nobody calls has the level `none`. Asking counts as no call.")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Called numbers under attack.") {}
