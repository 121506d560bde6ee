import { Context, Effect, Layer } from "effect"
import { GatewayDirectory } from "./GatewayDirectory.ts"

/** A call that nobody ended is over after this long: no CDR of it will come any more. */
export const maxCallMillis = 12 * 3_600_000

/** Calls that one node counts at once; beyond, the oldest is taken for ended. */
export const maxCalls = 500_000

/** Limits of one gateway, as its directory entry has them. */
export interface AdmissionLimits {
  readonly maxCallsPerSecond: number
  readonly maxConcurrentCalls: number
}

/** `unknown`: no such gateway, so nothing is counted. */
export type Admitted = "admitted" | "tooManyPerSecond" | "tooManyAtOnce" | "unknown"

interface Load {
  tokens: number
  refilledAtMillis: number
  concurrent: number
}

interface Call {
  readonly gatewayId: string
  readonly startedAtMillis: number
}

/** A token bucket of one second and a count of calls under way, for each gateway. Times are the caller's clock. */
export const makeAdmission = (limitsOf: (gatewayId: string) => AdmissionLimits | undefined) => {
  const loads = new Map<string, Load>()
  // In the order of their start, so that those that nobody ended are found at the front.
  const calls = new Map<string, Call>()

  const end = (callId: string): boolean => {
    const call = calls.get(callId)
    if (call === undefined) return false
    calls.delete(callId)
    const load = loads.get(call.gatewayId)
    if (load === undefined) return true
    load.concurrent = Math.max(0, load.concurrent - 1)
    return true
  }

  const clearAway = (nowMillis: number) => {
    for (const [callId, { startedAtMillis }] of calls) {
      if (calls.size < maxCalls && nowMillis - startedAtMillis < maxCallMillis) return
      end(callId)
    }
  }

  const loadOf = (gatewayId: string, limits: AdmissionLimits, nowMillis: number): Load => {
    const load = loads.get(gatewayId)
    if (load === undefined) {
      const fresh = { tokens: limits.maxCallsPerSecond, refilledAtMillis: nowMillis, concurrent: 0 }
      loads.set(gatewayId, fresh)
      return fresh
    }
    const passedMillis = Math.max(0, nowMillis - load.refilledAtMillis)
    load.tokens = Math.min(limits.maxCallsPerSecond, load.tokens + (passedMillis * limits.maxCallsPerSecond) / 1_000)
    load.refilledAtMillis = Math.max(load.refilledAtMillis, nowMillis)
    return load
  }

  return {
    /** Asks for one call. The same call again, as a retransmission is, is admitted and counts once. */
    attempt: (gatewayId: string, callId: string, nowMillis: number): Admitted => {
      clearAway(nowMillis)
      if (calls.has(callId)) return "admitted"
      const limits = limitsOf(gatewayId)
      if (limits === undefined) {
        // A gateway that is gone leaves no load behind; its calls end by themselves.
        loads.delete(gatewayId)
        return "unknown"
      }
      const load = loadOf(gatewayId, limits, nowMillis)
      if (load.concurrent >= limits.maxConcurrentCalls) return "tooManyAtOnce"
      if (load.tokens < 1) return "tooManyPerSecond"
      load.tokens -= 1
      load.concurrent += 1
      calls.set(callId, { gatewayId, startedAtMillis: nowMillis })
      return "admitted"
    },
    /** The call is over, or was refused after all. False: it is not under way, so nothing changes. */
    ended: end,
    /** Calls of a gateway that are under way on this node. */
    concurrentOf: (gatewayId: string): number => loads.get(gatewayId)?.concurrent ?? 0
  }
}

/**
 * How many calls a gateway may bring to this node: at once, and in a second. Each node has its own count, so that nobody
 * waits for another; divide a gateway's limits by the nodes that share its calls.
 */
export class GatewayAdmission extends Context.Service<GatewayAdmission, ReturnType<typeof makeAdmission>>()(
  "tandem/layers/fraud/GatewayAdmission"
) {
  static readonly layer: Layer.Layer<GatewayAdmission, never, GatewayDirectory> = Layer.effect(
    GatewayAdmission,
    Effect.map(GatewayDirectory, (directory) => GatewayAdmission.of(makeAdmission(directory.get)))
  )
}
