import { Result } from "effect"
import type { RuleMatch } from "./BlacklistRule.ts"
import type { GatewayEvent, GatewayRefusal, GatewayState } from "./Gateway.ts"
import { GatewayConflict, GatewayExpiryRefused, GatewayStatusRefused, GatewayUnknown, isThere } from "./Gateway.ts"
import type { GatewayConfig, GatewayPatch } from "./GatewayConfig.ts"
import { changesBetween, patched } from "./GatewayConfig.ts"
import type { HealthStatus } from "./GatewayHealth.ts"

type Decision = Result.Result<ReadonlyArray<GatewayEvent>, GatewayRefusal>

/** What Tandem does by itself is done by this name. */
export const tandemItself = "tandem"

const nothing: Decision = Result.succeed([])

const refused = (state: GatewayState, command: string): Decision =>
  Result.fail(
    isThere(state)
      ? new GatewayStatusRefused({ gatewayId: state.gatewayId, status: state.status, command })
      : new GatewayUnknown({ gatewayId: state.gatewayId })
  )

/** Again with the same configuration: nothing more happens. A new gateway is inactive unless `activate` says otherwise. */
export const decideCreate = (
  state: GatewayState,
  command: { readonly config: GatewayConfig; readonly activate: boolean; readonly by: string },
  nowMillis: number
): Decision => {
  const { activate, by, config } = command
  if (isThere(state)) {
    return state.config !== null && changesBetween(state.config, config).length === 0
      ? nothing
      : Result.fail(new GatewayConflict({ gatewayId: state.gatewayId, detail: "there is a gateway of this id" }))
  }
  return Result.succeed([
    { _tag: "GatewayCreated", config, by },
    ...(activate ? [{ _tag: "GatewayActivated", atMillis: nowMillis, by } as const] : [])
  ])
}

export const decideUpdate = (state: GatewayState, patch: GatewayPatch, by: string): Decision => {
  if (!isThere(state) || state.config === null) return refused(state, "Update")
  const config = patched(state.config, patch)
  const changes = changesBetween(state.config, config)
  return changes.length === 0 ? nothing : Result.succeed([{ _tag: "GatewayUpdated", config, changes, by }])
}

export const decideActivate = (state: GatewayState, by: string, nowMillis: number): Decision =>
  state.status === "inactive" || state.status === "suspended"
    ? Result.succeed([{ _tag: "GatewayActivated", atMillis: nowMillis, by }])
    : state.status === "active"
      ? nothing
      : refused(state, "Activate")

export const decideDeactivate = (state: GatewayState, by: string): Decision =>
  state.status === "active" || state.status === "suspended"
    ? Result.succeed([{ _tag: "GatewayDeactivated", by }])
    : state.status === "inactive"
      ? nothing
      : refused(state, "Deactivate")

/** Why, until when (null: until somebody ends it), and by whom. */
export interface Restriction {
  readonly reason: string
  readonly expiresAtMillis: number | null
  readonly by: string
}

const restrict = (
  state: GatewayState,
  status: "suspended" | "blacklisted",
  { by, expiresAtMillis, reason }: Restriction,
  nowMillis: number
): Decision => {
  if (
    state.status === status &&
    state.statusReason === reason &&
    (state.statusExpiresAtMillis ?? null) === expiresAtMillis
  ) {
    return nothing
  }
  if (expiresAtMillis !== null && expiresAtMillis <= nowMillis) {
    return Result.fail(new GatewayExpiryRefused({ gatewayId: state.gatewayId, expiresAtMillis }))
  }
  const _tag = status === "suspended" ? "GatewaySuspended" : "GatewayBlacklisted"
  return Result.succeed([{ _tag, reason, expiresAtMillis, by }])
}

export const decideSuspend = (state: GatewayState, restriction: Restriction, nowMillis: number): Decision =>
  isThere(state) && state.status !== "blacklisted"
    ? restrict(state, "suspended", restriction, nowMillis)
    : refused(state, "Suspend")

/** Also for a gateway that is blacklisted already: then the reason and the time change. */
export const decideBlacklist = (state: GatewayState, restriction: Restriction, nowMillis: number): Decision =>
  isThere(state) ? restrict(state, "blacklisted", restriction, nowMillis) : refused(state, "Blacklist")

/** The gateway is again what it was before; nothing happens to one that is not blacklisted. */
export const decideUnblacklist = (state: GatewayState, reason: string, by: string, nowMillis: number): Decision =>
  state.status === "blacklisted"
    ? Result.succeed([{ _tag: "GatewayUnblacklisted", atMillis: nowMillis, reason, by }])
    : isThere(state)
      ? nothing
      : refused(state, "Unblacklist")

export const decideDelete = (state: GatewayState, reason: string, by: string): Decision =>
  isThere(state)
    ? Result.succeed([{ _tag: "GatewayDeleted", reason, by }])
    : state.status === "deleted"
      ? nothing
      : refused(state, "Delete")

/** Ends a blacklisting or suspension whose time is over. */
export const decideExpire = (state: GatewayState, nowMillis: number): Decision => {
  if (state.statusExpiresAtMillis === null || nowMillis < state.statusExpiresAtMillis) return nothing
  const by = tandemItself
  if (state.status === "suspended") return Result.succeed([{ _tag: "GatewayResumed", atMillis: nowMillis, by }])
  return decideUnblacklist(state, "its time is over", by, nowMillis)
}

/** Probes count while the gateway is active; an answer that comes later changes nothing. */
export const decideHealth = (state: GatewayState, to: HealthStatus, detail: string): Decision =>
  state.status === "active" && state.health !== to
    ? Result.succeed([{ _tag: "GatewayHealthChanged", from: state.health, to, detail }])
    : nothing

/** Writes down what the rules saw, and does what they say. Only an active gateway is judged. */
export const decideRules = (state: GatewayState, matches: ReadonlyArray<RuleMatch>, nowMillis: number): Decision => {
  if (state.status !== "active") return nothing
  return Result.succeed(
    matches.flatMap((match): ReadonlyArray<GatewayEvent> => {
      const matched = { _tag: "GatewayRuleMatched", match, atMillis: nowMillis } as const
      if (!match.applied || match.action === "alert_only") return [matched]
      return [
        matched,
        {
          _tag: match.action === "suspend" ? "GatewaySuspended" : "GatewayBlacklisted",
          reason: `rule ${match.rule}: ${match.evidence}`,
          expiresAtMillis: match.lastsSeconds === null ? null : nowMillis + match.lastsSeconds * 1_000,
          by: tandemItself
        }
      ]
    })
  )
}
