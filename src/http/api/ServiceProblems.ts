import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class InternalError extends HttpApiError.Problem<InternalError>()("InternalError", {
  type: "urn:tandem:problem:internal-error",
  status: 500,
  title: "Tandem made a mistake"
}) {}

export class CommandParked extends HttpApiError.Problem<CommandParked>()(
  "CommandParked",
  { type: "urn:tandem:problem:command-parked", status: 500, title: "The command waits for an operator" },
  { command: Schema.String, deadLetterId: Schema.String }
) {}

export class VendorRefused extends HttpApiError.Problem<VendorRefused>()(
  "VendorRefused",
  { type: "urn:tandem:problem:vendor-refused", status: 502, title: "The vendor refused" },
  { vendor: Schema.String, reason: Schema.String }
) {}

export class VendorUnavailable extends HttpApiError.Problem<VendorUnavailable>()(
  "VendorUnavailable",
  { type: "urn:tandem:problem:vendor-unavailable", status: 503, title: "The vendor cannot be reached now" },
  { vendor: Schema.String, reason: Schema.String, retryAfterSeconds: Schema.Int }
) {}

export class JournalUnavailable extends HttpApiError.Problem<JournalUnavailable>()(
  "JournalUnavailable",
  { type: "urn:tandem:problem:journal-unavailable", status: 503, title: "The journal cannot be reached now" },
  { retryAfterSeconds: Schema.Int }
) {}

export class EntityBusy extends HttpApiError.Problem<EntityBusy>()(
  "EntityBusy",
  { type: "urn:tandem:problem:entity-busy", status: 503, title: "The entity cannot take more commands now" },
  { retryAfterSeconds: Schema.Int }
) {}

export class TooManySubscribers extends HttpApiError.Problem<TooManySubscribers>()(
  "TooManySubscribers",
  { type: "urn:tandem:problem:too-many-subscribers", status: 503, title: "No more live subscribers are taken now" },
  { limit: Schema.Int, retryAfterSeconds: Schema.Int }
) {}

export class EntityTimeout extends HttpApiError.Problem<EntityTimeout>()(
  "EntityTimeout",
  { type: "urn:tandem:problem:entity-timeout", status: 504, title: "The entity did not answer in time" },
  { timeoutMillis: Schema.Int }
) {}
