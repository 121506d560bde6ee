import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { Redis as Client } from "ioredis"

/** Where SIP proxies look things up; nothing is written anywhere when it is not set. */
const redisUrl = Config.option(Config.Redacted("REDIS_URL"))

/** A command that is not answered within this time has failed. */
const commandTimeoutMillis = 5_000
const connectTimeoutMillis = 3_000

/** Waits between tries to reach a Redis that is away: longer and longer, and never longer than this. */
const retryStepMillis = 100
const longestRetryMillis = 2_000

/** Commands that one round trip takes along. */
const commandsPerTrip = 1_000

/** Keys that Redis is asked to look at in one step of a scan. */
const keysPerScan = 1_000

/** Redis cannot be reached, was too slow, or refused a command. */
export class RedisError extends Schema.TaggedError<RedisError>()("RedisError", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

export type RedisCommand = readonly [name: string, ...args: ReadonlyArray<string | number>]

const failed = (cause: unknown) =>
  new RedisError({ detail: (cause instanceof Error ? cause.message : String(cause)).slice(0, 300) })

const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: failed })

const connect = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const runSync = Effect.runSyncWith(yield* Effect.context<never>())
    const client = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new Client(Redacted.value(url), {
            connectTimeout: connectTimeoutMillis,
            commandTimeout: commandTimeoutMillis,
            // A Redis that is away makes a command fail, and nothing wait in memory.
            enableOfflineQueue: false,
            maxRetriesPerRequest: 0,
            retryStrategy: (times) => Math.min(times * retryStepMillis, longestRetryMillis)
          })
      ),
      (each) => Effect.sync(() => each.disconnect())
    )
    let reported = false
    client.on("ready", () => {
      reported = false
      runSync(Effect.logInfo("Redis is there"))
    })
    client.on("error", (error) => {
      // Once for each absence: it is tried again several times a second.
      if (!reported) runSync(Effect.logWarning("Redis cannot be reached", failed(error).detail))
      reported = true
    })
    return client
  })

const send = Effect.fnUntraced(function* (client: Client, commands: ReadonlyArray<RedisCommand>) {
  for (let from = 0; from < commands.length; from += commandsPerTrip) {
    const some = commands.slice(from, from + commandsPerTrip).map(([name, ...args]) => [name.toLowerCase(), ...args])
    const answers = yield* attempt(() => client.pipeline(some).exec())
    const refused = answers?.find(([error]) => error !== null)?.[0]
    if (answers === null || refused) return yield* failed(refused ?? "the connection was lost")
  }
})

const scan = Effect.fnUntraced(function* (client: Client, pattern: string) {
  const keys = new Set<string>()
  let cursor = "0"
  do {
    const [next, some] = yield* attempt(() => client.scan(cursor, "MATCH", pattern, "COUNT", keysPerScan))
    for (const key of some) keys.add(key)
    cursor = next
  } while (cursor !== "0")
  return keys
})

interface Connected {
  readonly get: (key: string) => Effect.Effect<string | null, RedisError>
  /** All of them in order, many a round trip; fails with the first that is refused. */
  readonly write: (commands: ReadonlyArray<RedisCommand>) => Effect.Effect<void, RedisError>
  /** Every key that matches the glob pattern. */
  readonly keys: (pattern: string) => Effect.Effect<ReadonlySet<string>, RedisError>
}

/**
 * Redis, when there is one. It connects and reconnects by itself, and never keeps the plane from starting: what it holds is
 * a copy for others to read, and can be written anew at any time.
 */
export class Redis extends Context.Service<Redis, { readonly connected: Option.Option<Connected> }>()(
  "tandem/layers/storage/Redis"
) {
  static readonly layer: Layer.Layer<Redis, Config.ConfigError> = Layer.effect(
    Redis,
    Effect.gen(function* () {
      const url = yield* redisUrl
      if (Option.isNone(url)) return Redis.of({ connected: Option.none() })
      const client = yield* connect(url.value)
      return Redis.of({
        connected: Option.some({
          get: (key) => attempt(() => client.get(key)),
          write: (commands) => send(client, commands),
          keys: (pattern) => scan(client, pattern)
        })
      })
    })
  )
}
