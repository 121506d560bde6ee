import type { Leg } from "./Leg.ts"
import type { Population } from "./Population.ts"
import type { Rng } from "./Rng.ts"

/** What one campaign or one honest caller is given to act with. */
export interface Stage {
  readonly rng: Rng
  readonly population: Population
  readonly startMillis: number
  readonly spanMillis: number
  /** How many calls it makes. */
  readonly size: number
  /** 0: as in the textbook; near 1: slow, mixed and jittered, so that simple thresholds miss it. */
  readonly difficulty: number
  /** Which of its kind acts; the same one has the same numbers another day. */
  readonly identity: number
}

export interface Scenario {
  /** Fewest calls that show what it is. */
  readonly least: number
  /** How many calls it makes when nothing limits it. */
  readonly size: (rng: Rng) => number
  readonly spanMillis: (rng: Rng, size: number, difficulty: number) => number
  /** Local hours in which it begins; none: at any time. */
  readonly hours?: ReadonlyArray<readonly [from: number, to: number]>
  /** Gives its calls one by one, in order of time; asked `size` times. */
  readonly open: (stage: Stage) => () => Leg
}

/** From this difficulty on, fraud may stay below the thresholds that are publicly known. */
export const evasiveFrom = 0.8

export const minuteMillis = 60_000
export const hourMillis = 3_600_000

/** From `plain` at difficulty 0 to `hard` at 1. */
export const harder = (difficulty: number, plain: number, hard: number): number => plain + (hard - plain) * difficulty
