import { Clock, Context, Effect, Layer, Metric, Option, PubSub, Schedule, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { listEntryKey } from "../../domain/fraud/lists/ListEntry.ts"
import { ListIndex } from "../../domain/fraud/lists/ListIndex.ts"
import { initialRules, rulesId, RulesEvent } from "../../domain/fraud/rules/RuleChanges.ts"
import { repairedRules } from "../../domain/fraud/rules/RuleSetRepair.ts"
import type { RuleSet } from "../../domain/fraud/rules/RuleSet.ts"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { Journal, maxPage } from "../storage/Journal.ts"
import { JournalChanges } from "../storage/JournalChanges.ts"
import { activePerPage, ListRows } from "../storage/ListRows.ts"

/** How long the journal is left alone after it had nothing new. */
export const idleMillis = 150

/** Changes that a slow listener may lag behind before it loses the oldest. */
const bufferedChanges = 256

const listEntryType = "ListEntry"
const rulesType = "FraudRules"

/** What calls are judged by. `lists` is one object for the life of the node, and changes in place. */
export interface Policy {
  readonly rules: RuleSet
  readonly rulesVersion: number
  readonly lists: ListIndex
}

/** What became different on this node. */
export interface PolicyChange {
  readonly rulesVersion: number
  readonly rulesChanged: boolean
  /** Ids of list entries that were added, changed or taken off. */
  readonly entryIds: ReadonlyArray<string>
}

const lagSeconds = Metric.gauge("tandem_fraud_policy_lag_seconds", {
  description: "Time since this node last knew that its lists and rules were those of the journal"
})
const entries = Metric.gauge("tandem_fraud_list_entries", { description: "Entries in this node's memory, by list" })
const version = Metric.gauge("tandem_fraud_rules_version", { description: "Version of the rules on this node" })

// 0.1 s, 0.2 s, 0.4 s … at most 2 s, and without end.
const whileAway = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")])

interface Sources {
  readonly journal: Journal["Service"]
  readonly changes: JournalChanges["Service"]
  readonly rows: ListRows["Service"]
}

const decodeEvent = Schema.decodeUnknownOption(RulesEvent)

const entityTypes = [listEntryType, rulesType]

const loadLists = Effect.fnUntraced(function* (rows: ListRows["Service"], lists: ListIndex) {
  let after = ""
  for (;;) {
    const page = yield* rows.activeAfter(after)
    for (const entry of page) lists.put(entry)
    after = page.at(-1)?.entryId ?? after
    if (page.length < activePerPage) return
  }
})

/** The rules after those that are known. Each event brings the next version and holds all rules. */
const loadRules = Effect.fnUntraced(function* (journal: Journal["Service"], knownVersion: number) {
  let afterVersion = knownVersion
  let last: unknown
  for (;;) {
    const page = yield* journal.history(rulesType, rulesId, { afterVersion, limit: maxPage })
    last = page.at(-1)?.payload ?? last
    afterVersion = page.at(-1)?.version ?? afterVersion
    if (page.length < maxPage) return { version: afterVersion, event: last }
  }
})

/** This node's copy, and the step that brings it up to the journal's end. */
const makeCopy = ({ changes, journal, rows }: Sources) => {
  const lists = new ListIndex()
  /** Taken before the first row was read: whatever changes while rows are read is looked at again afterwards. */
  let position: number | undefined
  let policy: Policy = { rules: initialRules.rules, rulesVersion: initialRules.version, lists }

  const refreshRules = Effect.gen(function* () {
    const { event, version } = yield* loadRules(journal, policy.rulesVersion)
    if (event === undefined) return false
    const rules = Option.match(decodeEvent(event), {
      onNone: () => policy.rules,
      onSome: (changed) => repairedRules(changed.rules)
    })
    policy = { rules, rulesVersion: version, lists }
    return true
  })

  const load = Effect.gen(function* () {
    position ??= yield* journal.lastPosition
    yield* loadLists(rows, lists)
    yield* refreshRules
  })

  const refreshEntries = Effect.fnUntraced(function* (entryIds: ReadonlyArray<string>) {
    if (entryIds.length === 0) return
    const active = new Map((yield* rows.activeOf(entryIds)).map((entry) => [entry.entryId, entry]))
    for (const entryId of entryIds) {
      const entry = active.get(entryId)
      const key = listEntryKey(entryId)
      if (entry !== undefined) lists.put(entry)
      else if (key !== undefined) lists.remove(key)
    }
  })

  /** One look at the journal; what changed, and whether there may be more to look at. */
  const step = Effect.gen(function* () {
    const from = position ?? 0
    const { changed, position: reached } = yield* changes.after(from, entityTypes)
    const entryIds = changed.flatMap(({ entityId, entityType }) => (entityType === listEntryType ? [entityId] : []))
    yield* refreshEntries(entryIds)
    const rulesChanged = changed.some(({ entityType }) => entityType === rulesType) && (yield* refreshRules)
    position = reached
    return { entryIds, rulesChanged, rulesVersion: policy.rulesVersion, moved: reached > from }
  })

  return { current: () => policy, load, step }
}

type Copy = ReturnType<typeof makeCopy>

const tellMetrics = Effect.fnUntraced(function* ({ lists, rulesVersion }: Policy) {
  for (const list of ["block", "allow"] as const) {
    yield* Metric.update(Metric.withAttributes(entries, { list }), lists.size(list))
  }
  yield* Metric.update(version, rulesVersion)
})

/** Follows the journal for ever; while it cannot be read, the last known policy stays. */
const follow = Effect.fnUntraced(function* (copy: Copy, hub: PubSub.PubSub<PolicyChange>) {
  let seenAtMillis = yield* Clock.currentTimeMillis

  const tellLag = Effect.gen(function* () {
    yield* Metric.update(lagSeconds, ((yield* Clock.currentTimeMillis) - seenAtMillis) / 1000)
  })

  const look = Effect.gen(function* () {
    const startedAtMillis = yield* Clock.currentTimeMillis
    const { moved, ...change } = yield* copy.step.pipe(
      Effect.tapError((error) =>
        Effect.andThen(tellLag, Effect.logWarning("the lists and rules of this node wait for the journal", error))
      ),
      Effect.retry(whileAway),
      Effect.orDie
    )
    seenAtMillis = startedAtMillis
    yield* tellLag
    if (change.rulesChanged || change.entryIds.length > 0) {
      yield* tellMetrics(copy.current())
      yield* PubSub.publish(hub, change)
    }
    if (!moved) yield* Effect.sleep(idleMillis)
  })

  return yield* look.pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError("the lists and rules of this node could not be followed", defect),
        Effect.sleep("1 second")
      )
    ),
    Effect.forever
  )
})

