import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DispatcherFormat } from "../../domain/gateways/DispatcherList.ts"
import { GatewayStatus } from "../../domain/gateways/Gateway.ts"
import {
  CarrierType,
  GatewayDraft,
  GatewayId,
  GatewayPatch,
  GatewayThresholds,
  GatewayType
} from "../../domain/gateways/GatewayConfig.ts"
import { Period } from "../../domain/gateways/GatewayFigures.ts"
import { HealthStatus } from "../../domain/gateways/GatewayHealth.ts"
import { GatewayStats } from "../../domain/gateways/GatewayStats.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { GatewayConflict, GatewayExpiryRefused, GatewayStatusRefused, GatewayUnknown } from "./GatewayProblems.ts"
import { GatewayAnswer, GatewayView } from "./GatewayViews.ts"
import { idempotent, Instant, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"
import { TimelineEntry } from "./Views.ts"

const params = { gatewayId: GatewayId }

const creation = {
  headers: idempotent,
  success: GatewayAnswer,
  error: [GatewayUnknown, GatewayConflict, GatewayStatusRefused, GatewayExpiryRefused, ...commandProblems] as const
}

/** What every command to a gateway that there is has in common. */
const command = { ...creation, params }

const Restriction = Schema.Struct({ reason: Reason, expiresAt: Schema.optionalKey(Schema.NullOr(Instant)) })

const DispatcherSet = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 65_535 }))

const filters = {
  status: Schema.optionalKey(GatewayStatus),
  health: Schema.optionalKey(HealthStatus),
  type: Schema.optionalKey(GatewayType),
  carrierType: Schema.optionalKey(CarrierType),
  carrier: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(100)))
}

const reading = [
  HttpApiEndpoint.get("list", "/gateways", {
    query: { ...paging, ...filters },
    success: pageOf(GatewayView),
    error: InvalidCursor
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Gateways, by id"),
  HttpApiEndpoint.get("dispatcher", "/gateways/dispatcher", {
    query: {
      set: Schema.optionalKey(DispatcherSet),
      format: Schema.optionalKey(DispatcherFormat)
    },
    success: Schema.String.pipe(HttpApiSchema.asText()),
    error: JournalUnavailable
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "The destinations of one set, as a SIP proxy's dispatcher reads them")
    .annotate(OpenApi.Description, "Only gateways that take calls now: active, not blacklisted, not critical."),
  HttpApiEndpoint.get("get", "/gateways/:gatewayId", { params, success: GatewayView, error: GatewayUnknown })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "One gateway"),
  HttpApiEndpoint.get("stats", "/gateways/:gatewayId/stats", {
    params,
    query: { period: Schema.optionalKey(Period) },
    success: GatewayStats,
    error: [GatewayUnknown, ...commandProblems]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "What a gateway did in the last minute, 5 minutes, hour or day (the default)"),
  HttpApiEndpoint.get("timeline", "/gateways/:gatewayId/timeline", {
    params,
    query: paging,
    success: pageOf(TimelineEntry),
    error: [GatewayUnknown, InvalidCursor]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "All that happened to a gateway and who did it, oldest first")
] as const

const configuring = [
  HttpApiEndpoint.post("create", "/gateways", {
    ...creation,
    payload: Schema.Struct({
      gatewayId: Schema.optionalKey(GatewayId),
      activate: Schema.optionalKey(Schema.Boolean),
      ...GatewayDraft.fields
    })
  })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "Add a gateway; without an id, its code becomes one"),
  HttpApiEndpoint.put("update", "/gateways/:gatewayId", { ...command, payload: GatewayPatch })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "Change what is said of a gateway; what is left out stays"),
  HttpApiEndpoint.patch("thresholds", "/gateways/:gatewayId/thresholds", { ...command, payload: GatewayThresholds })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Change a gateway's thresholds and limits"),
  HttpApiEndpoint.delete("remove", "/gateways/:gatewayId", {
    ...command,
    query: { reason: Schema.optionalKey(Reason) }
  })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "Delete a gateway; its history stays")
] as const

const running = [
  HttpApiEndpoint.post("activate", "/gateways/:gatewayId/activate", command)
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Put a gateway into service"),
  HttpApiEndpoint.post("deactivate", "/gateways/:gatewayId/deactivate", command)
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Take a gateway out of service"),
  HttpApiEndpoint.post("suspend", "/gateways/:gatewayId/suspend", { ...command, payload: Restriction })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Suspend a gateway, for a time or until it is activated"),
  HttpApiEndpoint.post("blacklist", "/gateways/:gatewayId/blacklist", { ...command, payload: Restriction })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "Blacklist a gateway, for a time or until it is unblacklisted"),
  HttpApiEndpoint.post("unblacklist", "/gateways/:gatewayId/unblacklist", {
    ...command,
    payload: Schema.Struct({ reason: Reason })
  })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "End a blacklisting: the gateway is again what it was before")
] as const

export class GatewaysApi extends HttpApiGroup.make("gateways")
  .add(...reading, ...configuring, ...running)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "SIP gateways and trunks of carriers.") {}
