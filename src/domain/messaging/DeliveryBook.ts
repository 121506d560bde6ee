import { DomainShelf, type Line } from "./DomainShelf.ts"
import { LaneShelf, maxKnownPerLane } from "./LaneShelf.ts"
import type { LaneLease, QueuedMessage, QueueQuestion, Sight } from "./Queue.ts"
import { lineOf } from "./Queue.ts"

/** A message that is being sent, and the line that waits for it. */
export interface Underway<M extends QueuedMessage> {
  readonly message: M
  readonly lease: LaneLease
  readonly line: Line<M>
}

/**
 * What a node knows of the messages in its lanes, and which of them may go now: of each sender only the first, and none
 * while that one waits for its next attempt. Not more than a bounded number is known ahead; what has to wait is forgotten
 * and asked for again, so that neither a sender nor a whole domain in trouble fills the room of the others.
 */
export class DeliveryBook<M extends QueuedMessage> {
  readonly #lanes = new Map<number, LaneShelf<M>>()
  readonly #domains = new Map<string, DomainShelf<M>>()
  #routes: ReadonlySet<string> = new Set()
  #askedFor = new Set<string>()
  #inFlight = 0

  get inFlight(): number {
    return this.#inFlight
  }

  /** Lanes of which nothing is under way. */
  get idle(): ReadonlyArray<LaneLease> {
    return [...this.#lanes.values()].flatMap(({ isIdle, lease }) => (isIdle ? [lease] : []))
  }

  /** The lanes that the node holds now. Of one that it lost, also for a moment, everything is forgotten. */
  hold(leases: ReadonlyArray<LaneLease>): void {
    const held = new Map(leases.map((lease) => [lease.lane, lease]))
    for (const { lease } of this.#lanes.values()) {
      if (held.get(lease.lane)?.epoch !== lease.epoch) this.drop(lease)
    }
    for (const lease of leases) if (!this.#lanes.has(lease.lane)) this.#lanes.set(lease.lane, new LaneShelf(lease))
  }

  /** The lane is somebody else's. What is under way of it may end, and nothing follows from that. */
  drop({ epoch, lane }: LaneLease): void {
    const shelf = this.#lanes.get(lane)
    if (shelf === undefined || shelf.lease.epoch !== epoch) return
    this.#lanes.delete(lane)
    for (const line of shelf.lines.values()) this.#domain(line.domain).take(line)
    for (const { domain } of shelf.waiting.values()) this.#domain(domain).waiting -= 1
  }

  /** Starts nothing more of so many lanes, so that they can be given back once nothing of them is under way. */
  drain(count: number): void {
    const draining = [...this.#lanes.values()].filter((shelf) => shelf.isDraining).length
    const others = [...this.#lanes.values()].filter((shelf) => !shelf.isDraining)
    for (const shelf of others.slice(0, Math.max(0, count - draining))) {
      shelf.isDraining = true
      for (const line of shelf.lines.values()) this.#forget(shelf, line)
    }
  }

  /** Lanes that are to be given back and of which nothing is under way. */
  drained(): ReadonlyArray<LaneLease> {
    return [...this.#lanes.values()].flatMap((shelf) => (shelf.isDraining && shelf.isIdle ? [shelf.lease] : []))
  }

  /** Domains whose messages have somewhere to go. */
  route(domains: Iterable<string>): void {
    this.#routes = new Set(domains)
    for (const name of this.#domains.keys()) if (!this.#routes.has(name)) this.#forgetAll(name)
  }

  /** Nothing of the domain goes out until then; after that one message tries, until {@link reopen} is told. */
  shut(domain: string, untilMillis: number): void {
    this.#domain(domain).shutUntilMillis = untilMillis
    this.#forgetAll(domain)
  }

  reopen(domain: string): void {
    this.#domain(domain).shutUntilMillis = undefined
  }

  /** Domains that were shut and have not been reopened. */
  troubled(): ReadonlyArray<string> {
    return [...this.#domains.values()].flatMap(({ name, shutUntilMillis }) =>
      shutUntilMillis === undefined ? [] : [name]
    )
  }

  /** Domains with messages that could go. */
  eager(): ReadonlyArray<string> {
    return [...this.#domains.values()].flatMap(({ name, ready }) => (ready.size === 0 ? [] : [name]))
  }

  /** Looks at all that was passed over once more. */
  rescan(): void {
    for (const shelf of this.#lanes.values()) shelf.rescan(0)
  }

  /** What to ask the database for; undefined when there is room for nothing. */
  question(nowMillis: number): QueueQuestion | undefined {
    for (const shelf of this.#lanes.values()) {
      for (const domain of shelf.wake(nowMillis)) this.#domain(domain).waiting -= 1
    }
    const domains = [...this.#routes].filter((name) => this.#domains.get(name)?.takes(nowMillis) !== false)
    // What was left out of the last look may lie before the place that it came to.
    if (domains.some((name) => !this.#askedFor.has(name))) this.rescan()
    this.#askedFor = new Set(domains)
    const lanes = [...this.#lanes.values()].filter((shelf) => !shelf.isDraining && shelf.room >= maxKnownPerLane / 2)
    if (lanes.length === 0 || domains.length === 0) return undefined
    return {
      lanes: lanes.map((shelf) => shelf.ask(nowMillis)),
      domains,
      known: lanes.flatMap(({ known }) => [...known]),
      leftOut: lanes.flatMap(({ waiting }) => [...waiting.keys()])
    }
  }

  /** The database did not answer. */
  unanswered({ lanes }: QueueQuestion): void {
    for (const each of lanes) this.#shelfOf(each)?.rescan(each.afterSeq)
  }

  /** What the database answered; true when there is more of it. */
  add({ lanes }: QueueQuestion, messages: ReadonlyArray<M>, sight: Sight, nowMillis: number): boolean {
    const found = new Map<number, Array<M>>()
    for (const message of messages) {
      const some = found.get(message.lane)
      if (some === undefined) found.set(message.lane, [message])
      else some.push(message)
    }
    let isMore = false
    for (const each of lanes) {
      // A lane that was lost and won again meanwhile knows nothing of what was left out of the question.
      const shelf = this.#shelfOf(each)
      if (shelf === undefined || shelf.isDraining) continue
      const { lane, room } = each
      const some = found.get(lane) ?? []
      for (const message of some) this.#addOne(shelf, message, nowMillis)
      const isFull = some.length >= room
      shelf.cameTo(isFull ? (some.at(-1)?.seq ?? 0) : sight.head, sight, nowMillis)
      isMore ||= isFull
    }
    return isMore
  }

  /** Takes messages to be sent now: `room` at most, and of a domain as many as may be under way at the same time. */
  pick(room: number, mostOf: (domain: string) => number): ReadonlyArray<Underway<M>> {
    const picked: Array<Underway<M>> = []
    for (const domain of this.#domains.values()) {
      for (const line of domain.ready) {
        if (picked.length >= room || domain.inFlight >= mostOf(domain.name)) break
        const shelf = this.#lanes.get(line.lane)
        const message = line.messages[0]
        if (shelf === undefined || message === undefined) continue
        domain.start(line)
        shelf.underWay += 1
        this.#inFlight += 1
        picked.push({ message, lease: shelf.lease, line })
      }
    }
    return picked
  }

  /** The attempt is over, or was never made. With `dueAtMillis` the sender waits, otherwise its next message may go. */
  end(underway: Underway<M>, dueAtMillis: number | null): void {
    const { lease, line, message } = underway
    const domain = this.#domain(line.domain)
    domain.inFlight -= 1
    this.#inFlight -= 1
    const shelf = this.#shelfOf(lease)
    if (shelf === undefined) return
    shelf.underWay -= 1
    line.isBusy = false
    line.messages.shift()
    domain.held -= 1
    if (dueAtMillis !== null) this.#wait(shelf, line, message.seq, dueAtMillis)
    else if (line.messages.length === 0) this.#forget(shelf, line)
    else domain.ready.add(line)
    shelf.unsettled.add(message.seq)
  }

  /** What became of the message is written down, or never will be. */
  settled({ lease, message }: Underway<M>): void {
    const shelf = this.#shelfOf(lease)
    shelf?.unsettled.delete(message.seq)
    shelf?.known.delete(message.seq)
  }

  #shelfOf({ epoch, lane }: LaneLease): LaneShelf<M> | undefined {
    const shelf = this.#lanes.get(lane)
    return shelf?.lease.epoch === epoch ? shelf : undefined
  }

  #domain(name: string): DomainShelf<M> {
    const existing = this.#domains.get(name)
    if (existing !== undefined) return existing
    const made = new DomainShelf<M>(name)
    this.#domains.set(name, made)
    return made
  }

  #addOne(shelf: LaneShelf<M>, message: M, nowMillis: number): void {
    const key = lineOf(message)
    const domain = this.#domain(message.domain)
    if (shelf.known.has(message.seq) || shelf.waiting.has(key)) return
    if (!domain.takes(nowMillis)) {
      this.#askedFor.delete(message.domain)
      return
    }
    const line = shelf.lines.get(key)
    if (line === undefined && message.dueAtMillis > nowMillis) {
      shelf.waiting.set(key, { domain: message.domain, seq: message.seq, untilMillis: message.dueAtMillis })
      domain.waiting += 1
      return
    }
    shelf.known.add(message.seq)
    domain.held += 1
    if (line !== undefined) return line.add(message)
    const made = domain.open(key, shelf.lease.lane, message)
    shelf.lines.set(key, made)
  }

  #wait(shelf: LaneShelf<M>, line: Line<M>, seq: number, untilMillis: number): void {
    this.#forget(shelf, line)
    shelf.waiting.set(line.key, { domain: line.domain, seq, untilMillis })
    this.#domain(line.domain).waiting += 1
  }

  /** Forgets what waits in a line; what is under way stays until it ends. */
  #forget(shelf: LaneShelf<M>, line: Line<M>): void {
    const domain = this.#domain(line.domain)
    const gone = line.isBusy ? line.messages.splice(1) : line.messages.splice(0)
    for (const { seq } of gone) shelf.known.delete(seq)
    domain.held -= gone.length
    domain.ready.delete(line)
    if (line.isBusy) return
    domain.lines.delete(line)
    shelf.lines.delete(line.key)
  }

  #forgetAll(name: string): void {
    const domain = this.#domain(name)
    this.#askedFor.delete(name)
    for (const line of domain.lines) {
      const shelf = this.#lanes.get(line.lane)
      if (shelf !== undefined) this.#forget(shelf, line)
    }
  }
}
