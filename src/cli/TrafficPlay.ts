import { Clock, Deferred, Effect, FiberSet, Schema, Semaphore } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import { VerdictAction } from "../domain/fraud/Finding.ts"
import type { GeneratedCall } from "../simulators/traffic/Traffic.ts"
import { callRecord, switchRequest } from "../simulators/traffic/TrafficText.ts"

/** Requests to the switch port that are under way at once. */
const requestsMax = 128
/** Calls that are set up and wait for their end. More than these end early. */
const openCallsMax = 20_000
/** After so many requests without any answer it is clear that nobody is there. */
const unreachedMax = 20
const answerWithin = "10 seconds"

const Verdict = Schema.Struct({ action: VerdictAction })

/** What became of the calls of one label. */
export interface VerdictRow {
  readonly kind: string
  calls: number
  readonly actions: Record<VerdictAction, number>
  /** Requests that failed or whose answer was not understood, of calls and of their ends. */
  errors: number
}

export interface Played {
  readonly rows: ReadonlyArray<VerdictRow>
  /** Requests that nobody answered at all. */
  readonly unreached: number
  readonly seconds: number
}

export interface TrafficPlay {
  readonly calls: Iterable<GeneratedCall>
  readonly baseUrl: string
  readonly startMillis: number
  /** How much faster than the calls' own time they are played. */
  readonly speed: number
}

const noActions = (): Record<VerdictAction, number> => ({
  allow: 0,
  flag: 0,
  penalty_billing: 0,
  redirect: 0,
  block: 0
})

const refusedCode = 603

/** The end of a call as the switch tells it: one that the verdict blocked ended at once, with its refusal. */
const endOf = ({ call }: GeneratedCall, action: VerdictAction | undefined) =>
  callRecord(
    action === "block"
      ? {
          ...call,
          answeredAtMillis: null,
          endedAtMillis: call.atMillis,
          ringMillis: 0,
          durationMillis: 0,
          sipCode: refusedCode
        }
      : call
  )

const isUnreached = (error: unknown) =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "TransportError"

/** Sends a body to the switch port, and takes what comes back. */
const makePort = Effect.fnUntraced(function* (baseUrl: string) {
  const requests = yield* Semaphore.make(requestsMax)
  const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
  return (path: string, body: unknown) =>
    client
      .execute(HttpClientRequest.post(`${baseUrl}${path}`).pipe(HttpClientRequest.bodyJsonUnsafe(body)))
      .pipe(Effect.timeout(answerWithin), requests.withPermits(1))
})

class Tally {
  readonly #rows = new Map<string, VerdictRow>()
  unreached = 0
  answered = 0

  get nobodyThere(): boolean {
    return this.answered === 0 && this.unreached >= unreachedMax
  }

  row({ group, label }: GeneratedCall): VerdictRow {
    const kind = label ?? group ?? "ordinary"
    const known = this.#rows.get(kind)
    if (known !== undefined) return known
    const made = { kind, calls: 0, actions: noActions(), errors: 0 }
    this.#rows.set(kind, made)
    return made
  }

  get rows(): ReadonlyArray<VerdictRow> {
    return [...this.#rows.values()].sort((one, other) => one.kind.localeCompare(other.kind))
  }
}

/**
 * Plays calls against a running switch port: each is asked about when its time has come, and its end is told when it has
 * ended. After the last call the ends that are still to come are told without waiting.
 */
export const playTraffic = Effect.fnUntraced(function* (play: TrafficPlay) {
  const port = yield* makePort(play.baseUrl)
  const openCalls = yield* Semaphore.make(openCallsMax)
  const allAsked = yield* Deferred.make<void>()
  const fibers = yield* FiberSet.make<void>()
  const tally = new Tally()
  const beganMillis = yield* Clock.currentTimeMillis

  const until = (atMillis: number) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const wait = (atMillis - play.startMillis) / play.speed - (now - beganMillis)
      return wait > 0 ? Effect.sleep(wait) : Effect.void
    })

  const failed = (row: VerdictRow) => (error: unknown) =>
    Effect.sync(() => {
      row.errors++
      if (isUnreached(error)) tally.unreached++
      return undefined
    })

  const one = Effect.fnUntraced(function* (generated: GeneratedCall) {
    const row = tally.row(generated)
    row.calls++
    const action = yield* port("/api/v1/fraud/detect", switchRequest(generated.call)).pipe(
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Verdict)),
      Effect.map((verdict) => verdict.action),
      Effect.catch(failed(row))
    )
    if (action !== undefined) {
      row.actions[action]++
      tally.answered++
    }
    if (action !== "block") yield* Effect.raceFirst(until(generated.call.endedAtMillis), Deferred.await(allAsked))
    yield* port("/api/v1/fraud/cdr", endOf(generated, action)).pipe(
      Effect.flatMap((response) => response.text),
      Effect.catch(failed(row))
    )
  })

  for (const generated of play.calls) {
    if (tally.nobodyThere) break
    yield* until(generated.call.atMillis)
    yield* openCalls.take(1)
    yield* FiberSet.run(fibers, one(generated).pipe(Effect.ensuring(openCalls.release(1)), Effect.asVoid))
  }
  yield* Deferred.succeed(allAsked, undefined)
  yield* FiberSet.awaitEmpty(fibers)
  const seconds = ((yield* Clock.currentTimeMillis) - beganMillis) / 1000
  return { rows: tally.rows, unreached: tally.unreached, seconds } satisfies Played
}, Effect.scoped)
