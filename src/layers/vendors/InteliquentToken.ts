import { Clock, Config, Effect, Option, Redacted, Ref, Schema, Semaphore } from "effect"
import { HttpClientRequest } from "effect/http"
import type { Door } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import type { VendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

export const credentialSettings = Config.all({
  scheme: Config.Literals(["oauth", "basic"], "INTELIQUENT_AUTH").pipe(Config.withDefault("oauth")),
  tokenUrl: baseUrl("INTELIQUENT_TOKEN_URL").pipe(
    Config.withDefault("https://services-token.inteliquent.com/oauth2/token")
  ),
  clientId: Config.NonEmptyString("INTELIQUENT_CLIENT_ID"),
  clientSecret: secret("INTELIQUENT_CLIENT_SECRET")
})
export type CredentialSettings = Config.Success<typeof credentialSettings>

/** What goes into the Authorization header; after `forget` a renewable one is replaced by another. */
export interface Credential {
  readonly renewable: boolean
  readonly authorize: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest
  readonly forget: Effect.Effect<void>
}

/** A token is replaced when this part of its lifetime is over. */
const refreshAfter = 0.8

/** The vendor documents one hour, and sends 2^63 − 1 seconds for accounts whose tokens it never lets expire. */
const maxLifetimeSeconds = 3600

const TokenReply = Schema.Struct({
  access_token: Schema.NonEmptyString,
  expires_in: Schema.Number.pipe(Schema.check(Schema.isGreaterThan(0)))
})

interface Token {
  readonly value: Redacted.Redacted<string>
  readonly refreshAtMillis: number
  readonly expiresAtMillis: number
}

/** OAuth 2.0 client credentials (RFC 6749 §4.4) with one token for all calls, fetched by one of them while the rest wait. */
export const oauthCredential = Effect.fnUntraced(function* (
  vendor: string,
  settings: CredentialSettings,
  door: Door,
  http: VendorHttp
) {
  const current = yield* Ref.make(Option.none<Token>())
  const oneAtATime = yield* Semaphore.make(1)

  const fetchToken = Effect.gen(function* () {
    const request = HttpClientRequest.post(settings.tokenUrl).pipe(
      HttpClientRequest.bodyUrlParams({
        grant_type: "client_credentials",
        client_id: settings.clientId,
        client_secret: Redacted.value(settings.clientSecret)
      })
    )
    const reply = yield* door.call(
      { operation: "token", idempotent: true },
      http.json("token", request, TokenReply).pipe(Effect.mapError(withoutToken(vendor)))
    )
    const now = yield* Clock.currentTimeMillis
    const lifetimeMillis = Math.min(reply.expires_in, maxLifetimeSeconds) * 1000
    const token: Token = {
      value: Redacted.make(reply.access_token),
      refreshAtMillis: now + lifetimeMillis * refreshAfter,
      expiresAtMillis: now + lifetimeMillis
    }
    yield* Ref.set(current, Option.some(token))
    return token
  })

  const known = (limit: "refreshAtMillis" | "expiresAtMillis") =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      return Option.filter(yield* Ref.get(current), (token) => now < token[limit])
    })

  const freshToken = Effect.gen(function* () {
    const meanwhile = yield* known("refreshAtMillis")
    if (Option.isSome(meanwhile)) return meanwhile.value
    const old = yield* known("expiresAtMillis")
    return yield* Option.isSome(old) ? fetchToken.pipe(Effect.orElseSucceed(() => old.value)) : fetchToken
  }).pipe(oneAtATime.withPermit)

  return Effect.gen(function* () {
    const fresh = yield* known("refreshAtMillis")
    const token = Option.isSome(fresh) ? fresh.value : yield* freshToken
    const credential: Credential = {
      renewable: true,
      authorize: HttpClientRequest.bearerToken(token.value),
      forget: Ref.update(
        current,
        Option.filter((held) => held !== token)
      )
    }
    return credential
  })
})

/** HTTP Basic with the key and secret of the account (RFC 7617). */
export const basicCredential = (settings: CredentialSettings): Effect.Effect<Credential> =>
  Effect.succeed({
    renewable: false,
    authorize: HttpClientRequest.basicAuth(settings.clientId, Redacted.value(settings.clientSecret)),
    forget: Effect.void
  })

/** A token's answer must never be quoted in an error, not even when it is malformed. */
const withoutToken = (vendor: string) => (error: VendorError) =>
  error.reason === "Malformed"
    ? VendorError.of({
        vendor,
        operation: "token",
        reason: "Malformed",
        detail: "the token's answer is not as documented"
      })
    : error
