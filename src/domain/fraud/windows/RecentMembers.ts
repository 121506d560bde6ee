/** Numbers that each sighting takes: the member, the time, a note. */
const stride = 3

/**
 * The distinct members that were seen within a short window, exactly, with the time of each one's newest sighting and a
 * note on it. Bounded: when it is full, the oldest goes. A sighting as old as the window is out of it.
 */
export class RecentMembers {
  readonly #sightings: Array<number> = []
  #newestMillis = 0

  get size(): number {
    return this.#sightings.length / stride
  }

  /** The one member that is left, when that is also the one that was seen last. */
  get only(): { readonly member: number; readonly seenAt: number; readonly note: number } | undefined {
    const [member = 0, seenAt = 0, note = 0] = this.#sightings
    return this.size === 1 && seenAt === this.#newestMillis ? { member, seenAt, note } : undefined
  }

  note(place: number): number {
    return this.#sightings[place * stride + 2] ?? 0
  }

  /** How many were seen after that moment. */
  seenAfter(millis: number): number {
    let seen = 0
    for (let i = 1; i < this.#sightings.length; i += stride) if ((this.#sightings[i] ?? 0) > millis) seen += 1
    return seen
  }

  /** Adds a sighting, unless it is older than the window. */
  add(member: number, atMillis: number, note: number, windowMillis: number, maxMembers: number): void {
    if (atMillis > this.#newestMillis) this.#newestMillis = atMillis
    const since = this.#newestMillis - windowMillis
    const sightings = this.#sightings
    let known = -1
    for (let i = sightings.length - stride; i >= 0; i -= stride) {
      if ((sightings[i + 1] ?? 0) <= since) this.#remove(i)
    }
    if (atMillis <= since) return
    for (let i = 0; i < sightings.length && known < 0; i += stride) if (sightings[i] === member) known = i
    if (known < 0) {
      while (this.size >= maxMembers) this.#removeOldest()
      sightings.push(member, atMillis, note)
    } else if (atMillis > (sightings[known + 1] ?? 0)) {
      sightings[known + 1] = atMillis
      sightings[known + 2] = note
    }
  }

  #removeOldest(): void {
    const sightings = this.#sightings
    let oldest = 0
    for (let i = stride; i < sightings.length; i += stride) {
      if ((sightings[i + 1] ?? 0) < (sightings[oldest + 1] ?? 0)) oldest = i
    }
    this.#remove(oldest)
  }

  #remove(place: number): void {
    const sightings = this.#sightings
    const last = sightings.length - stride
    for (let i = 0; i < stride; i++) sightings[place + i] = sightings[last + i] ?? 0
    sightings.length = last
  }
}
