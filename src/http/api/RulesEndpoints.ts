import { Schema } from "effect"
import { HttpApiEndpoint, OpenApi } from "effect/http-api"
import { RequiredRole } from "./Authorization.ts"
import { commandProblems } from "./CommandProblems.ts"
import { pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor, InvalidRequest } from "./RequestProblems.ts"
import { RulesVersionConflict, RulesVersionUnknown } from "./RulesProblems.ts"
import { TimelineEntry } from "./Views.ts"

export const RulesVersion = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 }))

/** What a change of rules of any kind may be answered. */
export const changeProblems = [RulesVersionUnknown, RulesVersionConflict, InvalidRequest, ...commandProblems] as const

export const Revert = Schema.Struct({ reason: Reason, toVersion: RulesVersion })

/** The history of rules of one kind. */
export const rulesTimeline = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.get("timeline", path, { query: paging, success: pageOf(TimelineEntry), error: InvalidCursor })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Every version of the rules: what it changed, by whom and why, oldest first")
