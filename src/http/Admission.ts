import { Context, Effect, Layer, Semaphore } from "effect"
import { busyRetryAfterSeconds, maxInFlight, maxQueued } from "./ServerLimits.ts"
import { ServerBusy } from "./ServerProblems.ts"

export interface AdmissionLimits {
  readonly maxInFlight: number
  readonly maxQueued: number
}

/** Lets so many requests be worked on at once, and so many wait; the rest are told to come back. */
export class Admission extends Context.Service<
  Admission,
  {
    readonly admit: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ServerBusy, R>
    /** Requests that are being worked on or wait. */
    readonly admitted: Effect.Effect<number>
  }
>()("tandem/http/Admission") {
  static readonly layerWith = (limits: AdmissionLimits) =>
    Layer.sync(Admission, () => {
      const turns = Semaphore.makeUnsafe(limits.maxInFlight)
      let admitted = 0
      const enter = Effect.suspend(() => {
        if (admitted >= limits.maxInFlight + limits.maxQueued) return Effect.fail(busy)
        admitted += 1
        return Effect.void
      })
      const leave = Effect.sync(() => {
        admitted -= 1
      })
      return Admission.of({
        admit: (effect) =>
          Effect.acquireUseRelease(
            enter,
            () => turns.withPermit(effect),
            () => leave
          ),
        admitted: Effect.sync(() => admitted)
      })
    })

  static readonly layer = Admission.layerWith({ maxInFlight, maxQueued })
}

const busy = new ServerBusy({
  detail: "Nothing was done. Send the same request again a little later.",
  retryAfterSeconds: busyRetryAfterSeconds
})
