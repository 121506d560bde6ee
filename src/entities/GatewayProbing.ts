import { Clock, Config, Effect, Option, Queue, Random, Schema } from "effect"
import { emptyTally } from "../domain/gateways/CallTally.ts"
import type { GatewayRefusal, GatewayState } from "../domain/gateways/Gateway.ts"
import { decideHealth } from "../domain/gateways/GatewayDecisions.ts"
import type { HealthStatus, ProbeRecord } from "../domain/gateways/GatewayHealth.ts"
import { afterProbe, noProbes, waitMillis } from "../domain/gateways/GatewayHealth.ts"
import type { CommandError } from "../domain/journal/CommandErrors.ts"
import { SipOptions } from "../layers/sip/SipOptions.ts"
import type { GatewayCounts } from "./GatewayCounts.ts"
import type { Decide } from "./GatewayHistory.ts"
import { supervised } from "./Supervision.ts"

/** Seconds between two probes of an active gateway; 0: none are sent. */
const probeSeconds = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600 })),
  "GATEWAY_PROBE_SECONDS"
).pipe(Config.withDefault(5))

/** Probes are sent this much sooner or later, so that those of many gateways do not meet. */
const jitter = 0.2

/** How long a gateway that is not probed waits before it looks whether that has changed, when nobody tells it. */
const restMillis = 60_000

interface Means {
  readonly gatewayId: string
  readonly state: Effect.Effect<GatewayState, CommandError>
  readonly note: (decide: Decide) => Effect.Effect<GatewayState, GatewayRefusal | CommandError>
  readonly counts: GatewayCounts
}

/** A supervised fiber that asks an active gateway every few seconds whether it is there. Only a change of health is an event. */
export const makeGatewayProbing = Effect.fnUntraced(function* ({ counts, gatewayId, note, state }: Means) {
  const sip = yield* SipOptions
  const everyMillis = (yield* probeSeconds) * 1_000
  const nudges = yield* Queue.sliding<void>(1)
  let record: ProbeRecord = noProbes("unknown")
  let target = ""
  let lastAnswer: { readonly atMillis: number; readonly roundTripMillis: number | null } | undefined

  /** The journal has the last word: after a release or a failed write, probes begin anew from what it says. */
  const reconcile = (health: HealthStatus, address: string) => {
    if (record.health !== health || target !== address) record = noProbes(health)
    target = address
  }

  const conclude = Effect.fnUntraced(function* (alive: boolean, detail: string) {
    record = afterProbe(record, alive, yield* Clock.currentTimeMillis)
    const { health } = record
    const now = yield* state
    if (now.status === "active" && now.health !== health) yield* note((each) => decideHealth(each, health, detail))
  })

  const probe = Effect.fnUntraced(function* (address: Parameters<SipOptions["Service"]["ping"]>[0]) {
    const answer = yield* Effect.result(sip.ping(address))
    const nowMillis = yield* Clock.currentTimeMillis
    const alive = answer._tag === "Success"
    if (alive) lastAnswer = { atMillis: nowMillis, roundTripMillis: answer.success.roundTripMillis }
    counts.count({ ...emptyTally, probes: 1, probesAnswered: alive ? 1 : 0 }, nowMillis, nowMillis)
    yield* conclude(alive, alive ? `it answered ${answer.success.status}` : answer.failure.detail)
  })

  const step = Effect.gen(function* () {
    const { config, health, status } = yield* state
    if (status !== "active" || config === null || everyMillis === 0) return restMillis
    reconcile(health, `${config.ipAddress} ${config.port} ${config.protocol}`)
    yield* probe(config)
    const spread = (yield* Random.next) * 2 * jitter + 1 - jitter
    return waitMillis(record, everyMillis, yield* Clock.currentTimeMillis) * spread
  })

  yield* supervised(
    `Gateway/${gatewayId}/probing`,
    step.pipe(
      Effect.catch((error) =>
        Effect.as(Effect.logWarning("a gateway's health could not be written down", error), everyMillis)
      ),
      Effect.flatMap((millis) => Queue.take(nudges).pipe(Effect.timeoutOption(millis))),
      Effect.forever
    )
  )

  return {
    /** Something changed: look at once. */
    nudge: Effect.asVoid(Queue.offer(nudges, undefined)),
    /** The gateway was heard of by another way. */
    heard: Effect.gen(function* () {
      if ((yield* state).status !== "active") return
      lastAnswer = { atMillis: yield* Clock.currentTimeMillis, roundTripMillis: null }
      yield* conclude(true, "it was heard of")
    }),
    view: () => ({
      breaker: record.breaker,
      lastAnswerAt: Option.fromUndefinedOr(lastAnswer?.atMillis).pipe(
        Option.map((millis) => new Date(millis).toISOString()),
        Option.getOrNull
      ),
      roundTripMillis: lastAnswer?.roundTripMillis ?? null
    })
  }
})
