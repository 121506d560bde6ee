import { Clock, Duration, Effect, Exit, Metric, Option, Ref, Stream } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { VendorError } from "./VendorError.ts"

export interface BreakerSettings {
  /** Failures in a row that open the circuit. */
  readonly failures: number
  readonly openSeconds: number
  /** Good probes in a row that close it again. */
  readonly successes: number
}

/**
 * Calls under way together that fail within this time of each other count as one failure: a connection that breaks, or a
 * process that was frozen and finds all its time-outs due, is one mishap and not a vendor that failed many times in a row.
 */
export const sameMishapMillis = 250

/** 0 closed, 1 half-open, 2 open. */
const breakerState = Metric.gauge("tandem_vendor_breaker_state", {
  description: "Circuit of a vendor: 0 closed, 1 half-open, 2 open"
})

const gaugeValues = { Closed: 0, HalfOpen: 1, Open: 2 }

/**
 * Effect's circuit breaker with two rules of ours: only a vendor that cannot be reached, is too slow or answers 5xx counts
 * as failing, and it takes `successes` good probes to close the circuit, where Effect takes one.
 */
export const makeVendorBreaker = Effect.fnUntraced(function* (vendor: string, settings: BreakerSettings) {
  const openMillis = settings.openSeconds * 1000
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(settings.failures),
    openDuration: Duration.millis(openMillis),
    maxOpenDuration: Duration.millis(openMillis * maxOpenFactor)
  })
  const goodProbes = yield* Ref.make(0)
  let mishaps = 0
  let mishapAtMillis = 0
  yield* reportTransitions(vendor, breaker)

  const state = breaker.state(vendor).pipe(Effect.orDie)

  // An ignored probe leaves the circuit half-open with the next call as its probe, so all good probes but the last are
  // reported as ignored.
  const outcomeOfProbe = Effect.fnUntraced(function* (outcome: CircuitBreaker.Outcome) {
    if (outcome._tag === "Ignored") return outcome
    if (outcome._tag === "Failure") {
      yield* Ref.set(goodProbes, 0)
      return outcome
    }
    const good = yield* Ref.updateAndGet(goodProbes, (count) => count + 1)
    if (good < settings.successes) return CircuitBreaker.ignored
    yield* Ref.set(goodProbes, 0)
    return outcome
  })

  const onceAMishap = (outcome: CircuitBreaker.Outcome, mishapsBefore: number) =>
    outcome._tag !== "Failure"
      ? Effect.succeed(outcome)
      : Effect.map(Clock.currentTimeMillis, (now) => {
          if (mishapsBefore < mishaps && now - mishapAtMillis <= sameMishapMillis) return CircuitBreaker.ignored
          mishaps += 1
          mishapAtMillis = now
          return outcome
        })

  const run = <A, E, R>(operation: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | VendorError, R> =>
    Effect.suspend(() => {
      const mishapsBefore = mishaps
      let probing = false
      return state.pipe(
        Effect.flatMap((current) => {
          probing = current._tag === "HalfOpen"
          return Effect.mapError(effect, (error) => new CallFailed(error))
        }),
        breaker.execute({
          key: vendor,
          classify: (exit) => (probing ? outcomeOfProbe(outcomeOf(exit)) : onceAMishap(outcomeOf(exit), mishapsBefore))
        }),
        Effect.mapError((error) => (error instanceof CallFailed ? error.error : refusal(vendor, operation, error)))
      )
    })

  return { state, run }
})

/** A vendor's Retry-After may keep the circuit open this many times longer than the setting. */
const maxOpenFactor = 10

/** Keeps the caller's own errors apart from the breaker's. */
class CallFailed<E> {
  readonly error: E
  constructor(error: E) {
    this.error = error
  }
}

const outcomeOf = <A, E>(exit: Exit.Exit<A, CallFailed<E>>): CircuitBreaker.Outcome => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  const failed = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (failed === undefined) return CircuitBreaker.ignored
  if (!(failed.error instanceof VendorError)) return CircuitBreaker.success
  switch (failed.error.reason) {
    case "Timeout":
    case "Unreachable":
    case "Unavailable":
      return CircuitBreaker.failure({ retryAfter: failed.error.retryAfterMillis })
    case "RateLimited":
    case "Malformed":
    case "CircuitOpen":
    case "Busy":
      return CircuitBreaker.ignored
    default:
      return CircuitBreaker.success
  }
}

const refusal = (vendor: string, operation: string, error: CircuitBreaker.CircuitBreakerError): VendorError =>
  VendorError.of({
    vendor,
    operation,
    reason: "CircuitOpen",
    detail: error.message,
    ...(error.reason._tag === "CircuitOpen" ? { retryAfterMillis: Duration.toMillis(error.reason.retryAfter) } : {})
  })

const reportTransitions = Effect.fnUntraced(function* (vendor: string, breaker: CircuitBreaker.CircuitBreaker) {
  const gauge = Metric.withAttributes(breakerState, { vendor })
  yield* Metric.update(gauge, gaugeValues.Closed)
  yield* breaker.transitions.pipe(
    Stream.runForEach(({ from, to }) =>
      Effect.andThen(
        Metric.update(gauge, gaugeValues[to]),
        Effect.logWarning("circuit of a vendor changed").pipe(Effect.annotateLogs({ vendor, from, to }))
      )
    ),
    Effect.forkScoped({ startImmediately: true })
  )
})
