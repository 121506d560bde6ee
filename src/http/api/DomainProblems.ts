import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class NumberUnknown extends HttpApiError.Problem<NumberUnknown>()(
  "NumberUnknown",
  { type: "urn:tandem:problem:number-unknown", status: 404, title: "Tandem has never held this number" },
  { e164: Schema.String }
) {}

export class NumberNotAvailable extends HttpApiError.Problem<NumberNotAvailable>()(
  "NumberNotAvailable",
  { type: "urn:tandem:problem:number-not-available", status: 409, title: "The number is held by somebody else" },
  { e164: Schema.String, heldBy: Schema.NullOr(Schema.String) }
) {}

export class NumberStatusRefused extends HttpApiError.Problem<NumberStatusRefused>()(
  "NumberStatusRefused",
  { type: "urn:tandem:problem:number-status-refused", status: 409, title: "The number's status does not allow this" },
  { e164: Schema.String, numberStatus: Schema.String, command: Schema.String }
) {}

export class NumberActionRefused extends HttpApiError.Problem<NumberActionRefused>()(
  "NumberActionRefused",
  { type: "urn:tandem:problem:number-action-refused", status: 502, title: "The inventory or the vendor refused" },
  { e164: Schema.String, action: Schema.String, retryable: Schema.Boolean }
) {}

export class OrderUnknown extends HttpApiError.Problem<OrderUnknown>()(
  "OrderUnknown",
  { type: "urn:tandem:problem:order-unknown", status: 404, title: "No such order" },
  { orderId: Schema.String }
) {}

export class OrderStatusRefused extends HttpApiError.Problem<OrderStatusRefused>()(
  "OrderStatusRefused",
  { type: "urn:tandem:problem:order-status-refused", status: 409, title: "The order's status does not allow this" },
  { orderId: Schema.String, orderStatus: Schema.String, command: Schema.String }
) {}

export class TicketUnknown extends HttpApiError.Problem<TicketUnknown>()(
  "TicketUnknown",
  { type: "urn:tandem:problem:ticket-unknown", status: 404, title: "The help desk has no such ticket" },
  { ticketId: Schema.String }
) {}

export class BackorderUnknown extends HttpApiError.Problem<BackorderUnknown>()(
  "BackorderUnknown",
  { type: "urn:tandem:problem:backorder-unknown", status: 404, title: "No such back-order" },
  { backorderId: Schema.String }
) {}

export class BackorderStatusRefused extends HttpApiError.Problem<BackorderStatusRefused>()(
  "BackorderStatusRefused",
  {
    type: "urn:tandem:problem:backorder-status-refused",
    status: 409,
    title: "The back-order's status does not allow this"
  },
  { backorderId: Schema.String, backorderStatus: Schema.String, command: Schema.String }
) {}

export class BackorderActionRefused extends HttpApiError.Problem<BackorderActionRefused>()(
  "BackorderActionRefused",
  { type: "urn:tandem:problem:backorder-action-refused", status: 502, title: "The vendor refused" },
  { backorderId: Schema.String, action: Schema.String, retryable: Schema.Boolean }
) {}

export class DeadLetterUnknown extends HttpApiError.Problem<DeadLetterUnknown>()(
  "DeadLetterUnknown",
  { type: "urn:tandem:problem:dead-letter-unknown", status: 404, title: "No such dead letter" },
  { deadLetterId: Schema.String }
) {}

export class ReplayFailed extends HttpApiError.Problem<ReplayFailed>()(
  "ReplayFailed",
  { type: "urn:tandem:problem:replay-failed", status: 409, title: "The command failed again" },
  { deadLetterId: Schema.String }
) {}
