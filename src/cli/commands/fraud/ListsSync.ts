import { Clock, Console, Effect, Result, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ImportLine } from "../../../domain/fraud/lists/ImportLines.ts"
import { ListSource } from "../../../domain/fraud/lists/ListEntry.ts"
import { ListName } from "../../../domain/fraud/lists/ListValue.ts"
import type { ListedEntry, SyncPlan } from "../../../domain/fraud/lists/ListSync.ts"
import { planSync, removalAllowed } from "../../../domain/fraud/lists/ListSync.ts"
import type { WantedEntry } from "../../../domain/fraud/lists/WantedEntry.ts"
import type { ApiClient } from "../../../http/api/ApiClient.ts"
import type { ListEntryView } from "../../../http/api/FraudListsApi.ts"
import { pageLimit } from "../../../http/api/Parameters.ts"
import { patiently, withApi } from "../../ApiConnection.ts"
import { CliFailure } from "../../CliFailure.ts"
import { output, printRows } from "../../Output.ts"
import { reason } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { linesOf, sendLines } from "./ListsImport.ts"

/** Most entries of a list that are compared. */
const maxListed = 1_000_000

/** Entries that are taken off at the same time. */
const atOnce = 8

interface Row {
  readonly outcome: "add" | "change" | "remove" | "other" | "refused"
  readonly kind: string
  readonly value: string
  readonly detail: string
}

const columns: ReadonlyArray<Column<Row>> = [
  { title: "outcome", cell: (row) => row.outcome },
  { title: "kind", cell: (row) => row.kind },
  { title: "value", cell: (row) => row.value },
  { title: "why", cell: (row) => row.detail }
]

const wantedRow =
  (outcome: "add" | "change") =>
  ({ details, key }: WantedEntry): Row => ({ outcome, kind: key.kind, value: key.value, detail: details.reason })

const rowsOf = ({ add, change, others, refused, remove }: SyncPlan): ReadonlyArray<Row> => [
  ...add.map(wantedRow("add")),
  ...change.map(wantedRow("change")),
  ...remove.map(({ kind, value }): Row => ({ outcome: "remove", kind, value, detail: "no longer in the register" })),
  ...others.map(({ kind, source, value }): Row => ({
    outcome: "other",
    kind,
    value,
    detail: `is listed by ${source}, and stays so`
  })),
  ...refused.map(({ detail, line, value }): Row => ({
    outcome: "refused",
    kind: "",
    value,
    detail: `line ${line}: ${detail}`
  }))
]

interface Page {
  readonly items: ReadonlyArray<ListEntryView>
  readonly nextCursor: string | null
}

/** All that is on the list now, whoever put it there. */
const listedNow = Effect.fnUntraced(function* (api: ApiClient, list: ListName) {
  const found: Array<ListedEntry> = []
  let cursor: string | null = null
  do {
    const query = { limit: pageLimit.maximum, active: "true" as const, ...(cursor !== null && { cursor }) }
    const page: Page = yield* patiently(api.fraudLists.list({ params: { list }, query }))
    found.push(...page.items)
    cursor = page.nextCursor
    if (found.length > maxListed) return yield* CliFailure.refused(`a list has ${maxListed} entries at most`)
  } while (cursor !== null)
  return found
})

/** As lines of an import, since that is how many are sent. */
const lineOf = ({ details, key }: WantedEntry, index: number): ImportLine => ({
  line: index + 1,
  entry: Result.succeed({
    kind: key.kind,
    value: key.value,
    reason: details.reason,
    source: details.source,
    ...(details.expiresAt !== null && { expiresAt: details.expiresAt }),
    ...(details.reference !== null && { reference: details.reference })
  })
})

