import type { Attestation } from "../../domain/fraud/CallAttempt.ts"
import type { Country } from "./NumberPlan.ts"
import {
  carrierOf,
  carriers,
  foreignNumber,
  highCost,
  mobileNumber,
  mobileNumbers,
  partners,
  seven
} from "./NumberPlan.ts"
import type { Rng } from "./Rng.ts"
import { mix } from "./Rng.ts"
import type { Trunk } from "./Trunk.ts"
import { nationalTrunk } from "./Trunk.ts"

/** States of Nigeria by ISO 3166-2, the populous ones more than once. */
const states = "LA LA LA LA KN KN KN FC FC RI RI OY OY KD EN AN ED OG PL BO".split(" ").map((code) => `NG-${code}`)

const dayMillis = 86_400_000
/** Has no factor in common with the count of mobile numbers (powers of 2, 5 and 17), so no two indices share a number. */
const stride = 137_438_691
const companies = 400

/** How heavy the tail is: the busiest of 100,000 subscribers calls about twenty times as often as the middle one. */
const tail = 1.35

/**
 * The subscribers of the country. Who somebody is follows from their index alone, so a million of them need no memory.
 * Indices from `count` on belong to people and machines outside the ordinary population.
 */
export class Population {
  readonly count: number
  readonly #salt: number

  constructor(seed: number, count: number) {
    this.count = count
    this.#salt = mix(seed ^ 0x5bd1e995)
  }

  /** Something about a subscriber that never changes. */
  trait(index: number, what: number): number {
    return mix(index ^ Math.imul(what + 1, 0x27d4eb2f) ^ this.#salt)
  }

  #place(index: number): number {
    return (index * stride + this.#salt) % mobileNumbers
  }

  number(index: number): string {
    return mobileNumber(this.#place(index))
  }

  /** A caller; some call much more often than others. */
  caller(rng: Rng): number {
    return Math.floor(this.count * rng.next() ** tail)
  }

  anyone(rng: Rng): number {
    return rng.below(this.count)
  }

  /** Where the subscriber is on that day: mostly at home. */
  region(index: number, atMillis: number): string {
    const away = this.trait(index, 1 + Math.floor(atMillis / dayMillis))
    const home = this.trait(index, 0)
    return states[(away % 100 < 4 ? away >>> 8 : home) % states.length] ?? "NG-LA"
  }

  /** The way in of the subscriber's calls. One number in seventeen was ported to another operator. */
  trunk(index: number): Trunk {
    const chance = this.trait(index, -2)
    const carrier = carrierOf(this.#place(index))
    const ported = chance % 17 === 0
    return nationalTrunk(ported ? (carrier + 1) % carriers.length : carrier, chance >>> 8)
  }

  /** Old interconnects carry no PASSporT, and some no asserted identity either. */
  attestation(index: number): Attestation {
    const chance = this.trait(index, -3) % 100
    if (chance < 80) return "A"
    return chance < 88 ? "B" : "missing"
  }

  /** The asserted identity that comes with the subscriber's calls, given the number. */
  asserted(index: number, number: string): string {
    return this.trait(index, -3) % 100 < 93 ? number : ""
  }

  /** One of the subscriber's contacts, the nearest ones most often. */
  contact(index: number, rng: Rng): number {
    const circle = 5 + Math.floor(120 * (this.trait(index, -4) / 0x1_0000_0000) ** 3)
    return this.trait(index, 1000 + Math.floor(circle * rng.next() ** 2.5)) % this.count
  }

  /** A company's line: fixed, or a universal access number. */
  company(rng: Rng): string {
    const trait = this.trait(Math.floor(companies * rng.next() ** 2), -5)
    return trait % 5 === 0
      ? `+234700${seven(trait)}`
      : `+2342${trait % 3 === 0 ? "09" : "01"}${seven(2e6 + (trait % 7e6))}`
  }

  /** Somebody abroad whom the subscriber knows, or now and then a number in a costly country. */
  abroad(index: number, rng: Rng): string {
    const trait = this.trait(index, -6)
    const country: Country = (rng.chance(0.02) ? highCost : partners)[trait % 6] ?? partners[0]
    return foreignNumber(country, trait + rng.below(3))
  }
}
