import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Readiness } from "../layers/observability/Readiness.ts"
import { NotReady } from "./ServerProblems.ts"

const live = HttpRouter.add("GET", "/health/live", Effect.succeed(HttpServerResponse.jsonUnsafe({ status: "live" })))

const ready = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const readiness = yield* Readiness
    yield* router.add(
      "GET",
      "/health/ready",
      Effect.gen(function* () {
        const checks = yield* readiness.checks
        const failing = checks.filter(({ passing }) => !passing).map(({ name }) => name)
        if (failing.length > 0) return yield* new NotReady({ checks, detail: `Failing: ${failing.join(", ")}.` })
        return HttpServerResponse.jsonUnsafe({ status: "ready", checks })
      })
    )
  })
)

/**
 * `/health/live`: the process answers. `/health/ready`: it can do its work, with each check; 503 when not. Both are open,
 * and are answered also when the server takes no other requests.
 */
export const HealthLive = Layer.merge(live, ready)