const carryOut = Effect.fnUntraced(function* (
  api: ApiClient,
  plan: SyncPlan,
  options: { readonly list: ListName; readonly source: ListSource; readonly reason: string; readonly force: boolean }
) {
  const { list, reason } = options
  const items = yield* sendLines(api, [...plan.add, ...plan.change].map(lineOf), options)
  const failed = items.filter(({ outcome }) => outcome !== "listed")
  const first = failed[0]
  if (first !== undefined) {
    return yield* CliFailure.refused(
      `${failed.length} values could not be listed, the first of them ${first.value}: ${first.detail ?? first.outcome}`,
      "nothing was taken off; run it again"
    )
  }
  yield* Effect.forEach(
    plan.remove,
    ({ kind, value }) =>
      patiently(
        api.fraudLists.remove({
          params: { list, kind, value },
          headers: {},
          query: { reason: `${reason}: no longer in the register`.slice(0, 500) }
        })
      ),
    { concurrency: atOnce, discard: true }
  )
})

const summaryOf = ({ add, change, others, refused, remove, same }: SyncPlan, done: boolean) =>
  [
    `${add.length} ${done ? "added" : "to add"}`,
    `${change.length} ${done ? "changed" : "to change"}`,
    `${remove.length} ${done ? "removed" : "to remove"}`,
    `${same} as they were`,
    `${others.length} listed by others`,
    `${refused.length} refused`
  ].join(", ")

const percentage = Schema.FiniteFromString.check(Schema.isBetween({ minimum: 0, maximum: 100 }))

export const sync = Command.make(
  "sync",
  {
    output,
    list: Argument.Literals("list", ListName.literals).pipe(Argument.withDescription("block or allow")),
    file: Argument.File("file", { mustExist: true }).pipe(
      Argument.withDescription("The whole register: CSV (kind,value,reason,expiresAt), or JSON lines in a .jsonl")
    ),
    reason,
    source: Flag.Literals("source", ListSource.literals).pipe(
      Flag.withDescription("Whose register it is: entries of this source are made those of the file, others stay"),
      Flag.withDefault("ncc" as const)
    ),
    removeAtMost: Flag.String("remove-at-most").pipe(
      Flag.withDescription("Refuse to take off more than so many percent of the source's entries"),
      Flag.withSchema(percentage),
      Flag.withDefault(10)
    ),
    dryRun: Flag.Boolean("dry-run").pipe(Flag.withDescription("Only say what would be done"), Flag.withDefault(false)),
    force: Flag.Boolean("force").pipe(Flag.withDescription("Block whole countries, too"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ dryRun, file, force, list, output, reason, removeAtMost, source }) {
    const lines = yield* linesOf(file)
    const options = { list, source, reason, force }
    const plan = yield* withApi((api) =>
      Effect.gen(function* () {
        const nowMillis = yield* Clock.currentTimeMillis
        const plan = planSync(lines, yield* listedNow(api, list), { ...options, nowMillis })
        yield* printRows(output, columns, rowsOf(plan))
        if (dryRun) return plan
        if (!removalAllowed(plan, removeAtMost)) {
          return yield* CliFailure.refused(
            `${plan.remove.length} entries are not in ${file}, more than ${removeAtMost} % of those of ${source}; nothing was changed`,
            "if the register is right, say so with --remove-at-most 100"
          )
        }
        // A line that cannot be read may be about an entry that is there.
        yield* carryOut(api, plan.refused.length === 0 ? plan : { ...plan, remove: [] }, options)
        return plan
      })
    )
    if (plan.refused.length > 0) {
      const why = dryRun ? [] : ["nothing was taken off, since a refused line may be about what is listed"]
      return yield* CliFailure.refused(summaryOf(plan, false), ...why)
    }
    yield* Console.error(summaryOf(plan, !dryRun))
  })
).pipe(
  Command.withDescription("Make a source's entries on a list those of its register; done again, nothing happens twice"),
  Command.withExamples([
    {
      command: "tandem fraud lists sync block register.csv --source ncc --reason 'register of 21 November' --dry-run",
      description: "What would change"
    }
  ])
)
