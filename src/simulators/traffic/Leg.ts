import type { Attestation } from "../../domain/fraud/CallAttempt.ts"
import type { FraudLabel } from "./Labels.ts"
import type { Rng } from "./Rng.ts"
import type { Trunk } from "./Trunk.ts"

/** How a call went. */
export interface Outcome {
  readonly ringMillis: number
  /** 0 when it was not answered. */
  readonly durationMillis: number
  readonly sipCode: number
}

/** A call before it has an id and a label. */
export interface Leg {
  readonly atMillis: number
  readonly aNumber: string
  readonly bNumber: string
  readonly assertedNumber: string
  readonly displayName: string
  readonly region: string
  readonly attestation: Attestation
  readonly trunk: Trunk
  readonly outcome: Outcome
  /** What this call is by definition besides the fraud that it is part of. */
  readonly also?: FraudLabel
}

const longestMillis = 7_200_000
const shortestMillis = 400

export const answered = (ringMillis: number, durationMillis: number): Outcome => ({
  ringMillis: Math.max(100, Math.floor(ringMillis)),
  durationMillis: Math.floor(Math.min(Math.max(durationMillis, shortestMillis), longestMillis)),
  sipCode: 200
})

export const failed = (sipCode: number, ringMillis: number): Outcome => ({
  ringMillis: Math.max(50, Math.floor(ringMillis)),
  durationMillis: 0,
  sipCode
})

/** The caller hangs up while it rings (SIP 487). */
export const givenUp = (ringMillis: number): Outcome => failed(487, ringMillis)

/** How calls that people do not take end: nobody there, busy, switched off, no such number, no way through. */
export const notAnswered = (rng: Rng): Outcome => {
  const chance = rng.next()
  if (chance < 0.3) return failed(486, rng.within(600, 3500))
  if (chance < 0.58) return failed(480, rng.within(25_000, 45_000))
  if (chance < 0.78) return givenUp(rng.within(6000, 30_000))
  if (chance < 0.93) return failed(480, rng.within(1500, 5000))
  return chance < 0.98 ? failed(404, rng.within(300, 1500)) : failed(503, rng.within(100, 900))
}

/** A call between people: answered with this probability, then as long as people talk. */
export const talk = (rng: Rng, answerRate: number, medianMillis: number, sigma: number): Outcome =>
  rng.next() < answerRate
    ? answered(2500 + 6000 * rng.exponential(), rng.logNormal(medianMillis, sigma))
    : notAnswered(rng)
