import { Clock, Config, Context, Effect, Layer, Metric, Schema } from "effect"
import type { CallAttempt, CallEnd } from "../domain/fraud/CallAttempt.ts"
import { findingsOfEnd, isEmergencyCall } from "../domain/fraud/FraudEngine.ts"
import type { CallFeatures } from "../domain/fraud/detectors/Detection.ts"
import type { Finding, ListMatch, Verdict } from "../domain/fraud/Finding.ts"
import { judge } from "../domain/fraud/Screening.ts"
import { groupMatch } from "../domain/fraud/SourceGroups.ts"
import type { CallPart, Observed } from "../domain/fraud/windows/Observation.ts"
import { callParts, sliceIds } from "../domain/fraud/windows/Observation.ts"
import { tallyOfCall } from "../domain/gateways/CallTally.ts"
import type { Admitted } from "../layers/fraud/GatewayAdmission.ts"
import { GatewayAdmission } from "../layers/fraud/GatewayAdmission.ts"
import type { GatewayEntry } from "../layers/fraud/GatewayDirectory.ts"
import { GatewayDirectory } from "../layers/fraud/GatewayDirectory.ts"
import { ScreeningPolicy } from "../layers/fraud/ScreeningPolicy.ts"
import { CallRecords } from "../layers/storage/CallRecords.ts"
import { AlertDesk } from "./AlertDesk.ts"
import { FraudWatch } from "./FraudWatch.ts"
import { GatewayReports } from "./GatewayReports.ts"
import type { WatchCalls } from "./WatchCalls.ts"
import { makeWatchCalls } from "./WatchCalls.ts"

/** Findings less sure than this are kept with the call, and raise no alert. */
export const alertFrom = 0.5

/** What the switch is told. */
export interface Screened {
  readonly verdict: Verdict
  /** The gateway brings more than it may: the call is refused as overload, not as fraud. */
  readonly overload: boolean
  readonly redirectTo: string
  /** Distinct callers of the called number within the masking window, this one included, as far as they are known. */
  readonly callers: number
  readonly latencyMicros: number
}

const screened = Metric.counter("acm_calls_total", {
  description: "Call attempts that got a verdict",
  incremental: true
})
const latency = Metric.histogram("acm_detection_latency_seconds", {
  description: "From the arrival of a call attempt to its verdict",
  boundaries: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25]
})

const deadline = Config.schema(
  Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isBetween({ minimum: 5, maximum: 2_000 }))),
  "FRAUD_DEADLINE_MILLIS"
).pipe(Config.withDefault(80))

/** What is known of the gateway fills in what the switch did not tell. */
const withGateway = (call: CallAttempt, gateway: GatewayEntry | undefined): CallAttempt =>
  gateway === undefined
    ? call
    : {
        ...call,
        gatewayId: gateway.gatewayId,
        carrierId: call.carrierId || gateway.carrierId,
        region: call.region || gateway.region,
        sourceGroup: call.sourceGroup || gateway.sourceGroup
      }

const ofGateway = ({ gatewayId, status, statusReason }: GatewayEntry): ListMatch | undefined =>
  status === "blacklisted" || status === "suspended"
    ? {
        list: "block",
        kind: "carrier",
        value: gatewayId,
        reason: `gateway is ${status}: ${statusReason ?? "no reason"}`
      }
    : undefined

const isOverload = (admitted: Admitted): boolean => admitted === "tooManyPerSecond" || admitted === "tooManyAtOnce"

/** A slice that nobody owns for so long, when the node starts, is left to the calls. */
const wakeTimeout = "15 seconds"

/** Starts the slices' actors, so that the first calls do not wait for them. */
const wakeSlices = Effect.gen(function* () {
  const clientOf = yield* FraudWatch.client
  yield* Effect.forEach(sliceIds, (id) => Effect.ignore(clientOf(id).Observe({ observations: "[]" })), {
    concurrency: 8,
    discard: true
  }).pipe(Effect.timeoutOption(wakeTimeout))
})

const services = Effect.all({
  policy: ScreeningPolicy,
  directory: GatewayDirectory,
  admission: GatewayAdmission,
  reports: GatewayReports,
  records: CallRecords,
  desk: AlertDesk,
  clock: Clock.Clock
})

type Services = Effect.Success<typeof services>

interface Circumstances {
  readonly callers: number
  readonly overload: boolean
  readonly startedNanos: bigint
}

const makeTold = ({ admission, clock, desk, policy, records, reports }: Services, context: Context.Context<never>) => {
  const alert = (call: CallAttempt, findings: ReadonlyArray<Finding>, action: Verdict["action"], micros: number) => {
    for (const finding of findings) {
      if (finding.shadow || finding.confidence < alertFrom) continue
      desk.raise({ finding, call, action, latencyMicros: micros })
    }
  }

  /** Everybody who is to know of a verdict, none of whom the call waits for. */
  const told = (call: CallAttempt, verdict: Verdict, { callers, overload, startedNanos }: Circumstances): Screened => {
    const latencyMicros = Number(clock.currentTimeNanosUnsafe() - startedNanos) / 1000
    const { callId: _, ...judged } = verdict
    records.recordAttempt(call, { verdict: judged, rulesVersion: policy.current().rulesVersion, latencyMicros })
    if (verdict.findings.length > 0) alert(call, verdict.findings, verdict.action, latencyMicros)
    if (verdict.action === "block") admission.ended(call.callId)
    if (call.gatewayId !== "") reports.concurrent(call.gatewayId, admission.concurrentOf(call.gatewayId))
    screened.updateUnsafe(1, context)
    latency.updateUnsafe(latencyMicros / 1_000_000, context)
    return { verdict, overload, redirectTo: policy.current().rules.composite.redirectTo, callers, latencyMicros }
  }

  return { alert, told }
}

