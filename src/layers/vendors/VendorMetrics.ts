import { Clock, Effect, Exit, Metric, Option } from "effect"
import { VendorError } from "./VendorError.ts"

const calls = Metric.counter("tandem_vendor_calls_total", {
  description: "Calls to vendors by outcome: ok, refused (a business refusal) or the reason of the error",
  incremental: true
})

const seconds = Metric.histogram("tandem_vendor_call_seconds", {
  description: "Duration of a call to a vendor with all its waits and tries",
  boundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
})

/** A span and two metrics around one call. */
export const observeCall =
  (vendor: string, operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      return yield* effect.pipe(
        Effect.onExit((exit) => record(vendor, operation, startedAt, exit)),
        Effect.withSpan(`${vendor}.${operation}`, { kind: "client", attributes: { vendor, operation } })
      )
    })

const record = Effect.fnUntraced(function* <A, E>(
  vendor: string,
  operation: string,
  startedAt: number,
  exit: Exit.Exit<A, E>
) {
  const outcome = outcomeOf(exit)
  const elapsed = (yield* Clock.currentTimeMillis) - startedAt
  yield* Metric.update(Metric.withAttributes(calls, { vendor, operation, outcome }), 1)
  yield* Metric.update(Metric.withAttributes(seconds, { vendor, operation }), elapsed / 1000)
  yield* Effect.annotateCurrentSpan({ outcome })
})

const outcomeOf = <A, E>(exit: Exit.Exit<A, E>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error instanceof VendorError) return error.reason
  return error === undefined ? "interrupted" : "refused"
}
