import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class CallUnknown extends HttpApiError.Problem<CallUnknown>()(
  "CallUnknown",
  { type: "urn:tandem:problem:call-unknown", status: 404, title: "No such call is kept" },
  { callId: Schema.String }
) {}

export class CallRecordsUnavailable extends HttpApiError.Problem<CallRecordsUnavailable>()(
  "CallRecordsUnavailable",
  {
    type: "urn:tandem:problem:call-records-unavailable",
    status: 503,
    title: "The records of calls cannot be reached now"
  },
  { retryAfterSeconds: Schema.Int }
) {}
