import type { LiveSettings } from "../SandboxSettings.ts"

const minuteMillis = 60_000
const ticketWindowMillis = 600_000

/** Windows of tickets that are remembered; the oldest is forgotten, which only ever lets one more update pass. */
const maxTicketWindows = 10_000

interface Window {
  readonly startMillis: number
  readonly count: number
}

/** What the account and each ticket have used up. All in memory: a restart begins with full limits. */
export class ZendeskLimits {
  readonly #settings: LiveSettings
  readonly #updates = new Map<number, Window>()
  #minute: Window = { startMillis: 0, count: 0 }

  constructor(settings: LiveSettings) {
    this.#settings = settings
  }

  /** Counts one request. Seconds until the next is allowed, or 0 when this one is. */
  request(nowMillis: number): number {
    this.#minute = advance(this.#minute, minuteMillis, nowMillis)
    return this.#minute.count > this.#settings.current.zendeskRequestsPerMinute
      ? secondsLeft(this.#minute, minuteMillis, nowMillis)
      : 0
  }

  /** Counts one update of the ticket, in the same way. */
  update(ticketId: number, nowMillis: number): number {
    const window = advance(this.#updates.get(ticketId) ?? { startMillis: 0, count: 0 }, ticketWindowMillis, nowMillis)
    this.#updates.delete(ticketId)
    this.#updates.set(ticketId, window)
    const [oldest] = this.#updates.keys()
    if (this.#updates.size > maxTicketWindows && oldest !== undefined) this.#updates.delete(oldest)
    return window.count > this.#settings.current.zendeskUpdatesPerTicketIn10Minutes
      ? secondsLeft(window, ticketWindowMillis, nowMillis)
      : 0
  }

  headers(nowMillis: number): Readonly<Record<string, string>> {
    const limit = this.#settings.current.zendeskRequestsPerMinute
    const remaining = String(Math.max(0, limit - this.#minute.count))
    return {
      "x-rate-limit": String(limit),
      "x-rate-limit-remaining": remaining,
      "ratelimit-limit": String(limit),
      "ratelimit-remaining": remaining,
      "ratelimit-reset": String(secondsLeft(this.#minute, minuteMillis, nowMillis))
    }
  }
}

const advance = (window: Window, lengthMillis: number, nowMillis: number): Window =>
  nowMillis - window.startMillis >= lengthMillis
    ? { startMillis: nowMillis, count: 1 }
    : { startMillis: window.startMillis, count: window.count + 1 }

const secondsLeft = (window: Window, lengthMillis: number, nowMillis: number): number =>
  Math.max(1, Math.ceil((window.startMillis + lengthMillis - nowMillis) / 1_000))
