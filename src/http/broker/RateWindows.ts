/** The time that a client's limit is for. */
export const windowMillis = 60_000

/** Clients that are remembered; with more, windows that are over are forgotten first. */
const maxClients = 100_000

export interface Spending {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** Epoch seconds at which the window is over. */
  readonly resetAtSeconds: number
  readonly retryAfterSeconds: number
}

interface Window {
  startedAtMillis: number
  spent: number
}

/** Counts what each client asks in windows of a minute that begin with its first request. */
export const makeRateWindows = () => {
  const windows = new Map<string, Window>()

  const windowOf = (clientId: string, nowMillis: number): Window => {
    const known = windows.get(clientId)
    // A clock that was set back must not make a window last for ever.
    if (known !== undefined && nowMillis >= known.startedAtMillis && nowMillis - known.startedAtMillis < windowMillis) {
      return known
    }
    if (windows.size >= maxClients) {
      for (const [id, { startedAtMillis }] of windows) {
        if (nowMillis - startedAtMillis >= windowMillis) windows.delete(id)
      }
    }
    const fresh = { startedAtMillis: nowMillis, spent: 0 }
    windows.set(clientId, fresh)
    return fresh
  }

  /** Spends `cost` of what the client has left, all or nothing. */
  return (clientId: string, limit: number, cost: number, nowMillis: number): Spending => {
    const window = windowOf(clientId, nowMillis)
    const allowed = window.spent + cost <= limit
    if (allowed) window.spent += cost
    const endsAtMillis = window.startedAtMillis + windowMillis
    return {
      allowed,
      limit,
      remaining: Math.max(0, limit - window.spent),
      resetAtSeconds: Math.ceil(endsAtMillis / 1000),
      retryAfterSeconds: Math.max(1, Math.ceil((endsAtMillis - nowMillis) / 1000))
    }
  }
}

export const rateHeaders = ({ limit, remaining, resetAtSeconds }: Spending): Readonly<Record<string, string>> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(resetAtSeconds)
})
