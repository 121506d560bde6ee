import { assert, describe, layer } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { ClusterMetrics } from "effect/cluster"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"

const lookUps = Metric.counter("tandem_test_lookups_total", { description: "Look-ups", incremental: true })

const waits = Metric.histogram("tandem_test_wait_seconds", { boundaries: [0.1, 1] })

describe("Metrics", () => {
  layer(Metrics.layer)((it) => {
    it.effect("counts and times answered requests by method, route and status", () =>
      Effect.gen(function* () {
        const metrics = yield* Metrics
        yield* metrics.answered({ method: "GET", route: "/numbers/:e164", status: 200, seconds: 0.02 })
        yield* metrics.answered({ method: "GET", route: "/numbers/:e164", status: 404, seconds: 0.02 })
        const { body } = yield* metrics.render
        assert.include(body, 'tandem_http_requests_total{method="GET",route="/numbers/:e164",status="404"} 1')
        assert.include(body, 'tandem_http_request_seconds_bucket{le="0.025",method="GET",route="/numbers/:e164"} 2')
      })
    )

    it.effect("shows the process's metrics and how many requests are in flight", () =>
      Effect.gen(function* () {
        const metrics = yield* Metrics
        yield* metrics.inFlight(7)
        const { body, contentType } = yield* metrics.render
        assert.match(body, /^process_resident_memory_bytes \d+/m)
        assert.match(body, /^nodejs_eventloop_lag_seconds /m)
        assert.match(body, /^tandem_http_requests_in_flight 7$/m)
        assert.match(contentType, /^text\/plain; version=0\.0\.4/)
      })
    )

    it.effect("shows every metric of Effect's registry, the cluster's among them", () =>
      Effect.gen(function* () {
        yield* Metric.update(Metric.withAttributes(lookUps, { vendor: 'a"b' }), 3)
        yield* Metric.update(waits, 0.5)
        yield* Metric.update(ClusterMetrics.shards, 12n)
        const { body } = yield* (yield* Metrics).render
        assert.include(body, "# TYPE tandem_test_lookups_total counter")
        assert.include(body, 'tandem_test_lookups_total{vendor="a\\"b"} 3')
        assert.include(body, 'tandem_test_wait_seconds_bucket{le="0.1"} 0')
        assert.include(body, 'tandem_test_wait_seconds_bucket{le="+Inf"} 1')
        assert.include(body, "effect_cluster_shards 12")
      })
    )

    it.effect("describes each metric once", () =>
      Effect.gen(function* () {
        const { body } = yield* (yield* Metrics).render
        const names = [...body.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1])
        assert.strictEqual(new Set(names).size, names.length)
      })
    )
  })
})
