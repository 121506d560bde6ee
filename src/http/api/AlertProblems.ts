import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class AlertUnknown extends HttpApiError.Problem<AlertUnknown>()(
  "AlertUnknown",
  { type: "urn:tandem:problem:alert-unknown", status: 404, title: "No such alert" },
  { alertId: Schema.String }
) {}

export class AlertStatusRefused extends HttpApiError.Problem<AlertStatusRefused>()(
  "AlertStatusRefused",
  { type: "urn:tandem:problem:alert-status-refused", status: 409, title: "The alert's status does not allow this" },
  { alertId: Schema.String, alertStatus: Schema.String, command: Schema.String }
) {}

export class AlertReportedAlready extends HttpApiError.Problem<AlertReportedAlready>()(
  "AlertReportedAlready",
  {
    type: "urn:tandem:problem:alert-reported-already",
    status: 409,
    title: "The regulator knows the alert under another incident"
  },
  { alertId: Schema.String, nccIncidentId: Schema.String }
) {}
