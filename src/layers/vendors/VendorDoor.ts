import type { Effect } from "effect"
import { Context } from "effect"
import type { VendorError } from "./VendorError.ts"

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
  readonly call: <A, E, R>(
    options: CallOptions,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | VendorError, R>
  readonly state: Effect.Effect<VendorState>
}

/** Every outside call goes through a door: deadline, retries, circuit breaker, bulkhead, rate limit, span and metrics. */
export class VendorDoor extends Context.Service<
  VendorDoor,
  {
    readonly make: (options: DoorOptions) => Effect.Effect<Door>
    /** All doors that were made, sorted by vendor. */
    readonly states: Effect.Effect<ReadonlyArray<VendorState>>
  }
>()("tandem/layers/VendorDoor") {}
