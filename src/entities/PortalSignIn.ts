import { Clock, Context, Effect, Layer, Metric, Option, type Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { PasswordsBusy, PortalUser } from "../domain/access/PortalUser.ts"
import { LoginLocked, LoginRefused, normalEmail, SessionRefused } from "../domain/access/PortalUser.ts"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import { AccessTokens } from "../layers/access/AccessTokens.ts"
import * as Tokens from "../layers/access/OpaqueTokens.ts"
import { Passwords } from "../layers/access/Passwords.ts"
import { lockoutLimits, sessionMillis } from "../layers/access/PortalLimits.ts"
import { PortalAttempts } from "../layers/storage/PortalAttempts.ts"
import { PortalNotes } from "../layers/storage/PortalNotes.ts"
import { PortalSessions } from "../layers/storage/PortalSessions.ts"
import type { Credentials } from "../layers/storage/PortalUsers.ts"
import { PortalUsers } from "../layers/storage/PortalUsers.ts"
import { makeBackground } from "./PortalBackground.ts"

/** What somebody who is logged in gets. */
export interface Granted {
  readonly user: PortalUser
  readonly accessToken: Redacted.Redacted
  readonly expiresInSeconds: number
  readonly refreshToken: Redacted.Redacted
}

interface Attempt {
  readonly email: string
  readonly password: Redacted.Redacted
  /** Address that it comes from. */
  readonly source: string
}

const logins = Metric.counter("tandem_portal_logins", {
  description: "Attempts to log in to the portal, by outcome: accepted, refused or locked",
  incremental: true
})
const count = (outcome: string) => Metric.update(Metric.withAttributes(logins, { outcome }), 1)

const lockedFor = (millis: number) => new LoginLocked({ retryAfterSeconds: Math.max(1, Math.ceil(millis / 1_000)) })

/** Looks at a password as often as the limits allow, and tells nobody what is wrong with it. */
export const makePasswordCheck = Effect.gen(function* () {
  const attempts = yield* PortalAttempts
  const notes = yield* PortalNotes
  const passwords = yield* Passwords
  const limits = yield* lockoutLimits
  const background = yield* makeBackground

  return Effect.fnUntraced(function* (
    { password, source }: Omit<Attempt, "email">,
    account: Uint8Array,
    look: Effect.Effect<Option.Option<Credentials>, JournalUnavailable>
  ) {
    const { isLast, lockedForMillis } = yield* attempts.admit(account, limits)
    if (lockedForMillis > 0) {
      yield* count("locked")
      return yield* lockedFor(lockedForMillis)
    }
    const found = Option.getOrUndefined(yield* look)
    const { isOutdated, matches } = yield* passwords.verify(password, found?.passwordHash ?? null)
    if (found !== undefined && matches && found.user.isActive) return { ...found, isOutdated }
    yield* count("refused")
    yield* Effect.logDebug("a password was refused").pipe(Effect.annotateLogs({ source }))
    if (isLast) {
      yield* Effect.logWarning("too many wrong passwords; the address is locked").pipe(Effect.annotateLogs({ source }))
      const { userId } = found?.user ?? { userId: null }
      if (userId !== null) yield* background(notes.write(userId, { _tag: "PortalLoginLocked", by: "nobody", source }))
    }
    return yield* new LoginRefused()
  })
})

const makeSignIn = Effect.gen(function* () {
  const notes = yield* PortalNotes
  const passwords = yield* Passwords
  const sessions = yield* PortalSessions
  const tokens = yield* AccessTokens
  const users = yield* PortalUsers
  const lastsMillis = yield* sessionMillis
  const check = yield* makePasswordCheck
  const random = yield* SecureRandom.SecureRandom
  const randomly = Effect.provideService(SecureRandom.SecureRandom, random)

  const grant = Effect.fnUntraced(function* (user: PortalUser, sessionId: string, refreshToken: Redacted.Redacted) {
    const { expiresInSeconds, token } = yield* tokens.issue(user, sessionId)
    return { user, accessToken: token, expiresInSeconds, refreshToken }
  })

  const renewHash = Effect.fnUntraced(function* (userId: string, before: string, password: Redacted.Redacted) {
    yield* users.rehash(userId, before, yield* passwords.hash(password))
  })

  return PortalSignIn.of({
    login: Effect.fn("PortalSignIn.login")(function* ({ email, password, source }) {
      const address = normalEmail(email)
      const account = Tokens.accountOf(address)
      const found = yield* check({ password, source }, account, users.credentials({ email: address }))
      const { isOutdated, passwordHash, user } = found
      if (isOutdated && passwordHash !== null) yield* Effect.ignore(renewHash(user.userId, passwordHash, password))
      const sessionId = yield* randomly(Tokens.makeId("ses"))
      const { digest, token } = yield* randomly(Tokens.makeRefreshToken)
      // Noted first: a crash in between notes what did not happen, and never leaves unsaid what did.
      yield* notes.write(user.userId, { _tag: "PortalLoggedIn", sessionId, by: user.userId, source })
      const expiresAtMillis = (yield* Clock.currentTimeMillis) + lastsMillis
      const opened = yield* sessions.open(user, { ...digest, sessionId, source, expiresAtMillis, account })
      if (Option.isNone(opened)) return yield* new LoginRefused()
      yield* count("accepted")
      return yield* grant(opened.value, sessionId, token)
    }),
    refresh: Effect.fn("PortalSignIn.refresh")(function* (refreshToken, source) {
      const used = Tokens.readRefreshToken(refreshToken)
      if (used === undefined) return yield* new SessionRefused()
      const next = yield* randomly(Tokens.nextRefreshToken(refreshToken))
      const rotated = yield* sessions.rotate(used, next.digest)
      if (Option.isSome(rotated)) return yield* grant(rotated.value.user, rotated.value.sessionId, next.token)
      // Ended before it is noted: a journal that is away must not keep a thief's session open.
      const reused = yield* sessions.endReused(used)
      if (Option.isSome(reused)) {
        const { sessionId, userId } = reused.value
        yield* Effect.logWarning("a refresh token came twice; its session is over").pipe(
          Effect.annotateLogs({ userId, sessionId, source })
        )
        yield* notes.write(userId, { _tag: "PortalRefreshTokenReused", sessionId, by: "nobody", source })
      }
      return yield* new SessionRefused()
    }),
    logout: Effect.fn("PortalSignIn.logout")(function* (refreshToken, source) {
      const token = Tokens.readRefreshToken(refreshToken)
      const ended = token === undefined ? Option.none() : yield* sessions.end(token)
      if (Option.isNone(ended)) return
      const { sessionId, userId } = ended.value
      yield* notes.write(userId, { _tag: "PortalLoggedOut", sessionId, by: userId, source })
    })
  })
})

/** How people come in to the portal, stay, and leave; noted in the journal. */
export class PortalSignIn extends Context.Service<
  PortalSignIn,
  {
    readonly login: (
      attempt: Attempt
    ) => Effect.Effect<Granted, LoginRefused | LoginLocked | PasswordsBusy | JournalUnavailable>
    /** A token is good once; with one that comes again its whole session ends. */
    readonly refresh: (
      refreshToken: Redacted.Redacted,
      source: string
    ) => Effect.Effect<Granted, SessionRefused | JournalUnavailable>
    /** Does nothing for a session that is over already. */
    readonly logout: (refreshToken: Redacted.Redacted, source: string) => Effect.Effect<void, JournalUnavailable>
  }
>()("tandem/entities/PortalSignIn") {
  static readonly layer = Layer.effect(
    PortalSignIn,
    Effect.suspend(() => makeSignIn)
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}
