import type { Line } from "./DomainShelf.ts"
import type { LaneLease, QueuedMessage, Sight } from "./Queue.ts"

/** Messages of one lane that a node knows ahead; it asks for more when half of them are gone. */
export const maxKnownPerLane = 64

/**
 * A message may become visible after one with a greater seq, until the transactions have ended that were under way when the
 * greater one was seen. Until then, or at least until this time is over, the same part of a lane is looked at again; from
 * time to time all of it is.
 */
export const lookBackMillis = 10_000
export const lookAtAllMillis = 60_000

interface WaitingLine {
  readonly domain: string
  /** Of its first message. */
  readonly seq: number
  readonly untilMillis: number
}

/** What a node knows of one lane, and how far it has looked. */
export class LaneShelf<M extends QueuedMessage> {
  readonly lease: LaneLease
  readonly lines = new Map<string, Line<M>>()
  readonly waiting = new Map<string, WaitingLine>()
  /** Seqs that need not be loaded: waiting here, under way, or not yet written down. */
  readonly known = new Set<number>()
  /** Those of them whose end is not yet written down. */
  readonly unsettled = new Set<number>()
  underWay = 0
  isDraining = false
  /** Nothing up to here needs to be looked at. */
  #afterSeq = 0
  /** Where the next look begins, when that is before. */
  #onceAfterSeq: number | undefined = undefined
  #reached = 0
  #reachedBefore = Number.POSITIVE_INFINITY
  #reachedAtMillis = 0
  #lookedAtAllMillis = 0

  constructor(lease: LaneLease) {
    this.lease = lease
  }

  get room(): number {
    return maxKnownPerLane - this.known.size
  }

  get isIdle(): boolean {
    return this.underWay === 0 && this.unsettled.size === 0
  }

  ask(nowMillis: number) {
    if (nowMillis - this.#lookedAtAllMillis >= lookAtAllMillis) {
      this.#lookedAtAllMillis = nowMillis
      this.rescan(0)
    }
    const afterSeq = Math.min(this.#afterSeq, this.#onceAfterSeq ?? this.#afterSeq)
    this.#onceAfterSeq = undefined
    return { ...this.lease, afterSeq, room: this.room }
  }

  /** Everything up to here was looked at that could be seen. */
  cameTo(seq: number, { firstToCome, oldestOpen }: Omit<Sight, "head">, nowMillis: number): void {
    // It began before the usual place and did not come so far.
    if (seq < this.#afterSeq) return this.rescan(seq)
    if (oldestOpen < this.#reachedBefore && nowMillis - this.#reachedAtMillis < lookBackMillis) return
    // A look that was asked for less may have come further than this one.
    this.#afterSeq = Math.max(this.#afterSeq, Math.min(this.#reached, seq))
    this.#reached = seq
    this.#reachedAtMillis = nowMillis
    this.#reachedBefore = firstToCome
  }

  /** Looks once more at what comes after this seq. */
  rescan(afterSeq: number): void {
    this.#onceAfterSeq = Math.min(afterSeq, this.#onceAfterSeq ?? afterSeq)
  }

  /**
   * Senders that have waited long enough are looked for again; their domains. One whose last attempt is not yet written down
   * waits on: the next look leaves that message out, and would find the one after it.
   */
  wake(nowMillis: number): ReadonlyArray<string> {
    const woken: Array<string> = []
    for (const [key, { domain, seq, untilMillis }] of this.waiting) {
      if (untilMillis > nowMillis || this.unsettled.has(seq)) continue
      this.waiting.delete(key)
      this.rescan(seq - 1)
      woken.push(domain)
    }
    return woken
  }
}
