import { Clock, Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { jwtVerify, SignJWT } from "jose"
import { Buffer } from "node:buffer"
import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto"
import type { PortalUser } from "../../domain/access/PortalUser.ts"
import { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { KeyRing } from "../messaging/KeyRing.ts"

export const accessIssuer = "tandem"
export const accessAudience = "tandem-portal"

/** RFC 9068: a token of another kind, signed with the same key, is none for access. */
const type = "at+jwt"

/** RFC 7518 §3.2: a key of HS256 is at least as long as its hash. */
export const minSecretBytes = 32

const settings = Config.all({
  minutes: Config.schema(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_440 })),
    "PORTAL_ACCESS_TOKEN_MINUTES"
  ).pipe(Config.withDefault(30)),
  secret: Config.option(
    Config.schema(
      Schema.Redacted(
        Schema.String.check(
          Schema.makeFilter((text: string) =>
            Buffer.byteLength(text) >= minSecretBytes ? undefined : `must have ${minSecretBytes} bytes or more`
          )
        )
      ),
      "PORTAL_JWT_SECRET"
    )
  )
})

const Claims = Schema.Struct({ sub: Schema.String, sid: Schema.String, ver: Schema.Int })

/** Whose token it is, of which session, and which version of the account it was made for. */
export interface AccessClaims {
  readonly userId: string
  readonly sessionId: string
  readonly version: number
}

const decodeClaims = Schema.decodeUnknownOption(Claims)

const claimsOf = (payload: unknown): Option.Option<AccessClaims> =>
  Option.map(decodeClaims(payload), ({ sid, sub, ver }) => ({ userId: sub, sessionId: sid, version: ver }))

const derived = (senderKey: KeyObject): KeyObject =>
  createSecretKey(
    new Uint8Array(hkdfSync("sha256", senderKey, "tandem portal", "access token HS256 1", minSecretBytes))
  )

/**
 * Access tokens of the portal: JWT (RFC 7519) signed with HS256, with PORTAL_JWT_SECRET or else a key derived (HKDF, RFC
 * 5869) from the file of the messages' keys. All nodes have that file already, and it is not in the database: who reads
 * the database, or a backup of it, cannot make himself an admin.
 */
export class AccessTokens extends Context.Service<
  AccessTokens,
  {
    readonly issue: (
      user: PortalUser,
      sessionId: string
    ) => Effect.Effect<{ readonly token: Redacted.Redacted; readonly expiresInSeconds: number }, JournalUnavailable>
    /** None for a token that we did not sign, is not for the portal, or is too old. */
    readonly verify: (token: Redacted.Redacted) => Effect.Effect<Option.Option<AccessClaims>, JournalUnavailable>
  }
>()("tandem/layers/access/AccessTokens") {
  static readonly layer = Layer.effect(
    AccessTokens,
    Effect.gen(function* () {
      const { minutes, secret } = yield* settings
      const ring = yield* KeyRing
      const chosen = Option.map(secret, (text) => createSecretKey(Buffer.from(Redacted.value(text))))
      let kept: KeyObject | undefined = Option.getOrUndefined(chosen)

      const key = Effect.suspend(() => {
        if (kept !== undefined) return Effect.succeed(kept)
        return ring.senderKey.pipe(
          Effect.tapError((error) => Effect.logError("the portal has no key for its tokens", error)),
          Effect.mapError(() => new JournalUnavailable({ detail: "the keys' file cannot be used" })),
          Effect.map((senderKey) => (kept = derived(senderKey)))
        )
      })

      return AccessTokens.of({
        issue: Effect.fnUntraced(function* (user, sessionId) {
          const signingKey = yield* key
          const nowSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
          const { clientId, email, role, userId, version } = user
          const token = new SignJWT({ email, role, client_id: clientId, sid: sessionId, ver: version })
            .setProtectedHeader({ alg: "HS256", typ: type })
            .setIssuer(accessIssuer)
            .setAudience(accessAudience)
            .setSubject(userId)
            .setIssuedAt(nowSeconds)
            .setExpirationTime(nowSeconds + minutes * 60)
          const text = yield* Effect.promise(() => token.sign(signingKey))
          return { token: Redacted.make(text), expiresInSeconds: minutes * 60 }
        }),
        verify: Effect.fnUntraced(function* (token) {
          const verifyingKey = yield* key
          const currentDate = new Date(yield* Clock.currentTimeMillis)
          const options = {
            algorithms: ["HS256"],
            issuer: accessIssuer,
            audience: accessAudience,
            typ: type,
            requiredClaims: ["sub", "sid", "ver", "iat", "exp"],
            currentDate
          }
          return yield* Effect.tryPromise(() => jwtVerify(Redacted.value(token), verifyingKey, options)).pipe(
            Effect.map(({ payload }) => claimsOf(payload)),
            Effect.orElseSucceed(() => Option.none<AccessClaims>())
          )
        })
      })
    })
  )
}
