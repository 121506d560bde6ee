import type { Scope } from "effect"
import { Clock, Config, Context, Duration, Effect, Layer, Schedule, Schema } from "effect"
import { CircuitBreaker, RateLimiter } from "effect/persistence"
import { makeVendorBreaker } from "./VendorBreaker.ts"
import { makeBulkhead } from "./VendorBulkhead.ts"
import { VendorError } from "./VendorError.ts"
import { observeCall } from "./VendorMetrics.ts"

/** The state of one vendor's circuit, for health, metrics and the API. */
export interface VendorState {
  readonly vendor: string
  readonly breaker: "closed" | "open" | "halfOpen"
  /** How long the circuit stays open; 0 unless it is open. */
  readonly retryAfterMillis: number
  readonly running: number
  readonly waiting: number
}

export interface DoorOptions {
  readonly vendor: string
  /** Limit of one try, from the moment that it is sent. */
  readonly tryTimeoutMillis: number
  /** Limit of a whole call with all its waits and tries. */
  readonly deadlineMillis: number
  readonly maxTries: number
  readonly maxConcurrent: number
  readonly maxWaiting: number
  /** Token bucket: `tokens` calls per `perMillis`. */
  readonly rate: { readonly tokens: number; readonly perMillis: number }
}

export interface CallOptions {
  readonly operation: string
  /** Whether the call may be repeated when nobody knows if it took effect. */
  readonly idempotent: boolean
  readonly deadlineMillis?: number
  readonly tryTimeoutMillis?: number
}

export interface Door {
  /** Runs one outside call. Only a {@link VendorError} is retried or counted against the vendor; other errors pass. */
  readonly call: <A, E, R>(options: CallOptions, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | VendorError, R>
  readonly state: Effect.Effect<VendorState>
}

/** First back-off before the second try; it doubles with each further one, ± 20 %, up to {@link maxBackOffMillis}. */
export const firstBackOffMillis = 250
export const maxBackOffMillis = 10_000

/** Every outside call goes through a door: deadline, retries, circuit breaker, bulkhead, rate limit, span and metrics. */
export class VendorDoor extends Context.Service<
  VendorDoor,
  {
    readonly make: (options: DoorOptions) => Effect.Effect<Door>
    /** All doors that were made, sorted by vendor. */
    readonly states: Effect.Effect<ReadonlyArray<VendorState>>
  }
>()("tandem/layers/VendorDoor") {
  static readonly layer: Layer.Layer<VendorDoor, Config.ConfigError> = Layer.effect(
    VendorDoor,
    Effect.gen(function* () {
      const settings = yield* breakerSettings
      const context = yield* Effect.context<DoorServices>()
      const doors = new Map<string, Door>()
      const make = Effect.fnUntraced(function* (options: DoorOptions) {
        const breaker = yield* makeVendorBreaker(options.vendor, settings)
        const door = makeDoor(options, breaker, yield* RateLimiter.RateLimiter)
        doors.set(options.vendor, door)
        return door
      }, Effect.provide(context))
      const states = Effect.suspend(() =>
        Effect.forEach(
          [...doors].sort(([a], [b]) => (a < b ? -1 : 1)),
          ([, door]) => door.state
        )
      )
      return { make, states }
    })
  ).pipe(
    Layer.provide([
      CircuitBreaker.layerStoreMemory(),
      RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
    ])
  )
}

type DoorServices = RateLimiter.RateLimiter | CircuitBreaker.CircuitBreakerStore | Scope.Scope

const atLeastOne = Schema.FiniteFromString.pipe(
  Schema.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 3600 }))
)

const breakerSettings = Config.all({
  failures: Config.schema(atLeastOne, "VENDOR_BREAKER_FAILURES").pipe(Config.withDefault(5)),
  openSeconds: Config.schema(atLeastOne, "VENDOR_BREAKER_OPEN_SECONDS").pipe(Config.withDefault(30)),
  successes: Config.schema(atLeastOne, "VENDOR_BREAKER_SUCCESSES").pipe(Config.withDefault(2))
})

const breakerNames = { Closed: "closed", HalfOpen: "halfOpen", Open: "open" } as const

type Breaker = Effect.Success<ReturnType<typeof makeVendorBreaker>>
type Fail = (reason: VendorError["reason"], detail: string, retryAfterMillis?: number) => VendorError

const failWith =
  (vendor: string, { idempotent, operation }: CallOptions): Fail =>
  (reason, detail, retryAfterMillis) =>
    VendorError.of({
      vendor,
      operation,
      reason,
      detail,
      ...(idempotent ? { committed: "no" as const } : {}),
      ...(retryAfterMillis === undefined ? {} : { retryAfterMillis })
    })

