import { Clock, Duration, Effect, Option, Random, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { listEntryKey } from "../domain/fraud/lists/ListEntry.ts"
import { GatewayRows } from "../layers/storage/GatewayRows.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { JournalChanges } from "../layers/storage/JournalChanges.ts"
import { activePerPage, ListRows } from "../layers/storage/ListRows.ts"
import type { RedisCommand } from "../layers/storage/Redis.ts"
import { Redis } from "../layers/storage/Redis.ts"
import {
  dispatcherCommands,
  entryCommand,
  gatewayCommand,
  listKey,
  markKey,
  mirroredPatterns
} from "../layers/storage/RedisKeys.ts"

/** How often the journal is asked what changed. */
const pollEvery = Duration.millis(250)

/** How long a Redis or a database that is away is left alone. */
const retryEvery = Duration.seconds(1)

const mirrored = ["Gateway", "ListEntry"]

type Connected = Option.Option.Value<Redis["Service"]["connected"]>

const keysOfEntry = (entryId: string): ReadonlyArray<string> => {
  const key = listEntryKey(entryId)
  return key === undefined ? [] : [listKey(key)]
}

/** What is written where. */
const makeWriting = Effect.fnUntraced(function* (redis: Connected) {
  const gateways = yield* GatewayRows
  const lists = yield* ListRows

  const writeNoting = (keys: Set<string>, commands: ReadonlyArray<RedisCommand>) => {
    for (const [name, key] of commands) if (name === "SET") keys.add(String(key))
    return redis.write(commands)
  }

  const writeLists = Effect.fnUntraced(function* (keys: Set<string>) {
    const nowMillis = yield* Clock.currentTimeMillis
    let after = ""
    for (;;) {
      const page = yield* lists.activeAfter(after)
      yield* writeNoting(
        keys,
        page.map((entry) => entryCommand(entry, nowMillis))
      )
      after = page.at(-1)?.entryId ?? after
      if (page.length < activePerPage) return
    }
  })

  const writeGateways = Effect.fnUntraced(function* (gatewayIds: ReadonlyArray<string>) {
    if (gatewayIds.length === 0) return
    const all = yield* gateways.all()
    const lists = dispatcherCommands(all)
    const wanted = new Set(lists.map(([, key]) => key))
    const there = yield* redis.keys("tandem:dispatcher:*")
    const gone = [...there].filter((key) => !wanted.has(key)).map((key): RedisCommand => ["DEL", key])
    yield* redis.write([...(yield* gateways.all(gatewayIds)).map(gatewayCommand), ...lists, ...gone])
  })

  const writeEntries = Effect.fnUntraced(function* (entryIds: ReadonlyArray<string>) {
    if (entryIds.length === 0) return
    const nowMillis = yield* Clock.currentTimeMillis
    const active = yield* lists.activeOf(entryIds)
    const kept = new Set(active.map(({ entryId }) => entryId))
    const removed = entryIds.filter((entryId) => !kept.has(entryId)).flatMap(keysOfEntry)
    yield* redis.write([
      ...removed.map((key): RedisCommand => ["DEL", key]),
      ...active.map((entry) => entryCommand(entry, nowMillis))
    ])
  })

  return {
    gateways: writeGateways,
    entries: writeEntries,
    /** Writes everything, then takes away what is there besides; how many keys there are. */
    everything: Effect.gen(function* () {
      const keys = new Set<string>()
      const rows = yield* gateways.all()
      yield* writeNoting(keys, [...rows.map(gatewayCommand), ...dispatcherCommands(rows)])
      yield* writeLists(keys)
      for (const pattern of mirroredPatterns) {
        const extra = [...(yield* redis.keys(pattern))].filter((key) => !keys.has(key))
        yield* redis.write(extra.map((key) => ["DEL", key]))
      }
      return keys.size
    })
  }
})

/** One step of the mirror: everything when Redis is not as we left it, else what has changed. */
const makeMirror = Effect.fnUntraced(function* (redis: Connected) {
  const journal = yield* Journal
  const changes = yield* JournalChanges
  const write = yield* makeWriting(redis)
  const token = (yield* Random.nextInt).toString(36)
  let mark: string | undefined
  let position = 0

  /**
   * Says how far the mirror is: another mark than ours there means that Redis, or its mirror, is another one now. A mark
   * takes the place of one alone, so that a Redis that was emptied while it was written to has none, and is written anew.
   */
  const setMark = Effect.fnUntraced(function* (reached: number) {
    const next = `${token}:${reached}`
    yield* redis.write([["SET", markKey, next, "XX"]])
    mark = next
    position = reached
  })

  const writeAll = Effect.gen(function* () {
    mark = undefined
    // The position first: what is committed meanwhile is written twice, and nothing is missed.
    const reached = yield* journal.lastPosition
    yield* redis.write([["SET", markKey, `${token}:begun`]])
    const keys = yield* write.everything
    yield* setMark(reached)
    yield* Effect.logInfo("Redis has all gateways and both lists").pipe(Effect.annotateLogs({ keys }))
  })

  const writeChanges = Effect.gen(function* () {
    const { changed, position: reached } = yield* changes.after(position, mirrored)
    const idsOf = (type: string) => changed.flatMap((each) => (each.entityType === type ? [each.entityId] : []))
    yield* write.gateways(idsOf("Gateway"))
    yield* write.entries(idsOf("ListEntry"))
    if (changed.length > 0) yield* setMark(reached)
    position = reached
  })

  return Effect.flatMap(redis.get(markKey), (found) => (mark !== undefined && found === mark ? writeChanges : writeAll))
})

/**
 * Keeps in Redis what SIP proxies read: gateways, dispatcher lists, the block list and the allow list. One node of the
 * cluster does so. It begins with everything, and does again when Redis was emptied, restarted, or taken back to an older state.
 */
export const mirrorToRedis = Effect.gen(function* () {
  const { connected } = yield* Redis
  if (Option.isNone(connected)) return yield* Effect.never
  const step = yield* makeMirror(connected.value)
  return yield* step.pipe(
    Effect.as(pollEvery),
    // That Redis is away has been said once, by whoever connects to it.
    Effect.catchTag("RedisError", (error) =>
      Effect.as(Effect.logDebug("the mirror waits for Redis", error), retryEvery)
    ),
    Effect.catchCause((cause) => Effect.as(Effect.logWarning("the mirror waits and tries again", cause), retryEvery)),
    Effect.flatMap(Effect.sleep),
    Effect.repeat(Schedule.forever)
  )
})

export const RedisMirrorLive = Singleton.make("redis-mirror", mirrorToRedis)
