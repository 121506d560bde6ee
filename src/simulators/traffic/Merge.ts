import type { Campaign } from "./Campaign.ts"
import type { Leg } from "./Leg.ts"
import type { Population } from "./Population.ts"
import { Rng } from "./Rng.ts"

/** A campaign that is under way, with its next call. */
interface Acting {
  readonly campaign: Campaign
  readonly next: () => Leg
  leg: Leg
  left: number
}

const earlier = (one: Acting, other: Acting) =>
  one.leg.atMillis < other.leg.atMillis ||
  (one.leg.atMillis === other.leg.atMillis && one.campaign.stream < other.campaign.stream)

/** The calls of many campaigns in order of time. Only those under way take memory, each for one call ahead. */
export class Merge {
  readonly #seed: number
  readonly #population: Population
  readonly #campaigns: ReadonlyArray<Campaign>
  #opened = 0
  readonly #heap: Array<Acting> = []

  /** @param campaigns In order of their beginnings. */
  constructor(seed: number, population: Population, campaigns: ReadonlyArray<Campaign>) {
    this.#seed = seed
    this.#population = population
    this.#campaigns = campaigns
  }

  /** When the next call is; infinite when there is none. */
  peek(): number {
    for (;;) {
      const top = this.#heap[0]?.leg.atMillis ?? Infinity
      const waiting = this.#campaigns[this.#opened]
      if (waiting === undefined || waiting.startMillis > top) return top
      this.#opened++
      this.#open(waiting)
    }
  }

  /** Takes the call that `peek` told of. */
  take(): { readonly leg: Leg; readonly campaign: Campaign } | undefined {
    const top = this.#heap[0]
    if (top === undefined) return undefined
    const taken = { leg: top.leg, campaign: top.campaign }
    if (--top.left > 0) {
      top.leg = top.next()
    } else {
      const last = this.#heap.pop()
      if (last !== undefined && last !== top) this.#heap[0] = last
    }
    this.#sink()
    return taken
  }

  #open(campaign: Campaign): void {
    const rng = new Rng(this.#seed, campaign.stream)
    const next = campaign.scenario.open({ ...campaign, rng, population: this.#population })
    const acting = { campaign, next, leg: next(), left: campaign.size }
    const heap = this.#heap
    let hole = heap.push(acting) - 1
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !earlier(acting, above)) break
      heap[hole] = above
      hole = parent
    }
    heap[hole] = acting
  }

  #sink(): void {
    const heap = this.#heap
    const moving = heap[0]
    if (moving === undefined) return
    let hole = 0
    for (;;) {
      const left = heap[2 * hole + 1]
      const right = heap[2 * hole + 2]
      const useRight = left !== undefined && right !== undefined && earlier(right, left)
      const child = useRight ? right : left
      if (child === undefined || !earlier(child, moving)) break
      heap[hole] = child
      hole = 2 * hole + (useRight ? 2 : 1)
    }
    heap[hole] = moving
  }
}
