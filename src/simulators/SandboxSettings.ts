import { Schema } from "effect"

const Count = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })))
const Millis = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 86_400_000 })))

/**
 * How the vendors behave when no fault is on. Zendesk's limits are its Enterprise Plus plan's by default. A back-order
 * fills itself `inteliquentAutoFillMillis` after it was placed, or waits for the control plane when that is null.
 */
export const SandboxSettings = Schema.Struct({
  zendeskRequestsPerMinute: Count,
  zendeskUpdatesPerTicketIn10Minutes: Count,
  mcpReplies: Schema.Literals(["json", "sse"]),
  mcpSessionMillis: Millis,
  inteliquentReservationMillis: Millis,
  inteliquentTokenMillis: Millis,
  inteliquentAutoFillMillis: Schema.NullOr(Millis),
  deliveryAttemptGapMillis: Millis,
  deliveryLaterMillis: Millis,
  deliveryGiveUpMillis: Millis
})
export type SandboxSettings = typeof SandboxSettings.Type

export const defaultSandboxSettings: SandboxSettings = {
  zendeskRequestsPerMinute: 2_500,
  zendeskUpdatesPerTicketIn10Minutes: 30,
  mcpReplies: "json",
  mcpSessionMillis: 3_600_000,
  inteliquentReservationMillis: 900_000,
  inteliquentTokenMillis: 3_600_000,
  inteliquentAutoFillMillis: null,
  deliveryAttemptGapMillis: 500,
  deliveryLaterMillis: 3_000,
  deliveryGiveUpMillis: 600_000
}

/** Settings that change while the sandbox runs; the vendors read them at every call. */
export interface LiveSettings {
  current: SandboxSettings
}

/** Some of the settings. */
export const SandboxSettingsPatch = Schema.Struct({
  zendeskRequestsPerMinute: Schema.optionalKey(Count),
  zendeskUpdatesPerTicketIn10Minutes: Schema.optionalKey(Count),
  mcpReplies: Schema.optionalKey(Schema.Literals(["json", "sse"])),
  mcpSessionMillis: Schema.optionalKey(Millis),
  inteliquentReservationMillis: Schema.optionalKey(Millis),
  inteliquentTokenMillis: Schema.optionalKey(Millis),
  inteliquentAutoFillMillis: Schema.optionalKey(Schema.NullOr(Millis)),
  deliveryAttemptGapMillis: Schema.optionalKey(Millis),
  deliveryLaterMillis: Schema.optionalKey(Millis),
  deliveryGiveUpMillis: Schema.optionalKey(Millis)
})
export type SandboxSettingsPatch = typeof SandboxSettingsPatch.Type
