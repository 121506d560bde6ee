import { Context, Effect, Layer, Metric, Option, PubSub, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { listEntryKey } from "../../domain/fraud/lists/ListEntry.ts"
import { ListIndex } from "../../domain/fraud/lists/ListIndex.ts"
import { initialRules } from "../../domain/fraud/rules/RuleChanges.ts"
import { repairedRules } from "../../domain/fraud/rules/RuleSetRepair.ts"
import type { RuleSet } from "../../domain/fraud/rules/RuleSet.ts"
import { Journal } from "../storage/Journal.ts"
import type { Changes } from "../storage/JournalChanges.ts"
import { JournalChanges } from "../storage/JournalChanges.ts"
import { followJournal } from "../storage/JournalFollower.ts"
import { latestRules } from "../storage/LatestRules.ts"
import { activePerPage, ListRows } from "../storage/ListRows.ts"

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

interface Sources {
  readonly journal: Journal["Service"]
  readonly rows: ListRows["Service"]
}

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

/** This node's copy, and the steps that bring it up to the journal's end. */
const makeCopy = ({ journal, rows }: Sources) => {
  const lists = new ListIndex()
  let policy: Policy = { rules: initialRules.rules, rulesVersion: initialRules.version, lists }

  const refreshRules = Effect.gen(function* () {
    const latest = yield* latestRules(journal, rulesType, policy.rulesVersion)
    if (latest === undefined) return false
    const rules = Option.match(latest.event, {
      onNone: () => policy.rules,
      onSome: (changed) => repairedRules(changed.rules)
    })
    policy = { rules, rulesVersion: latest.version, lists }
    return true
  })

  const load = Effect.andThen(loadLists(rows, lists), refreshRules)

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

  const refresh = Effect.fnUntraced(function* (changed: Changes["changed"]) {
    const entryIds = changed.flatMap(({ entityId, entityType }) => (entityType === listEntryType ? [entityId] : []))
    yield* refreshEntries(entryIds)
    const rulesChanged = changed.some(({ entityType }) => entityType === rulesType) && (yield* refreshRules)
    return { entryIds, rulesChanged, rulesVersion: policy.rulesVersion }
  })

  return { current: () => policy, load, refresh }
}

const tellMetrics = Effect.fnUntraced(function* ({ lists, rulesVersion }: Policy) {
  for (const list of ["block", "allow"] as const) {
    yield* Metric.update(Metric.withAttributes(entries, { list }), lists.size(list))
  }
  yield* Metric.update(version, rulesVersion)
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
      const copy = makeCopy({ journal: yield* Journal, rows: yield* ListRows })
      const hub = yield* PubSub.sliding<PolicyChange>(bufferedChanges)
      yield* followJournal({
        name: "the lists and rules",
        entityTypes,
        load: Effect.andThen(
          copy.load,
          Effect.suspend(() => tellMetrics(copy.current()))
        ),
        refresh: Effect.fnUntraced(function* (changed) {
          const change = yield* copy.refresh(changed)
          yield* tellMetrics(copy.current())
          yield* PubSub.publish(hub, change)
        }),
        behind: (millis) => Metric.update(lagSeconds, millis / 1000)
      })
      return ScreeningPolicy.of({ current: copy.current, changes: Stream.fromPubSub(hub) })
    })
  ).pipe(Layer.provide(JournalChanges.layer))
}
