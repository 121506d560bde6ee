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

const rememberedKeys = Metric.gauge("tandem_fraud_remembered", {
  description: "Callers, called numbers and sources that a slice remembers"
})

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

const look = (numbers: NumberSlice, sources: SourceSlice, { call, event, part }: Observation): Observed => {
  switch (part) {
    case "caller":
      return (event === "attempt" ? numbers.attemptOfCaller(call) : numbers.endOfCaller(call)) ?? null
    case "called":
      return (event === "attempt" ? numbers.attemptToCalled(call) : numbers.endToCalled(call)) ?? null
    case "source":
      if (event === "attempt") return sources.attempt(call)
      sources.end(call)
      return null
  }
}

const makeWatch = (capacity: WindowCapacity, policy: ScreeningPolicy["Service"]) => {
  let rules = policy.current().rules
  const settings = windowSettings(rules)
  const numbers = new NumberSlice(capacity, settings)
  const sources = new SourceSlice(capacity, settings)
  const watch: Watch = (observation) => {
    const current = policy.current().rules
    if (current !== rules) {
      rules = current
      const changed = windowSettings(current)
      numbers.retime(changed)
      sources.retime(changed)
    }
    return look(numbers, sources, observation)
  }
  const threat = (bNumber: string, nowMillis: number): Threat => {
    const { threshold, windowSeconds } = policy.current().rules.call_masking.parameters
    const callers = numbers.called.callersOf(bNumber, nowMillis, windowSeconds * 1000)
    return threatOf({ bNumber, callers, threshold, windowSeconds })
  }
  const sizes = () => ({
    callers: numbers.callers.size,
    called: numbers.called.size,
    sources: sources.sources.size
  })
  return { watch, sizes, threat }
}

/** Tells now and then how much a slice remembers. */
const gauge = (slice: string, sizes: () => Readonly<Record<string, number>>) =>
  Effect.suspend(() =>
    Effect.forEach(
      Object.entries(sizes()),
      ([of, size]) => Metric.update(Metric.withAttributes(rememberedKeys, { slice, of }), size),
      { discard: true }
    )
  ).pipe(Effect.delay("10 seconds"), Effect.forever)

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const policy = yield* ScreeningPolicy
  const watches = yield* LocalWatches
  const capacity = capacityOfSlice({ ...defaultCapacity, ...(yield* capacitySettings.pipe(Effect.orDie)) })
  const { sizes, threat, watch } = makeWatch(capacity, policy)
  yield* Effect.acquireRelease(
    Effect.sync(() => watches.set(entityId, watch)),
    () => Effect.sync(() => watches.delete(entityId))
  )
  yield* Effect.forkScoped(gauge(entityId, sizes))

  return Contract.FraudWatch.of({
    Observe: ({ payload }) =>
      Effect.sync(() => {
        const observations: ReadonlyArray<Observation> = JSON.parse(payload.observations)
        return JSON.stringify(observations.map((each): Observed => watch(each)))
      }),
    GetThreat: ({ payload }) => Effect.map(Clock.currentTimeMillis, (now) => threat(payload.bNumber, now))
  })
})

/** Never idle: calls that are looked at without a message do not count as messages. */
export const FraudWatchLive = Contract.FraudWatch.toLayer(behaviour, {
  maxIdleTime: Duration.infinity,
  mailboxCapacity
})
