import { Clock, Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { GatewayMetrics } from "../layers/storage/GatewayMetrics.ts"

const pause = Duration.minutes(10)

/** Takes away the minutes of gateways that are older than the retention; one node of the cluster does so. */
export const GatewaySweepLive = Singleton.make(
  "gateway-sweep",
  Effect.gen(function* () {
    const metrics = yield* GatewayMetrics
    const sweep = Effect.gen(function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      yield* metrics.sweep(nowMillis).pipe(Effect.repeat({ until: (swept) => swept === 0 }))
    })
    yield* sweep.pipe(
      Effect.catchCause((cause) => Effect.logWarning("old minutes of gateways stay a little longer", cause)),
      Effect.repeat(Schedule.spaced(pause))
    )
  })
)
