import { Clock, Config, Duration, Effect, Metric, Schema } from "effect"
import { Entity } from "effect/cluster"
import type { Threat } from "../domain/fraud/ThreatLevel.ts"
import { threatOf } from "../domain/fraud/ThreatLevel.ts"
import type { Observation, Observed } from "../domain/fraud/windows/Observation.ts"
import { capacityOfSlice, defaultCapacity, NumberSlice, SourceSlice } from "../domain/fraud/windows/NumberSlice.ts"
import type { WindowCapacity } from "../domain/fraud/windows/NumberSlice.ts"
import { windowSettings } from "../domain/fraud/windows/WindowSettings.ts"
import { ScreeningPolicy } from "../layers/fraud/ScreeningPolicy.ts"
import * as Contract from "./FraudWatch.ts"
import type { Watch } from "./LocalWatches.ts"
import { LocalWatches } from "./LocalWatches.ts"

const mailboxCapacity = 4096

const rememberedKeys = Metric.gauge("tandem_fraud_remembered", { description: "Numbers or sources a slice remembers" })

const bounded = (name: string, fallback: number) =>
  Config.schema(
    Schema.FiniteFromString.pipe(
      Schema.check(Schema.isInt(), Schema.isBetween({ minimum: 1_000, maximum: 50_000_000 }))
    ),
    name
  ).pipe(Config.withDefault(fallback))

const capacitySettings = Config.all({
  callers: bounded("FRAUD_MAX_CALLERS", defaultCapacity.callers),
  callees: bounded("FRAUD_MAX_CALLED", defaultCapacity.callees)
})

const makeNumberWatch =
  (slice: NumberSlice): Watch =>
  (observation) => {
    const { call, event, part } = observation
    if (part === "caller") return (event === "attempt" ? slice.attemptOfCaller(call) : slice.endOfCaller(call)) ?? null
    if (event === "attempt") return slice.attemptToCalled(call)
    return slice.endToCalled(call) ?? null
  }

const makeSourceWatch =
  (slice: SourceSlice): Watch =>
  ({ call, event }) => {
    if (event === "attempt") return slice.attempt(call)
    slice.end(call)
    return null
  }

const makeWatch = (id: string, capacity: WindowCapacity, policy: ScreeningPolicy["Service"]) => {
  let rules = policy.current().rules
  const settings = windowSettings(rules)
  const slice = id.startsWith("source") ? new SourceSlice(capacity, settings) : new NumberSlice(capacity, settings)
  const watch = slice instanceof SourceSlice ? makeSourceWatch(slice) : makeNumberWatch(slice)
  const size = () => (slice instanceof SourceSlice ? slice.sources.size : slice.callers.size)
  const look: Watch = (observation) => {
    const current = policy.current().rules
    if (current !== rules) {
      rules = current
      slice.retime(windowSettings(current))
    }
    return watch(observation)
  }
  const threat = (bNumber: string, nowMillis: number): Threat => {
    const { threshold, windowSeconds } = policy.current().rules.call_masking.parameters
    const callers = slice instanceof NumberSlice ? slice.called.callersOf(bNumber, nowMillis, windowSeconds * 1000) : 0
    return threatOf({ bNumber, callers, threshold, windowSeconds })
  }
  return { look, size, threat }
}

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const policy = yield* ScreeningPolicy
  const watches = yield* LocalWatches
  const capacity = capacityOfSlice({ ...defaultCapacity, ...(yield* capacitySettings.pipe(Effect.orDie)) })
  const { look, size, threat } = makeWatch(entityId, capacity, policy)
  yield* Effect.acquireRelease(
    Effect.sync(() => watches.set(entityId, look)),
    () => Effect.sync(() => watches.delete(entityId))
  )
  const gauge = Metric.withAttributes(rememberedKeys, { slice: entityId })
  yield* Effect.suspend(() => Metric.update(gauge, size())).pipe(
    Effect.delay("10 seconds"),
    Effect.forever,
    Effect.forkScoped
  )

  return Contract.FraudWatch.of({
    Observe: ({ payload }) =>
      Effect.sync(() => {
        const observations: ReadonlyArray<Observation> = JSON.parse(payload.observations)
        return JSON.stringify(observations.map((each): Observed => look(each)))
      }),
    GetThreat: ({ payload }) => Effect.map(Clock.currentTimeMillis, (now) => threat(payload.bNumber, now))
  })
})

/** Never idle: calls that are looked at without a message do not count as messages. */
export const FraudWatchLive = Contract.FraudWatch.toLayer(behaviour, {
  maxIdleTime: Duration.infinity,
  mailboxCapacity
})
