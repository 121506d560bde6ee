import { Clock, Context, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { PasswordRefused, passwordRefusal } from "../domain/access/PasswordRules.ts"
import type { LoginLocked, PasswordsBusy, PortalUser } from "../domain/access/PortalUser.ts"
import { normalEmail, ResetRefused } from "../domain/access/PortalUser.ts"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import * as Tokens from "../layers/access/OpaqueTokens.ts"
import { PasswordResetDelivery } from "../layers/access/PasswordResetDelivery.ts"
import { Passwords } from "../layers/access/Passwords.ts"
import { resetMillis } from "../layers/access/PortalLimits.ts"
import { PortalNotes } from "../layers/storage/PortalNotes.ts"
import { PortalPasswords } from "../layers/storage/PortalPasswords.ts"
import { PortalUsers } from "../layers/storage/PortalUsers.ts"
import { makeBackground } from "./PortalBackground.ts"
import { makePasswordCheck } from "./PortalSignIn.ts"

/** A token that was made for somebody. */
export interface MadeReset {
  readonly userId: string
  /** Whether it is on its way to the user; otherwise whoever asked hands it over. */
  readonly isDelivered: boolean
  readonly token: Redacted.Redacted | null
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

/** Who acts, as the journal names him, and from which address. */
export interface Author {
  readonly by: string
  readonly source: string | null
}

const makeResets = Effect.gen(function* () {
  const delivery = yield* PasswordResetDelivery
  const notes = yield* PortalNotes
  const passwords = yield* PortalPasswords
  const lastsMillis = yield* resetMillis
  const random = yield* SecureRandom.SecureRandom
  const randomly = Effect.provideService(SecureRandom.SecureRandom, random)

  /** None: there are too many already, or the account has changed. */
  const make = Effect.fnUntraced(function* (user: PortalUser, isLimited: boolean) {
    const { token, tokenHash } = yield* randomly(Tokens.makeResetToken)
    const expiresAtMillis = (yield* Clock.currentTimeMillis) + lastsMillis
    const isMade = yield* passwords.makeReset(user, { tokenHash, expiresAtMillis, isLimited })
    return isMade ? Option.some({ token, expiresAt: new Date(expiresAtMillis).toISOString() }) : Option.none()
  })

  const send = Effect.fnUntraced(function* (
    { email, userId }: PortalUser,
    token: Redacted.Redacted,
    expiresAt: string
  ) {
    const resetId = yield* randomly(Tokens.makeId("rst"))
    return yield* delivery.deliver({ resetId, userId, email, token, expiresAt })
  })

  const noted = (userId: string, { by, source }: Author) =>
    notes.write(userId, { _tag: "PortalPasswordResetMade", by, source })

  return { isDelivered: delivery.isConfigured, make, send, noted }
})

const makeDesk = Effect.gen(function* () {
  const notes = yield* PortalNotes
  const passwords = yield* PortalPasswords
  const hashes = yield* Passwords
  const users = yield* PortalUsers
  const resets = yield* makeResets
  const check = yield* makePasswordCheck
  const background = yield* makeBackground

  const sendTo = Effect.fnUntraced(function* (email: string, source: string) {
    const found = Option.getOrUndefined(yield* users.credentials({ email }))
    if (found === undefined || !found.user.isActive || !resets.isDelivered) return
    const made = yield* resets.make(found.user, true)
    if (Option.isNone(made)) return
    yield* resets.noted(found.user.userId, { by: "nobody", source })
    yield* resets.send(found.user, made.value.token, made.value.expiresAt)
  })

  return PortalPasswordDesk.of({
    forgot: (email, source) => background(sendTo(normalEmail(email), source)),
    makeReset: Effect.fn("PortalPasswordDesk.makeReset")(function* (user, author) {
      yield* resets.noted(user.userId, author)
      const made = Option.getOrUndefined(yield* resets.make(user, false))
      if (made === undefined) return yield* new ResetRefused()
      const { expiresAt, token } = made
      if (resets.isDelivered) yield* background(Effect.asVoid(resets.send(user, token, expiresAt)))
      const { isDelivered } = resets
      return { userId: user.userId, isDelivered, token: isDelivered ? null : token, expiresAt }
    }),
    reset: Effect.fn("PortalPasswordDesk.reset")(function* ({ newPassword, source, token }) {
      const tokenHash = Tokens.readResetToken(token)
      const owner = tokenHash === undefined ? Option.none() : yield* passwords.ownerOfReset(tokenHash)
      if (tokenHash === undefined || Option.isNone(owner)) return yield* new ResetRefused()
      const { email, userId } = owner.value
      yield* Effect.fromResult(passwordRefusal(Redacted.value(newPassword), email))
      const passwordHash = yield* hashes.hash(newPassword)
      yield* notes.write(userId, { _tag: "PortalPasswordReset", by: userId, source })
      const used = yield* passwords.useReset(tokenHash, { passwordHash, account: Tokens.accountOf(email) })
      if (Option.isNone(used)) return yield* new ResetRefused()
    }),
    change: Effect.fn("PortalPasswordDesk.change")(function* ({ current, newPassword, source, user }) {
      const { email, userId } = user
      yield* Effect.fromResult(passwordRefusal(Redacted.value(newPassword), email))
      const account = Tokens.accountOf(email)
      // A stolen token must not be a way to try passwords: they count as attempts to log in.
      const found = yield* check({ password: current, source }, account, users.credentials({ userId })).pipe(
        Effect.catchTag("LoginRefused", () => new PasswordRefused({ reason: "not-the-current-one" }))
      )
      const passwordHash = yield* hashes.hash(newPassword)
      yield* notes.write(userId, { _tag: "PortalPasswordChanged", by: userId, source })
      if (!(yield* passwords.change(found.user, { passwordHash, account }))) {
        return yield* new PasswordRefused({ reason: "not-the-current-one" })
      }
    })
  })
})

/** How people get a new password; with it all their sessions end. */
export class PortalPasswordDesk extends Context.Service<
  PortalPasswordDesk,
  {
    /** Sends a token to whoever has the address, if anybody; what comes of it is told to nobody. */
    readonly forgot: (email: string, source: string) => Effect.Effect<void>
    /** For a manager, who may do it. */
    readonly makeReset: (
      user: PortalUser,
      author: Author
    ) => Effect.Effect<MadeReset, ResetRefused | JournalUnavailable>
    readonly reset: (wanted: {
      readonly token: Redacted.Redacted
      readonly newPassword: Redacted.Redacted
      readonly source: string
    }) => Effect.Effect<void, ResetRefused | PasswordRefused | PasswordsBusy | JournalUnavailable>
    readonly change: (wanted: {
      readonly user: PortalUser
      readonly current: Redacted.Redacted
      readonly newPassword: Redacted.Redacted
      readonly source: string
    }) => Effect.Effect<void, LoginLocked | PasswordRefused | PasswordsBusy | JournalUnavailable>
  }
>()("tandem/entities/PortalPasswordDesk") {
  static readonly layer = Layer.effect(
    PortalPasswordDesk,
    Effect.suspend(() => makeDesk)
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}
