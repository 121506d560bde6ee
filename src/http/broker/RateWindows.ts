import { Clock, Deferred, Effect } from "effect"
import { ClientWindows, windowMillis } from "../../layers/storage/ClientWindows.ts"

/** A node takes a twentieth of a client's limit at a time: what another node leaves unspent is no more than that. */
const shareOf = (limit: number): number => Math.max(1, Math.ceil(limit / 20))

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

/** What this node may still allow a client in its present window. */
interface Share {
  readonly limit: number
  readonly startsAtMillis: number
  readonly endsAtMillis: number
  /** What was left to the client beside the share when it was taken. */
  readonly elsewhere: number
  /** When it is spent, there are no others. */
  readonly isLast: boolean
  left: number
}

const spending = (share: Share, allowed: boolean, nowMillis: number): Spending => ({
  allowed,
  limit: share.limit,
  remaining: share.left + share.elsewhere,
  resetAtSeconds: Math.ceil(share.endsAtMillis / 1000),
  retryAfterSeconds: Math.max(1, Math.ceil((share.endsAtMillis - nowMillis) / 1000))
})

/**
 * What each client may ask in a minute, which begins with its first request and is the same on all nodes. While the database
 * is away, each node counts by itself.
 */
export const makeRateWindows = Effect.gen(function* () {
  const windows = yield* ClientWindows
  const clock = yield* Clock.Clock
  const shares = new Map<string, Share>()
  /** Shares that are on their way. */
  const coming = new Map<string, Deferred.Deferred<void>>()

  const forgetSome = (nowMillis: number): void => {
    if (shares.size < maxClients) return
    for (const [id, { endsAtMillis }] of shares) if (endsAtMillis <= nowMillis) shares.delete(id)
  }

  /** Spends one of what is at hand. Undefined: nothing is, and {@link take} may bring some. */
  const spend = (clientId: string, limit: number): Spending | undefined => {
    const nowMillis = clock.currentTimeMillisUnsafe()
    const share = shares.get(clientId)
    // A clock that was set back must not make a window last for ever.
    const isOver = share === undefined || nowMillis >= share.endsAtMillis || nowMillis < share.startsAtMillis
    if (isOver || share.limit !== limit) return undefined
    if (share.left === 0) return share.isLast ? spending(share, false, nowMillis) : undefined
    share.left -= 1
    return spending(share, true, nowMillis)
  }

  const takeShare = Effect.fnUntraced(function* (clientId: string, limit: number) {
    const taken = yield* windows.take(clientId, shareOf(limit), limit)
    const nowMillis = clock.currentTimeMillisUnsafe()
    forgetSome(nowMillis)
    const { given, left, millisToEnd } = taken ?? { given: limit, left: 0, millisToEnd: windowMillis }
    shares.set(clientId, {
      limit,
      startsAtMillis: nowMillis,
      endsAtMillis: nowMillis + Math.max(1, millisToEnd),
      elsewhere: left,
      isLast: given === 0 || taken === undefined,
      left: given
    })
  })

  /** Of several that wait for a client's share, one takes it for all. */
  const share = (clientId: string, limit: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const underWay = coming.get(clientId)
      if (underWay !== undefined) return Deferred.await(underWay)
      const arrived = Deferred.makeUnsafe<void>()
      coming.set(clientId, arrived)
      return Effect.ensuring(
        takeShare(clientId, limit),
        Effect.suspend(() => {
          coming.delete(clientId)
          return Deferred.succeed(arrived, undefined)
        })
      )
    })

  /** Spends one, and takes a share first while none is at hand. */
  const take = (clientId: string, limit: number): Effect.Effect<Spending> =>
    Effect.suspend(() => {
      const spent = spend(clientId, limit)
      return spent === undefined ? Effect.andThen(share(clientId, limit), take(clientId, limit)) : Effect.succeed(spent)
    })

  return { spend, take }
})

export const rateHeaders = ({ limit, remaining, resetAtSeconds }: Spending): Readonly<Record<string, string>> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(resetAtSeconds)
})
