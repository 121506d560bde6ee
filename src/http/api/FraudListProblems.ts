import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class ListUnknown extends HttpApiError.Problem<ListUnknown>()(
  "ListUnknown",
  { type: "urn:tandem:problem:list-unknown", status: 404, title: "No such list" },
  { list: Schema.String }
) {}

export class ListEntryUnknown extends HttpApiError.Problem<ListEntryUnknown>()(
  "ListEntryUnknown",
  { type: "urn:tandem:problem:list-entry-unknown", status: 404, title: "The value was never on this list" },
  { list: Schema.String, kind: Schema.String, value: Schema.String }
) {}

export class ListEntryRefused extends HttpApiError.Problem<ListEntryRefused>()(
  "ListEntryRefused",
  { type: "urn:tandem:problem:list-entry-refused", status: 422, title: "The list does not take this entry" },
  { kind: Schema.String, value: Schema.String, reason: Schema.String }
) {}
