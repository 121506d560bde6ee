import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HealthLive } from "../../../src/http/HealthLive.ts"
import { MetricsLive } from "../../../src/http/MetricsLive.ts"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"
import type { CheckResult } from "../../../src/layers/observability/Readiness.ts"
import { Readiness } from "../../../src/layers/observability/Readiness.ts"
import { send, serving } from "../server/TestServer.ts"

const start = (checks: ReadonlyArray<CheckResult>) =>
  serving(
    Layer.merge(HealthLive, MetricsLive).pipe(
      Layer.provide([Layer.succeed(Readiness, { checks: Effect.succeed(checks) }), Metrics.layer])
    )
  )

const passing: CheckResult = { name: "journal", passing: true }
const failing: CheckResult = { name: "shards", passing: false, detail: "this node holds no shard" }

describe("Health", () => {
  it.live("is live when the process answers, ready or not", () =>
    Effect.gen(function* () {
      const origin = yield* start([failing])
      const { status, json } = yield* send(`${origin}/health/live`)
      assert.deepStrictEqual([status, json], [200, { status: "live" }])
    }).pipe(Effect.scoped)
  )

  it.live("is ready when all checks pass, and says which", () =>
    Effect.gen(function* () {
      const origin = yield* start([passing])
      const { status, json } = yield* send(`${origin}/health/ready`)
      assert.deepStrictEqual([status, json], [200, { status: "ready", checks: [passing] }])
    }).pipe(Effect.scoped)
  )

  it.live("answers 503 with the checks when one fails", () =>
    Effect.gen(function* () {
      const origin = yield* start([passing, failing])
      const { status, json } = yield* send(`${origin}/health/ready`)
      assert.strictEqual(status, 503)
      assert.strictEqual(json["type"], "urn:tandem:problem:not-ready")
      assert.strictEqual(json["detail"], "Failing: shards.")
      assert.deepStrictEqual(json["checks"], [passing, failing])
    }).pipe(Effect.scoped)
  )
})

describe("/metrics", () => {
  it.live("shows what the edge answered, without a key", () =>
    Effect.gen(function* () {
      const origin = yield* start([passing])
      yield* send(`${origin}/health/live`)
      yield* send(`${origin}/no/such/${"x".repeat(40)}`)
      const { status, text, headers } = yield* send(`${origin}/metrics`)
      assert.strictEqual(status, 200)
      assert.match(headers.get("content-type") ?? "", /^text\/plain/)
      assert.include(text, 'tandem_http_requests_total{method="GET",route="/health/live",status="200"} 1')
      assert.include(text, 'tandem_http_requests_total{method="GET",route="unmatched",status="404"} 1')
    }).pipe(Effect.scoped)
  )
})
