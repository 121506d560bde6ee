import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { NanpE164 } from "../../domain/numbers/E164.ts"
import { NumberStatus, NumberVendor, PhoneNumberState } from "../../domain/numbers/PhoneNumber.ts"
import { AreaCode } from "../../domain/numbers/RequestedLine.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { NumberActionRefused, NumberNotAvailable, NumberStatusRefused, NumberUnknown } from "./DomainProblems.ts"
import { idempotent, OrderId, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { NumberView, TimelineEntry } from "./Views.ts"

const params = { e164: NanpE164 }
const success = PhoneNumberState
const error = [NumberUnknown, NumberNotAvailable, NumberStatusRefused, NumberActionRefused, ...commandProblems] as const

const filters = {
  status: Schema.optionalKey(NumberStatus),
  vendor: Schema.optionalKey(NumberVendor),
  orderId: Schema.optionalKey(OrderId),
  areaCode: Schema.optionalKey(AreaCode)
}

export class NumbersApi extends HttpApiGroup.make("numbers")
  .add(
    HttpApiEndpoint.get("list", "/numbers", {
      query: { ...paging, ...filters },
      success: pageOf(NumberView),
      error: InvalidCursor
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "Numbers, in order"),
    HttpApiEndpoint.get("get", "/numbers/:e164", { params, success: NumberView, error: NumberUnknown })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "One number"),
    HttpApiEndpoint.get("timeline", "/numbers/:e164/timeline", {
      params,
      query: paging,
      success: Schema.Struct({
        e164: Schema.String,
        orderId: Schema.NullOr(Schema.String),
        ...pageOf(TimelineEntry).fields
      }),
      error: [NumberUnknown, InvalidCursor]
    })
      .annotate(RequiredRole, "viewer")
      .annotate(OpenApi.Summary, "All that happened to a number, oldest first"),
    HttpApiEndpoint.post("block", "/numbers/:e164/block", { params, headers: idempotent, success, error })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Block an active number in the inventory"),
    HttpApiEndpoint.post("unblock", "/numbers/:e164/unblock", { params, headers: idempotent, success, error })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Unblock a blocked number"),
    HttpApiEndpoint.post("release", "/numbers/:e164/release", {
      params,
      headers: idempotent,
      payload: Schema.Struct({ reason: Reason }),
      success,
      error
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Give the number back to its vendor")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Phone numbers by their E.164 form; in an address, `+` may be written as %2B.") {}
