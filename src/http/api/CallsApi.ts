import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { VerdictAction } from "../../domain/fraud/Finding.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { CallExplanationView, CallSummaryView, CallView } from "./CallViews.ts"
import { CallRecordsUnavailable, CallUnknown } from "./CallProblems.ts"
import { Instant, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor, InvalidRequest } from "./RequestProblems.ts"

/** Days that one summary, list or export may be about. */
export const maxPeriodDays = 31

/** A Call-ID (RFC 3261 allows any word), or a switch's own id. */
export const CallId = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]{1,256}$/u, { expected: "1 to 256 characters, none of them a control character" })
)

/** A number as it was signalled. */
export const CalledNumber = Schema.String.check(
  Schema.isPattern(/^\+?[0-9*#]{1,32}$/, { expected: "a number such as +2348031234567" })
)

export const GatewayName = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,128}$/, { expected: "a gateway's id" }))

const period = {
  from: Schema.optionalKey(Instant.annotate({ description: "Calls that started then or later." })),
  to: Schema.optionalKey(Instant.annotate({ description: "Calls that started before." }))
}

const needed = { from: Instant, to: Instant }

export class CallsApi extends HttpApiGroup.make("calls")
  .add(
    HttpApiEndpoint.get("list", "/fraud/calls", {
      query: {
        ...paging,
        ...period,
        a: Schema.optionalKey(CalledNumber.annotate({ description: "The caller's number." })),
        b: Schema.optionalKey(CalledNumber.annotate({ description: "The called number." })),
        gateway: Schema.optionalKey(GatewayName),
        action: Schema.optionalKey(VerdictAction),
        flagged: Schema.optionalKey(Schema.Literals(["true", "false"]))
      },
      success: pageOf(CallView),
      error: [InvalidCursor, InvalidRequest, CallRecordsUnavailable]
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Screened calls, newest first; of the last 31 days when no period is given"),
    HttpApiEndpoint.get("summary", "/fraud/calls/summary", {
      query: needed,
      success: CallSummaryView,
      error: [InvalidRequest, CallRecordsUnavailable]
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Figures of a period of 31 days at most: ASR, NER, ACD, masking rate"),
    HttpApiEndpoint.get("export", "/fraud/calls/export", {
      query: needed,
      success: HttpApiSchema.StreamNdjson({ schema: CallView }),
      error: [InvalidRequest, CallRecordsUnavailable]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "All calls of a period of 31 days at most, oldest first, one JSON object a line"),
    HttpApiEndpoint.get("get", "/fraud/calls/:callId", {
      params: { callId: CallId },
      success: CallExplanationView,
      error: [CallUnknown, CallRecordsUnavailable]
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "One call, with the reasons of its verdict; the newest with this id")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Screened calls: what was seen, what was decided and why, and what their CDRs said."
  ) {}
