const golden = 0x9e3779b9
const twoTo32 = 0x1_0000_0000

/** Spreads a whole number over 32 bits (the finaliser of MurmurHash3), so that neighbours have nothing in common. */
export const mix = (value: number): number => {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Chance that is the same for the same seed and stream: the generator sfc32 of PractRand. */
export class Rng {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param stream Numbers of different streams of one seed have nothing to do with each other. */
  constructor(seed: number, stream: number) {
    this.#a = mix(seed)
    this.#b = mix(Math.floor(seed / twoTo32) ^ golden)
    this.#c = mix(Math.imul(stream + 1, golden))
    for (let round = 0; round < 12; round++) this.next()
  }

  /** From 0 to below 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / twoTo32
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** A number of the interval. */
  within(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<A>(values: readonly [A, ...ReadonlyArray<A>]): A {
    return values[this.below(values.length)] ?? values[0]
  }

  /** With mean 1. */
  exponential(): number {
    return -Math.log(1 - this.next())
  }

  normal(mean: number, deviation: number): number {
    return mean + deviation * Math.sqrt(2 * this.exponential()) * Math.cos(2 * Math.PI * this.next())
  }

  /** `sigma` is the deviation of the logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(this.normal(0, sigma))
  }
}
