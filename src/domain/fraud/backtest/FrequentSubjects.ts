/** Subjects that are counted at once. */
const maxCounted = 2_000

/** Call ids that are kept of each. */
const maxSamples = 3

export interface SubjectCount {
  readonly subject: string
  /** Calls about it; less than there were when very many subjects came by. */
  readonly calls: number
  readonly callIds: ReadonlyArray<string>
}

interface Counted {
  calls: number
  readonly callIds: Array<string>
}

/**
 * Which subjects come most often, in bounded memory (Misra and Gries, 1982): a count is short of the truth by one call in
 * 2,000 at most, and exact while there are no more subjects than that.
 */
export class FrequentSubjects {
  readonly #counted = new Map<string, Counted>()

  add(subject: string, callId: string): void {
    const known = this.#counted.get(subject)
    if (known !== undefined) {
      known.calls += 1
      if (known.callIds.length < maxSamples) known.callIds.push(callId)
    } else if (this.#counted.size < maxCounted) {
      this.#counted.set(subject, { calls: 1, callIds: [callId] })
    } else {
      for (const [other, counted] of this.#counted) {
        counted.calls -= 1
        if (counted.calls === 0) this.#counted.delete(other)
      }
    }
  }

  /** The most frequent ones, most first. */
  top(count: number): ReadonlyArray<SubjectCount> {
    return [...this.#counted]
      .map(([subject, { callIds, calls }]) => ({ subject, calls, callIds }))
      .sort((one, other) => other.calls - one.calls || (one.subject < other.subject ? -1 : 1))
      .slice(0, count)
  }
}
