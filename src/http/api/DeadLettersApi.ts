import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { postProblems } from "./CommandProblems.ts"
import { DeadLetterUnknown, ReplayFailed } from "./DomainProblems.ts"
import { DeadLetterId, idempotent, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { EntityTimeout } from "./ServiceProblems.ts"
import { DeadLetterView } from "./Views.ts"

const params = { deadLetterId: DeadLetterId }

export class DeadLettersApi extends HttpApiGroup.make("deadLetters")
  .add(
    HttpApiEndpoint.get("list", "/dead-letters", {
      query: paging,
      success: pageOf(DeadLetterView),
      error: InvalidCursor
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Dead letters, oldest first"),
    HttpApiEndpoint.get("get", "/dead-letters/:deadLetterId", {
      params,
      success: DeadLetterView,
      error: DeadLetterUnknown
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "One dead letter"),
    HttpApiEndpoint.post("replay", "/dead-letters/:deadLetterId/replay", {
      params,
      headers: idempotent,
      success: DeadLetterView,
      error: [DeadLetterUnknown, ReplayFailed, EntityTimeout, ...postProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Send the command to its actor once more")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Commands that failed as often as they may be tried, and wait for an operator.") {}