/** Asks all slices that a call concerns, and goes on when the last of them answered or was given up. */
const makeLook =
  (watch: WatchCalls) =>
  (call: CallAttempt, done: (features: CallFeatures, degraded: boolean) => void): void => {
    const seen: { [Part in CallPart]: Observed | undefined } = {
      caller: undefined,
      called: undefined,
      source: undefined
    }
    let open = callParts.length
    let degraded = false
    for (const part of callParts) {
      watch({ part, event: "attempt", call }, (observed) => {
        seen[part] = observed
        if (observed === undefined) degraded = true
        open -= 1
        if (open === 0) done(featuresOf(seen), degraded)
      })
    }
  }

const make = Effect.gen(function* () {
  const all = yield* services
  const { admission, clock, directory, policy, reports } = all
  const { alert, told } = makeTold(all, yield* Effect.context<never>())
  const watch = yield* makeWatchCalls(yield* deadline)
  const look = makeLook(watch)
  let awake = false
  yield* wakeSlices.pipe(Effect.andThen(Effect.sync(() => (awake = true))), Effect.forkScoped)

  const gatewayOf = ({ gatewayId, sourceGroup, sourceIp }: CallAttempt) =>
    (gatewayId === "" ? undefined : directory.get(gatewayId)) ?? directory.bySource(sourceIp, sourceGroup)

  const screen = (asked: CallAttempt, respond: (screened: Screened) => void): void => {
    const startedNanos = clock.currentTimeNanosUnsafe()
    const gateway = gatewayOf(asked)
    const call = withGateway(asked, gateway)
    const { lists, rules } = policy.current()
    const emergency = isEmergencyCall(call)
    const now = clock.currentTimeMillisUnsafe()
    const listed = emergency
      ? undefined
      : (lists.match(call, now) ?? groupMatch(call) ?? (gateway && ofGateway(gateway)))
    const overload =
      !emergency && gateway !== undefined && isOverload(admission.attempt(gateway.gatewayId, call.callId, now))
    const circumstances = { rules, listed, emergency }
    if (listed !== undefined || emergency || overload) {
      const verdict = judge(call, nothingKnown, { ...circumstances, degraded: false })
      // The gateway's limits hold for those on the allow list too.
      const isTooMuch = overload && verdict.action === "allow"
      const action = isTooMuch ? "block" : verdict.action
      return respond(told(call, { ...verdict, action }, { callers: 1, overload: isTooMuch, startedNanos }))
    }
    look(call, (features, degraded) => {
      const callers = features.called?.callers ?? 1
      const verdict = judge(call, features, { ...circumstances, degraded })
      respond(told(call, verdict, { callers, overload: false, startedNanos }))
    })
  }

  const ended = (asked: CallEnd): void => {
    const end: CallEnd = { ...asked, ...withGateway(asked, gatewayOf(asked)) }
    admission.ended(end.callId)
    const { lists, rules } = policy.current()
    // What no window saw at the attempt is none of their business at the end either.
    const isWatched = !isEmergencyCall(end) && lists.match(end, clock.currentTimeMillisUnsafe()) === undefined
    for (const part of isWatched ? callParts : []) {
      watch({ part, event: "end", call: end }, (observed) => {
        if (part === "source" || observed === undefined || observed === null) return
        const seen = featuresOf({ caller: undefined, called: undefined, source: undefined, [part]: observed })
        alert(end, findingsOfEnd(end, part, seen[part], rules), "allow", 0)
      })
    }
    if (end.gatewayId === "") return
    const said = { fraud: false, blocked: end.sipCode === 603 && end.answeredAtMillis === null, pddMillis: null }
    reports.note(end.gatewayId, tallyOfCall(end, said), end.endedAtMillis)
    reports.concurrent(end.gatewayId, admission.concurrentOf(end.gatewayId))
  }

  /** Whether the slices answer: a node is not asked before. */
  const isAwake = (): boolean => awake

  return { screen, ended, isAwake }
})

const featuresOf = (seen: { readonly [Part in CallPart]: Observed | undefined }): CallFeatures =>
  ({
    caller: seen.caller ?? undefined,
    called: seen.called ?? undefined,
    source: seen.source ?? undefined
  }) as CallFeatures

const nothingKnown: CallFeatures = { caller: undefined, called: undefined, source: undefined }

/**
 * Screens calls on this node: lists and limits from its own copies, windows from the slices' actors, the verdict at once.
 * Records, alerts and figures follow behind the call's back. When slices are away, the verdict is `degraded` and lets pass
 * what nothing else stops.
 */
export class CallScreen extends Context.Service<CallScreen, Effect.Success<typeof make>>()(
  "tandem/entities/CallScreen"
) {
  static readonly layer = Layer.effect(CallScreen, make)
}
