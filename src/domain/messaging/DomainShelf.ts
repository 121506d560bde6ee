import type { QueuedMessage } from "./Queue.ts"

/** Messages and waiting senders of one domain that a node remembers; above, it asks for no more of that domain. */
export const maxHeldPerDomain = 2_000
export const maxWaitingPerDomain = 10_000

/** The messages of one sender that are known, the first one first. */
export class Line<M extends QueuedMessage> {
  readonly key: string
  readonly lane: number
  readonly domain: string
  readonly messages: Array<M>
  /** The first one is being sent. */
  isBusy = false

  constructor(key: string, lane: number, first: M) {
    this.key = key
    this.lane = lane
    this.domain = first.domain
    this.messages = [first]
  }

  add(message: M): void {
    let place = this.messages.length
    while (place > (this.isBusy ? 1 : 0) && (this.messages[place - 1]?.seq ?? 0) > message.seq) place -= 1
    this.messages.splice(place, 0, message)
  }
}

/** What a node knows of one domain. */
export class DomainShelf<M extends QueuedMessage> {
  readonly name: string
  readonly lines = new Set<Line<M>>()
  /** Lines whose first message may go, the longest waiting one first. */
  readonly ready = new Set<Line<M>>()
  /** Messages that are known. */
  held = 0
  /** Senders whose first message has to wait. */
  waiting = 0
  inFlight = 0
  shutUntilMillis: number | undefined = undefined

  constructor(name: string) {
    this.name = name
  }

  /** Whether to ask for more of this domain; of one that was in trouble one message is enough to try. */
  takes(nowMillis: number): boolean {
    if (this.held >= maxHeldPerDomain || this.waiting >= maxWaitingPerDomain) return false
    return this.shutUntilMillis === undefined || (nowMillis >= this.shutUntilMillis && this.held === 0)
  }

  open(key: string, lane: number, first: M): Line<M> {
    const line = new Line(key, lane, first)
    this.lines.add(line)
    this.ready.add(line)
    return line
  }

  start(line: Line<M>): void {
    line.isBusy = true
    this.ready.delete(line)
    this.inFlight += 1
  }

  /** Takes a line away with all that it holds. */
  take(line: Line<M>): void {
    this.lines.delete(line)
    this.ready.delete(line)
    this.held -= line.messages.length
  }
}
