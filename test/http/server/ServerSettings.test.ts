import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import * as Server from "../../../src/http/Server.ts"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"
import { originOf, send } from "./TestServer.ts"

const hello = HttpRouter.add("GET", "/", Effect.succeed(HttpServerResponse.text("hello")))

const started = (settings: Record<string, string>) =>
  Effect.map(
    Layer.build(
      Server.layer(hello).pipe(
        Layer.provide([Metrics.layer, ConfigProvider.layer(ConfigProvider.fromUnknown(settings))])
      )
    ),
    originOf
  )

describe("The server's settings", () => {
  it.live("name the address, and 0 is any free port", () =>
    Effect.gen(function* () {
      const origin = yield* started({ TANDEM_HOST: "127.0.0.1", TANDEM_PORT: "0" })
      assert.strictEqual((yield* send(origin)).text, "hello")
    }).pipe(Effect.scoped)
  )

  it.live("are told when they are wrong, and so is an address that is taken", () =>
    Effect.gen(function* () {
      const wrong = yield* Effect.flip(started({ TANDEM_PORT: "http" }))
      assert.include(String(wrong), "TANDEM_PORT")
      const taken = new URL(yield* started({ TANDEM_PORT: "0" })).port
      assert.strictEqual((yield* Effect.flip(started({ TANDEM_PORT: taken })))._tag, "ServeError")
    }).pipe(Effect.scoped)
  )
})