/**
 * This node's copy of the block and allow lists and of the detection rules. It is asked without waiting, for it is on the
 * way of every call; a change in the journal is here within a second, without a restart. While the database is away, what
 * was known last holds.
 */
export class ScreeningPolicy extends Context.Service<
  ScreeningPolicy,
  {
    readonly current: () => Policy
    /** Each change after it has taken effect here, from the moment of subscribing on. */
    readonly changes: Stream.Stream<PolicyChange>
  }
>()("tandem/layers/fraud/ScreeningPolicy") {
  /** Ready once everything has been read; it waits for the database as long as that takes. */
  static readonly layer: Layer.Layer<ScreeningPolicy, never, Journal | ListRows | SqlClient.SqlClient> = Layer.effect(
    ScreeningPolicy,
    Effect.gen(function* () {
      const copy = makeCopy({ journal: yield* Journal, changes: yield* JournalChanges, rows: yield* ListRows })
      const loaded = copy.load.pipe(
        Effect.tapError((error: JournalUnavailable) => Effect.logWarning("lists and rules cannot be read yet", error)),
        Effect.retry(whileAway),
        Effect.orDie
      )
      yield* loaded
      yield* tellMetrics(copy.current())
      const hub = yield* PubSub.sliding<PolicyChange>(bufferedChanges)
      yield* Effect.forkScoped(follow(copy, hub))
      return ScreeningPolicy.of({ current: copy.current, changes: Stream.fromPubSub(hub) })
    })
  ).pipe(Layer.provide(JournalChanges.layer))
}
