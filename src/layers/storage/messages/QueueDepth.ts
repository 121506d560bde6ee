import { Clock, Duration, Effect, Metric, Schedule } from "effect"
import type { SqlClient } from "effect/sql"
import { isoUtc } from "./MessageColumns.ts"
import { orUnavailable } from "./Unavailable.ts"

/** How old the copy is that positions are told from, at most, as long as counting is quick. */
const maxAgeMillis = 250

/** Counting a long queue takes a while: it must not take more than a twentieth of the time. */
const restFactor = 20

const countTimeout = Duration.seconds(2)
const gaugeInterval = Duration.seconds(10)

/** What waits in one domain. */
export interface DomainQueue {
  readonly domain: string
  readonly queued: number
  readonly processing: number
  /** When the oldest of them was taken in; ISO 8601, UTC, milliseconds. */
  readonly oldestQueuedAt: string
}

const statement = `SELECT domain, count(*) FILTER (WHERE status = 'queued')::integer AS queued,
    count(*) FILTER (WHERE status = 'processing')::integer AS processing,
    ${isoUtc("min(queued_at)")} AS "oldestQueuedAt"
  FROM messages WHERE status IN ('queued', 'processing') GROUP BY domain ORDER BY domain`

/** What waits, for each domain in which something does. */
export const domainQueues = (sql: SqlClient.SqlClient) => sql.unsafe<DomainQueue>(statement).pipe(orUnavailable)

const waiting = Metric.gauge("tandem_messages_waiting", {
  description: "Messages that wait for their delivery, by domain and status"
})
const oldest = Metric.gauge("tandem_messages_oldest_seconds", {
  description: "Age of the oldest message that waits for its delivery, in seconds, by domain"
})
/** The name under which dashboards of message brokers look for it. */
const total = Metric.gauge("redis_queue_size", {
  description: "Messages that wait for their delivery in all domains; the queue is a table of Postgres"
})

const show = Effect.fnUntraced(function* (queues: ReadonlyArray<DomainQueue>, nowMillis: number) {
  for (const { domain, oldestQueuedAt, processing, queued } of queues) {
    yield* Metric.update(Metric.withAttributes(waiting, { domain, status: "queued" }), queued)
    yield* Metric.update(Metric.withAttributes(waiting, { domain, status: "processing" }), processing)
    const ageMillis = oldestQueuedAt === "" ? 0 : Math.max(0, nowMillis - Date.parse(oldestQueuedAt))
    yield* Metric.update(Metric.withAttributes(oldest, { domain }), ageMillis / 1_000)
  }
  const depth = queues.reduce((sum, { processing, queued }) => sum + processing + queued, 0)
  yield* Metric.update(total, depth)
})

/** How long the queues are, told from a copy that is counted anew as it is needed. Also keeps the gauges. */
export const makeQueueDepth = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const copies = new Map<string, { counted: number; since: number }>()
  const scope = yield* Effect.scope
  let dueAtMillis = 0
  const copyOf = (domain: string) => {
    const copy = copies.get(domain) ?? { counted: 0, since: 0 }
    copies.set(domain, copy)
    return copy
  }

  const count = Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    // Nobody else counts meanwhile, however long it takes.
    dueAtMillis = Number.POSITIVE_INFINITY
    const before = new Map([...copies].map(([domain, { since }]) => [domain, since]))
    const queues = yield* domainQueues(sql)
    const nowMillis = yield* Clock.currentTimeMillis
    const byDomain = new Map(queues.map((queue) => [queue.domain, queue]))
    for (const domain of byDomain.keys()) copyOf(domain)
    for (const [domain, copy] of copies) {
      const queue = byDomain.get(domain)
      copy.counted = queue === undefined ? 0 : queue.queued + queue.processing
      copy.since -= before.get(domain) ?? 0
    }
    const emptied = [...copies.keys()].filter((domain) => !byDomain.has(domain))
    yield* show(
      [...queues, ...emptied.map((domain) => ({ domain, queued: 0, processing: 0, oldestQueuedAt: "" }))],
      nowMillis
    )
    dueAtMillis = startedAt + Math.max(maxAgeMillis, restFactor * (nowMillis - startedAt))
  }).pipe(
    // Those that wait for their commit do not wait for a figure.
    Effect.timeoutOption(countTimeout),
    Effect.catch(() => Effect.void),
    Effect.ensuring(
      Effect.map(Clock.currentTimeMillis, (nowMillis) => {
        if (dueAtMillis === Number.POSITIVE_INFINITY) dueAtMillis = nowMillis + maxAgeMillis
      })
    )
  )

  yield* Effect.forkScoped(
    Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => (nowMillis < dueAtMillis ? Effect.void : count)).pipe(
      Effect.repeat(Schedule.spaced(gaugeInterval))
    )
  )

  return {
    /** Counts when it is time to; nobody waits for it but the first, who would be told nothing otherwise. */
    countWhenDue: Effect.flatMap(Clock.currentTimeMillis, (nowMillis) =>
      nowMillis < dueAtMillis ? Effect.void : dueAtMillis === 0 ? count : Effect.asVoid(Effect.forkIn(count, scope))
    ),
    /** Takes a message in, and says how many wait in its domain with it. */
    join: (domain: string): number => {
      const copy = copyOf(domain)
      copy.since += 1
      return copy.counted + Math.max(1, copy.since)
    },
    /** How many wait in a domain. */
    length: (domain: string): number => {
      const copy = copies.get(domain)
      return copy === undefined ? 0 : copy.counted + Math.max(0, copy.since)
    }
  }
})
export type QueueDepth = Effect.Success<ReturnType<typeof makeQueueDepth>>
