import { Context, Effect, Layer } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client"

/** One answered request. `route` is the route's template, never the address itself, so that labels stay few. */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly seconds: number
}

const secondsBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const makeRegistry = () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requests: new Counter({
      name: "tandem_http_requests_total",
      help: "Requests answered, by method, route template and status",
      labelNames: ["method", "route", "status"],
      registers
    }),
    durations: new Histogram({
      name: "tandem_http_request_seconds",
      help: "Time from the arrival of a request to its answer, in seconds",
      labelNames: ["method", "route"],
      buckets: secondsBoundaries,
      registers
    }),
    inFlight: new Gauge({ name: "tandem_http_requests_in_flight", help: "Requests being answered now", registers })
  }
}

/**
 * What `/metrics` shows: the process's own metrics and the edge's from prom-client, then all metrics of Effect's registry
 * (the cluster's, the vendors' and everybody else's), in Prometheus' text format 0.0.4.
 */
export class Metrics extends Context.Service<
  Metrics,
  {
    readonly answered: (request: AnsweredRequest) => Effect.Effect<void>
    readonly inFlight: (requests: number) => Effect.Effect<void>
    readonly render: Effect.Effect<{ readonly body: string; readonly contentType: string }>
  }
>()("tandem/layers/observability/Metrics") {
  static readonly layer = Layer.effect(
    Metrics,
    Effect.gen(function* () {
      const { registry, requests, durations, inFlight } = yield* Effect.acquireRelease(
        Effect.sync(makeRegistry),
        ({ registry }) => Effect.sync(() => registry.clear())
      )
      return Metrics.of({
        answered: ({ method, route, status, seconds }) =>
          Effect.sync(() => {
            requests.inc({ method, route, status })
            durations.observe({ method, route }, seconds)
          }),
        inFlight: (count) => Effect.sync(() => inFlight.set(count)),
        render: Effect.gen(function* () {
          const own = yield* Effect.promise(() => registry.metrics())
          const effects = yield* PrometheusMetrics.format()
          return { body: `${own}${effects}`, contentType: registry.contentType }
        })
      })
    })
  )
}
