import type { Rng } from "./Rng.ts"

/**
 * `count` instants at random within a time, one after the other: the order statistics of a uniform distribution, made in
 * order, so that nothing is kept or sorted.
 */
export const spread = (rng: Rng, startMillis: number, spanMillis: number, count: number): (() => number) => {
  let rest = 1
  let left = count
  return () => {
    if (left > 0) rest *= Math.exp(-rng.exponential() / left--)
    return startMillis + spanMillis * (1 - rest)
  }
}

export interface Beat {
  readonly atMillis: number
  /** Which burst, and which call of it, both from 0. */
  readonly burst: number
  readonly position: number
}

/** Bursts of the given sizes at random within a time, none before the one before it has ended. */
export const bursts = (
  rng: Rng,
  startMillis: number,
  spanMillis: number,
  sizes: ReadonlyArray<number>,
  burstMillis: () => number
): (() => Beat) => {
  const start = spread(rng, startMillis, spanMillis, sizes.length)
  let burst = -1
  let position = 0
  let from = startMillis
  let length = 0
  let next = () => startMillis
  return () => {
    if (burst < 0 || position >= (sizes[burst] ?? 0)) {
      burst++
      position = 0
      from = Math.max(start(), from + length)
      length = burstMillis()
      next = spread(rng, from, length, Math.max(1, (sizes[burst] ?? 1) - 1))
    }
    return { atMillis: position === 0 ? from : next(), burst, position: position++ }
  }
}

/** Parts of a whole, each of at least `least` and about `typical`; the last one takes what would be too small. */
export const parts = (whole: number, least: number, typical: () => number): ReadonlyArray<number> => {
  const sizes: Array<number> = []
  let left = whole
  while (left > 0) {
    const size = Math.max(least, Math.floor(typical()))
    const taken = left - size < least ? left : size
    sizes.push(taken)
    left -= taken
  }
  return sizes
}
