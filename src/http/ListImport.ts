import { Clock, Effect, Result } from "effect"
import type { ImportLine } from "../domain/fraud/lists/ImportLines.ts"
import { listEntryId } from "../domain/fraud/lists/ListEntry.ts"
import type { ListName } from "../domain/fraud/lists/ListValue.ts"
import type { ImportDefaults, WantedEntry } from "../domain/fraud/lists/WantedEntry.ts"
import { wantedOf } from "../domain/fraud/lists/WantedEntry.ts"
import type { ImportReport } from "./api/FraudListsApi.ts"
import { isProblem } from "./Problem.ts"

/** Entries that are asked at the same time. */
const atOnce = 64

/** Lines whose turn has not come by then are told as failed, so that the answer comes before the request's deadline. */
const startWithinMillis = 20_000

type Item = ImportReport["items"][number]

const counted = (items: ReadonlyArray<Item>, outcome: Item["outcome"]) =>
  items.filter((item) => item.outcome === outcome).length

/** Puts each line's value on the list, many at once, and says of each line what became of it. */
export const importLines = Effect.fnUntraced(function* <R>(options: {
  readonly list: ListName
  readonly lines: ReadonlyArray<ImportLine>
  readonly defaults: ImportDefaults
  readonly add: (wanted: WantedEntry, line: number) => Effect.Effect<unknown, { readonly _tag: string }, R>
}) {
  const { add, defaults, lines, list } = options
  const startUntilMillis = (yield* Clock.currentTimeMillis) + startWithinMillis
  const firstLines = new Map<string, number>()

  const one = Effect.fnUntraced(function* ({ entry, line }: ImportLine) {
    const told = (outcome: Item["outcome"], value: string, detail: string | null): Item => ({
      line,
      outcome,
      value,
      detail
    })
    const wanted = Result.flatMap(entry, (read) => wantedOf(list, read, defaults))
    if (Result.isFailure(wanted)) {
      return told("refused", Result.isSuccess(entry) ? entry.success.value : "", wanted.failure)
    }
    const { key } = wanted.success
    const first = firstLines.get(listEntryId(key))
    if (first !== undefined) return told("repeated", key.value, `line ${first} has the same value`)
    firstLines.set(listEntryId(key), line)
    if ((yield* Clock.currentTimeMillis) > startUntilMillis) {
      return told("failed", key.value, "its turn did not come in time; send it again")
    }
    return yield* add(wanted.success, line).pipe(
      Effect.as(told("listed", key.value, null)),
      Effect.catch((error) => {
        const detail = isProblem(error) ? (error.detail ?? error.title) : error._tag
        return Effect.succeed(told(error._tag === "ListEntryRefused" ? "refused" : "failed", key.value, detail))
      })
    )
  })

  const items = yield* Effect.forEach(lines, one, { concurrency: atOnce })
  return {
    listed: counted(items, "listed"),
    repeated: counted(items, "repeated"),
    refused: counted(items, "refused"),
    failed: counted(items, "failed"),
    items
  } satisfies ImportReport
})
