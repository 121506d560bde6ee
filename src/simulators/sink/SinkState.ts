/** Messages that are remembered; what comes on top is counted, and told apart no more. */
const maxMessages = 500_000

/** Messages that a report shows. */
const maxShown = 50

/** One message, however often it came. */
export interface SunkMessage {
  readonly messageId: string
  readonly clientId: string
  readonly domain: string
  readonly firstAt: string
  readonly queuedAt: string
  readonly times: number
}

export interface SinkReport {
  /** Requests that were taken, repeats included. */
  readonly received: number
  /** Different delivery keys. */
  readonly messages: number
  /** Requests whose delivery key had come before. */
  readonly repeats: number
  /** Requests whose signature was wrong or missing. */
  readonly unsigned: number
  readonly malformed: number
  /** Messages that came for the first time after one that their sender handed in later. */
  readonly outOfOrder: number
  readonly last: ReadonlyArray<SunkMessage>
}

export interface Arrival {
  readonly messageId: string
  readonly clientId: string
  readonly domain: string
  readonly sender: string
  readonly text: string
  readonly queuedAt: string
}

/** The number at the end of a text such as `hello #12`: senders that count let their order be checked exactly. */
const countOf = (text: string): number | undefined => {
  const match = /#(\d{1,15})$/.exec(text)
  return match === null ? undefined : Number(match[1])
}

/** What came to the sink since it was started or emptied. Texts and numbers are looked at, and not kept. */
export class SinkState {
  readonly #messages = new Map<string, SunkMessage>()
  /** How far each sender has come, by its domain and number. */
  readonly #reached = new Map<string, { readonly count: number | undefined; readonly queuedAt: string }>()
  #received = 0
  #repeats = 0
  #outOfOrder = 0
  unsigned = 0
  malformed = 0

  take(arrival: Arrival, at: string): void {
    const { clientId, domain, messageId, queuedAt } = arrival
    this.#received += 1
    const before = this.#messages.get(messageId)
    if (before !== undefined) {
      this.#repeats += 1
      this.#messages.set(messageId, { ...before, times: before.times + 1 })
      return
    }
    if (this.#messages.size >= maxMessages) return
    this.#messages.set(messageId, { messageId, clientId, domain, firstAt: at, queuedAt, times: 1 })
    this.#checkOrder(arrival)
  }

  #checkOrder({ domain, queuedAt, sender, text }: Arrival): void {
    const key = `${domain} ${sender}`
    const count = countOf(text)
    const before = this.#reached.get(key)
    const isLate =
      before !== undefined &&
      (count === undefined || before.count === undefined ? queuedAt < before.queuedAt : count < before.count)
    if (isLate) this.#outOfOrder += 1
    else this.#reached.set(key, { count, queuedAt })
  }

  /** In the order in which they came first. */
  messages(after: number, limit: number): ReadonlyArray<SunkMessage> {
    return [...this.#messages.values()].slice(after, after + limit)
  }

  report(): SinkReport {
    return {
      received: this.#received,
      messages: this.#messages.size,
      repeats: this.#repeats,
      unsigned: this.unsigned,
      malformed: this.malformed,
      outOfOrder: this.#outOfOrder,
      last: [...this.#messages.values()].slice(-maxShown)
    }
  }

  clear(): void {
    this.#messages.clear()
    this.#reached.clear()
    this.#received = 0
    this.#repeats = 0
    this.#outOfOrder = 0
    this.unsigned = 0
    this.malformed = 0
  }
}
