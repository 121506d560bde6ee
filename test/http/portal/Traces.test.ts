import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Tracer } from "effect"
import * as Portal from "./PortalWorld.ts"

const spans: Array<Tracer.Span> = []

const Traced = Portal.layer.pipe(
  Layer.provide(
    Layer.succeed(
      Tracer.Tracer,
      Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
    )
  )
)

layer(Traced, { excludeTestServices: true })("traces of the portal", (it) => {
  it.effect("say no number that was searched for, no password and no token", () =>
    Effect.gen(function* () {
      const { accessToken, refreshToken } = yield* Portal.loggedIn("user", "bank")
      const found = yield* Portal.get("/messages?search=%2B2348039998887&per_page=7", accessToken)
      assert.strictEqual(found.status, 200, found.text)
      const kept = spans.map(({ attributes, name }) => `${name} ${JSON.stringify([...attributes])}`).join("\n")
      assert.include(kept, "per_page=7")
      for (const secret of ["2348039998887", Portal.password, accessToken, refreshToken])
        assert.notInclude(kept, secret)
    })
  )
})