const makeDoor = (options: DoorOptions, breaker: Breaker, limiter: RateLimiter.RateLimiter): Door => {
  const { vendor } = options
  const bulkhead = makeBulkhead(options.maxConcurrent, options.maxWaiting)
  const pace = makePace(options, limiter)

  const call: Door["call"] = (given, effect) => {
    const fail = failWith(vendor, given)
    const send = Effect.fnUntraced(function* (deadlineAtMillis: number) {
      const leftMillis = deadlineAtMillis - (yield* Clock.currentTimeMillis)
      const limitMillis = Math.max(1, Math.min(given.tryTimeoutMillis ?? options.tryTimeoutMillis, leftMillis))
      return yield* Effect.timeoutOrElse(effect, {
        duration: limitMillis,
        orElse: () => Effect.fail(fail("Timeout", `no answer within ${limitMillis} ms`))
      })
    })
    const attempt = (deadlineAtMillis: number) =>
      bulkhead
        .run(
          breaker.run(given.operation, Effect.andThen(pace(deadlineAtMillis, fail), send(deadlineAtMillis))),
          deadlineAtMillis,
          (refusal) => fail("Busy", refusal === "full" ? "too many calls are waiting" : "no turn before the deadline")
        )
        .pipe(Effect.mapError((failure) => (given.idempotent ? withoutDoubt(failure) : failure)))
    return Clock.currentTimeMillis.pipe(
      Effect.flatMap((now) => {
        const deadlineAtMillis = now + (given.deadlineMillis ?? options.deadlineMillis)
        return Effect.retry(attempt(deadlineAtMillis), backOff(vendor, deadlineAtMillis, options.maxTries))
      }),
      observeCall(vendor, given.operation)
    )
  }

  const state = Effect.gen(function* () {
    const circuit = yield* breaker.state
    return {
      vendor,
      breaker: breakerNames[circuit._tag],
      retryAfterMillis: circuit._tag === "Open" ? Duration.toMillis(circuit.retryAfter) : 0,
      ...(yield* bulkhead.occupancy)
    }
  })

  return { call, state }
}

/** Waits for a token of the vendor's bucket, or refuses when that would take longer than the call may last. */
const makePace = ({ rate, vendor }: DoorOptions, limiter: RateLimiter.RateLimiter) =>
  Effect.fnUntraced(function* (deadlineAtMillis: number, fail: Fail) {
    const { delay } = yield* limiter
      .consume({
        key: vendor,
        limit: rate.tokens,
        window: rate.perMillis,
        algorithm: "token-bucket",
        onExceeded: "delay"
      })
      .pipe(Effect.orDie)
    const delayMillis = Duration.toMillis(delay)
    if (delayMillis === 0) return
    const now = yield* Clock.currentTimeMillis
    if (now + delayMillis >= deadlineAtMillis) return yield* fail("RateLimited", "our own rate limit", delayMillis)
    yield* Effect.sleep(delay)
  })

const withoutDoubt = <E>(failure: E): E | VendorError =>
  failure instanceof VendorError && failure.committed === "unknown"
    ? VendorError.of({ ...failure, committed: "no" })
    : failure

/** Our own refusals are not worth another try at once: the circuit and the queue are there to shed load. */
const mayTryAgain = (failure: unknown): failure is VendorError =>
  failure instanceof VendorError &&
  failure.retryable &&
  failure.committed === "no" &&
  failure.reason !== "CircuitOpen" &&
  failure.reason !== "Busy"

const backOff = (vendor: string, deadlineAtMillis: number, maxTries: number) =>
  Schedule.exponential(firstBackOffMillis).pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.millis(maxBackOffMillis)))),
    Schedule.jittered,
    Schedule.setInputType<unknown>(),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.succeed(
        input instanceof VendorError ? Duration.max(duration, Duration.millis(input.retryAfterMillis ?? 0)) : duration
      )
    ),
    Schedule.while(({ duration, input }) =>
      Effect.map(
        Clock.currentTimeMillis,
        (now) => mayTryAgain(input) && now + Duration.toMillis(duration) < deadlineAtMillis
      )
    ),
    Schedule.upTo({ times: maxTries - 1 }),
    Schedule.tap(({ duration, input }) =>
      Effect.logInfo("vendor call is tried again").pipe(
        Effect.annotateLogs({
          vendor,
          delayMillis: Math.round(Duration.toMillis(duration)),
          error: input instanceof VendorError ? input.message : ""
        })
      )
    )
  )
