import type { Attestation } from "../../domain/fraud/CallAttempt.ts"
import type { Leg, Outcome } from "./Leg.ts"
import { talk } from "./Leg.ts"
import { elsewhere, foreignNumber, partners } from "./NumberPlan.ts"
import type { Population } from "./Population.ts"
import type { Rng } from "./Rng.ts"
import { mix } from "./Rng.ts"
import { internationalTrunk } from "./Trunk.ts"

/** Unanswered calls that may be tried again; the oldest is forgotten first. */
const retriesMax = 512
const retryAfterMillis = 25_000
const answerRate = 0.68
const fromAbroad = 0.025
const withheld = 0.012

interface Retry {
  readonly caller: number
  /** Index of the called subscriber, -1 when it is none. */
  readonly called: number
  readonly number: string
  readonly dueAtMillis: number
}

/** Ordinary people's calls: a few contacts most of the time, retries and calls back, companies, family abroad. */
export class Ordinary {
  readonly #rng: Rng
  readonly #population: Population
  readonly #retries: Array<Retry | undefined> = Array.from({ length: retriesMax })
  #oldest = 0
  #waiting = 0

  constructor(rng: Rng, population: Population) {
    this.#rng = rng
    this.#population = population
  }

  leg(atMillis: number): Leg {
    const rng = this.#rng
    const chance = rng.next()
    if (chance < fromAbroad) return this.#incoming(atMillis)
    const retry = chance < 0.4 ? this.#dueRetry(atMillis) : undefined
    if (retry !== undefined) {
      return retry.called >= 0 && rng.chance(0.35)
        ? this.#dial(atMillis, retry.called, retry.caller, this.#population.number(retry.caller))
        : this.#dial(atMillis, retry.caller, retry.called, retry.number)
    }
    const caller = this.#population.caller(rng)
    const whom = rng.next()
    if (whom < 0.05) return this.#dial(atMillis, caller, -1, this.#population.company(rng))
    if (whom < 0.07) return this.#dial(atMillis, caller, -1, this.#population.abroad(caller, rng))
    const contact = whom < 0.1 ? this.#population.anyone(rng) : this.#population.contact(caller, rng)
    const called = contact === caller ? (contact + 1) % this.#population.count : contact
    return this.#dial(atMillis, caller, called, this.#population.number(called))
  }

  #dial(atMillis: number, caller: number, called: number, bNumber: string): Leg {
    const rng = this.#rng
    const population = this.#population
    const outcome = talk(rng, answerRate, 62_000, 1.15)
    if (outcome.sipCode !== 200 && outcome.sipCode !== 404) this.#keep(atMillis, caller, called, bNumber, outcome)
    const hidden = rng.chance(withheld)
    const number = population.number(caller)
    return {
      atMillis,
      aNumber: hidden ? "" : number,
      bNumber,
      assertedNumber: population.asserted(caller, number),
      displayName: hidden ? "Anonymous" : "",
      region: population.region(caller, atMillis),
      attestation: population.attestation(caller),
      trunk: population.trunk(caller),
      outcome
    }
  }

  #incoming(atMillis: number): Leg {
    const rng = this.#rng
    const country = rng.pick(rng.chance(0.75) ? partners : elsewhere)
    const called = this.#population.caller(rng)
    const aNumber = foreignNumber(country, mix(called) + rng.below(2))
    const quality = mix(called ^ country.region.charCodeAt(0)) % 100
    const unsure: Attestation = quality < 60 ? "missing" : "C"
    return {
      atMillis,
      aNumber,
      bNumber: this.#population.number(called),
      assertedNumber: quality % 2 === 0 ? aNumber : "",
      displayName: "",
      region: country.region,
      attestation: quality < 85 ? unsure : "B",
      trunk: internationalTrunk(country.region, "transit"),
      outcome: talk(rng, answerRate, 110_000, 1.1)
    }
  }

  #keep(atMillis: number, caller: number, called: number, number: string, outcome: Outcome): void {
    if (this.#waiting === retriesMax) {
      this.#oldest = (this.#oldest + 1) % retriesMax
      this.#waiting--
    }
    const dueAtMillis = atMillis + outcome.ringMillis + retryAfterMillis * (0.2 + 2 * this.#rng.exponential())
    this.#retries[(this.#oldest + this.#waiting++) % retriesMax] = { caller, called, number, dueAtMillis }
  }

  #dueRetry(atMillis: number): Retry | undefined {
    const oldest = this.#retries[this.#oldest]
    if (this.#waiting === 0 || oldest === undefined || oldest.dueAtMillis > atMillis) return undefined
    this.#retries[this.#oldest] = undefined
    this.#oldest = (this.#oldest + 1) % retriesMax
    this.#waiting--
    return oldest
  }
}
