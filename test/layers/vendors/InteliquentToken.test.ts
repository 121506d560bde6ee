import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer, Option, References } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Inteliquent } from "../../../src/layers/vendors/Inteliquent.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"

const fault = '<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>900901</ams:code></ams:fault>'

interface Plan {
  readonly expiresIn?: number
  readonly tokenFails?: (tokenNumber: number) => boolean
  readonly accepts?: (authorization: string) => boolean
  readonly env?: Record<string, string>
}

/** A vendor in memory that hands out t1, t2, … and remembers what it was sent. */
const withVendor =
  (plan: Plan) =>
  <A, E>(
    test: (seen: { readonly tokens: () => number; readonly used: Array<string> }) => Effect.Effect<A, E, Inteliquent>
  ) => {
    let tokens = 0
    const used: Array<string> = []
    const client = HttpClient.make((request, url) =>
      Effect.gen(function* () {
        if (url.pathname === "/oauth2/token") {
          yield* Effect.sleep(100)
          tokens += 1
          const fails = plan.tokenFails?.(tokens) ?? false
          return HttpClientResponse.fromWeb(
            request,
            fails
              ? new Response("{}", { status: 401 })
              : Response.json({ access_token: `t${tokens}`, token_type: "bearer", expires_in: plan.expiresIn ?? 3600 })
          )
        }
        const authorization = request.headers["authorization"] ?? ""
        used.push(authorization)
        const accepted = plan.accepts?.(authorization) ?? true
        return HttpClientResponse.fromWeb(
          request,
          accepted
            ? Response.json({ statusCode: "430", status: "No Result Found" })
            : new Response(fault, { status: 401 })
        )
      })
    )
    const env = {
      INTELIQUENT_BASE_URL: "http://vendor.test/Services/2.0.0",
      INTELIQUENT_TOKEN_URL: "http://vendor.test/oauth2/token",
      INTELIQUENT_CLIENT_ID: "client",
      INTELIQUENT_CLIENT_SECRET: "secret",
      INTELIQUENT_PRIVATE_KEY: "key",
      INTELIQUENT_TRUNK_GROUP: "trunk",
      ...plan.env
    }
    return test({ tokens: () => tokens, used }).pipe(
      Effect.provide(
        Inteliquent.layer.pipe(
          Layer.provide(VendorDoor.layer),
          Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
          Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
          Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
        )
      )
    )
  }

const advanceWhile = <A, E, R>(effect: Effect.Effect<A, E, R>, millis = 10_000) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* TestClock.adjust(millis)
    return yield* Fiber.join(fiber)
  })

const ask = Effect.flatMap(Inteliquent, (inteliquent) => inteliquent.orderDetail({ orderId: "7" }))

describe("Inteliquent's credentials", () => {
  it.effect("many calls at once fetch one token", () =>
    withVendor({})(({ tokens, used }) =>
      Effect.gen(function* () {
        const found = yield* advanceWhile(
          Effect.all(
            Array.from({ length: 8 }, () => ask),
            { concurrency: "unbounded" }
          )
        )
        assert.isTrue(found.every(Option.isNone))
        assert.deepStrictEqual([tokens(), new Set(used).size, used[0]], [1, 1, "Bearer t1"])
      })
    )
  )

  it.effect("replace a token when 80 % of its lifetime is over", () =>
    withVendor({ expiresIn: 1000 })(({ tokens, used }) =>
      Effect.gen(function* () {
        yield* advanceWhile(ask, 100)
        yield* TestClock.adjust(799_000)
        yield* advanceWhile(ask, 100)
        assert.strictEqual(tokens(), 1)
        yield* TestClock.adjust(1000)
        yield* advanceWhile(ask, 100)
        assert.deepStrictEqual([tokens(), used.at(-1)], [2, "Bearer t2"])
      })
    )
  )

  it.effect("take a lifetime of 2^63 seconds for the hour that is documented", () =>
    withVendor({ expiresIn: 2 ** 63 })(({ tokens }) =>
      Effect.gen(function* () {
        yield* advanceWhile(ask)
        yield* TestClock.adjust("1 hour")
        yield* advanceWhile(ask)
        assert.strictEqual(tokens(), 2)
      })
    )
  )

  it.effect("go on with the old token while no new one can be had", () =>
    withVendor({ expiresIn: 1000, tokenFails: (number) => number === 2 })(({ tokens, used }) =>
      Effect.gen(function* () {
        yield* advanceWhile(ask, 100)
        yield* TestClock.adjust(900_000)
        yield* advanceWhile(ask, 100)
        assert.deepStrictEqual([tokens(), used.at(-1)], [2, "Bearer t1"])
        yield* advanceWhile(ask, 100)
        assert.deepStrictEqual([tokens(), used.at(-1)], [3, "Bearer t3"])
      })
    )
  )

  it.effect("replace a token that the vendor no longer takes, once", () =>
    withVendor({ accepts: (authorization) => authorization !== "Bearer t1" })(({ tokens, used }) =>
      Effect.gen(function* () {
        yield* advanceWhile(ask)
        assert.deepStrictEqual([tokens(), used], [2, ["Bearer t1", "Bearer t2"]])
      })
    )
  )

  it.effect("give up after one replacement, with nothing bought", () =>
    withVendor({ accepts: () => false })(({ tokens, used }) =>
      Effect.gen(function* () {
        const inteliquent = yield* Inteliquent
        const order = inteliquent.order({ reference: "T1", numbers: ["+15125550100"] })
        const error = yield* advanceWhile(Effect.flip(order))
        assert.deepStrictEqual([error.reason, error.committed, tokens(), used.length], ["Unauthorized", "no", 2, 2])
      })
    )
  )

  it.effect("a token that cannot be had leaves no order in doubt and is quoted nowhere", () =>
    withVendor({ tokenFails: () => true })(({ used }) =>
      Effect.gen(function* () {
        const inteliquent = yield* Inteliquent
        const order = inteliquent.order({ reference: "T1", numbers: ["+15125550100"] })
        const error = yield* advanceWhile(Effect.flip(order))
        assert.deepStrictEqual([error.operation, error.committed, used.length], ["token", "no", 0])
        assert.notInclude(JSON.stringify(error), "secret")
      })
    )
  )

  it.effect("are sent with every call when the account uses Basic", () =>
    withVendor({ env: { INTELIQUENT_AUTH: "basic" }, accepts: () => false })(({ tokens, used }) =>
      Effect.gen(function* () {
        yield* Effect.flip(ask)
        assert.deepStrictEqual([tokens(), used], [0, [`Basic ${btoa("client:secret")}`]])
      })
    )
  )
})
