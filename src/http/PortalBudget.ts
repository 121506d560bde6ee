import { Clock, Config, Context, Effect, Layer, Schema } from "effect"
import { PortalRateLimited } from "./api/PortalProblems.ts"

const wholeNumber = (name: string) =>
  Config.schema(
    Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
    name
  )

const perSource = wholeNumber("PORTAL_SOURCE_LOGINS").pipe(Config.withDefault(100))
const perUser = wholeNumber("PORTAL_REQUESTS_PER_HOUR").pipe(Config.withDefault(1_000))

const hourMillis = 3_600_000
const quarterMillis = 900_000

/** Whom the windows are kept of; with more the oldest is forgotten, so that nobody fills the memory with addresses. */
export const maxKeys = 50_000

interface Window {
  readonly endsAtMillis: number
  spent: number
}

export type PortalWay = "requests" | "logins" | "refreshes" | "resets"

/** How often each user and each address may ask, on one node, in windows that begin with the first request. */
export class PortalBudget extends Context.Service<
  PortalBudget,
  { readonly spend: (way: PortalWay, key: string) => Effect.Effect<void, PortalRateLimited> }
>()("tandem/http/PortalBudget") {
  static readonly layer: Layer.Layer<PortalBudget, Config.ConfigError> = Layer.effect(
    PortalBudget,
    Effect.gen(function* () {
      const ofSource = yield* perSource
      const limits = {
        requests: { limit: yield* perUser, millis: hourMillis },
        logins: { limit: ofSource, millis: quarterMillis },
        refreshes: { limit: 10 * ofSource, millis: quarterMillis },
        resets: { limit: ofSource, millis: quarterMillis }
      }
      const windows = new Map<string, Window>()

      const windowOf = (key: string, millis: number, nowMillis: number): Window => {
        const known = windows.get(key)
        if (known !== undefined && nowMillis < known.endsAtMillis) return known
        windows.delete(key)
        const [oldest] = windows.keys()
        if (windows.size >= maxKeys && oldest !== undefined) windows.delete(oldest)
        const fresh = { endsAtMillis: nowMillis + millis, spent: 0 }
        windows.set(key, fresh)
        return fresh
      }

      return PortalBudget.of({
        spend: Effect.fnUntraced(function* (way, key) {
          const { limit, millis } = limits[way]
          const nowMillis = yield* Clock.currentTimeMillis
          const window = windowOf(`${way} ${key}`, millis, nowMillis)
          if (window.spent < limit) {
            window.spent += 1
            return
          }
          return yield* new PortalRateLimited({
            limit,
            windowSeconds: millis / 1_000,
            retryAfterSeconds: Math.max(1, Math.ceil((window.endsAtMillis - nowMillis) / 1_000)),
            detail: `There may be ${limit} requests in ${millis / 60_000} minutes.`
          })
        })
      })
    })
  )
}
