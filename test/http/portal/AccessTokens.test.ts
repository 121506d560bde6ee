import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { exportSPKI, generateKeyPair, SignJWT } from "jose"
import * as Api from "../api/ApiFixture.ts"
import * as Portal from "./PortalWorld.ts"

const secret = "a secret of the test, with enough bytes"
const key = new TextEncoder().encode(secret)

const Settled = Portal.layer.pipe(
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ PORTAL_JWT_SECRET: secret })))
)

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

const read = (token: string, index: 0 | 1): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString())

/** The token with other claims, signed as ours are. */
const signed = (
  token: string,
  change: { readonly claims?: object; readonly header?: object } = {},
  signingKey: Uint8Array | CryptoKey = key
) =>
  Effect.promise(() =>
    new SignJWT({ ...read(token, 1), ...change.claims })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", ...change.header })
      .sign(signingKey)
  )

layer(Settled)("an access token", (it) => {
  it.effect("says who it is for and for how long, and is taken", () =>
    Effect.gen(function* () {
      const { accessToken, email, userId } = yield* Portal.loggedIn("user", "bank")
      const claims = read(accessToken, 1)
      assert.deepInclude(claims, {
        sub: userId,
        email,
        role: "user",
        client_id: "bank",
        iss: "tandem",
        aud: "tandem-portal"
      })
      assert.strictEqual(Number(claims.exp) - Number(claims.iat), 1_800)
      assert.strictEqual(read(accessToken, 0).alg, "HS256")
      const again = yield* signed(accessToken)
      assert.strictEqual((yield* Portal.get("/profile", again)).status, 200)
    })
  )

  const forgeries: Record<string, (token: string) => Effect.Effect<string>> = {
    "no signature": (token) => Effect.succeed(`${token.slice(0, token.lastIndexOf("."))}.`),
    "the algorithm none": (token) => Effect.succeed(`${part({ alg: "none", typ: "at+jwt" })}.${token.split(".")[1]}.`),
    "a public key taken for a secret": (token) =>
      Effect.gen(function* () {
        const { publicKey } = yield* Effect.promise(() => generateKeyPair("RS256", { extractable: true }))
        const spki = yield* Effect.promise(() => exportSPKI(publicKey))
        return yield* signed(token, {}, new TextEncoder().encode(spki))
      }),
    "a signature of RSA": (token) =>
      Effect.gen(function* () {
        const { privateKey } = yield* Effect.promise(() => generateKeyPair("RS256"))
        return yield* signed(token, { header: { alg: "RS256" } }, privateKey)
      }),
    "a longer hash": (token) => signed(token, { header: { alg: "HS512" } }, Buffer.concat([key, key])),
    "another key": (token) => signed(token, {}, new TextEncoder().encode(`${secret}!`)),
    "another audience": (token) => signed(token, { claims: { aud: "tandem" } }),
    "another issuer": (token) => signed(token, { claims: { iss: "somebody" } }),
    "another type": (token) => signed(token, { header: { typ: "JWT" } }),
    "a time that is over": (token) => signed(token, { claims: { exp: Number(read(token, 1).iat) - 1 } }),
    "no end": (token) => signed(token, { claims: { exp: undefined } }),
    "another user": (token) => signed(token, { claims: { sub: "usr_0000000000000000" } }),
    "another session": (token) => signed(token, { claims: { sid: "ses_0000000000000000" } }),
    "an older account": (token) => signed(token, { claims: { ver: 1 } }),
    "changed claims": (token) => {
      const [header, , signature] = token.split(".")
      return Effect.succeed(`${header}.${part({ ...read(token, 1), role: "admin" })}.${signature}`)
    },
    "something that is no token": () => Effect.succeed("tdm_000000000000_x")
  }
  for (const [name, forge] of Object.entries(forgeries)) {
    it.effect(`with ${name} is refused`, () =>
      Effect.gen(function* () {
        const { accessToken } = yield* Portal.loggedIn("user", "bank")
        const answer = yield* Portal.get("/profile", yield* forge(accessToken))
        assert.deepStrictEqual(Portal.problemOf(answer), [401, "portal-unauthorized"])
        assert.strictEqual(answer.headers.get("www-authenticate"), 'Bearer realm="tandem-portal"')
      })
    )
  }

  it.effect("cannot make its bearer more than the account is", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* Portal.loggedIn("user", "bank")
      const raised = yield* signed(accessToken, { claims: { role: "admin", client_id: null } })
      assert.strictEqual((yield* Portal.get("/users", raised)).status, 403)
    })
  )

  it.effect("opens nothing of the API's, and an API key nothing of the portal's", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* Portal.loggedIn("admin")
      assert.strictEqual((yield* Api.send("/api/v1/users", { key: accessToken })).status, 401)
      assert.strictEqual((yield* Portal.get("/users", yield* Api.keyOf("admin"))).status, 401)
      assert.strictEqual((yield* Portal.get("/profile")).status, 401)
    })
  )
})
