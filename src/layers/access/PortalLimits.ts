import { Config, Schema } from "effect"

const wholeNumber = (name: string, minimum: number, maximum: number) =>
  Config.schema(Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum, maximum })), name)

const minuteMillis = 60_000
const dayMillis = 86_400_000

/** When an address is locked, and for how long. */
export const lockoutLimits = Config.all({
  failures: wholeNumber("PORTAL_LOGIN_FAILURES", 1, 100).pipe(Config.withDefault(5)),
  windowMinutes: wholeNumber("PORTAL_LOGIN_WINDOW_MINUTES", 1, 1_440).pipe(Config.withDefault(15)),
  lockMinutes: wholeNumber("PORTAL_LOGIN_LOCK_MINUTES", 1, 1_440).pipe(Config.withDefault(15))
}).pipe(
  Config.map(({ failures, lockMinutes, windowMinutes }) => ({
    failures,
    windowMillis: windowMinutes * minuteMillis,
    lockMillis: lockMinutes * minuteMillis
  }))
)

/** How long a session lasts, however often it is refreshed. */
export const sessionMillis = Config.map(
  wholeNumber("PORTAL_SESSION_DAYS", 1, 365).pipe(Config.withDefault(30)),
  (days) => days * dayMillis
)

/** How long the token of a password's reset is good. */
export const resetMillis = Config.map(
  wholeNumber("PORTAL_RESET_MINUTES", 5, 10_080).pipe(Config.withDefault(60)),
  (minutes) => minutes * minuteMillis
)
