import { Effect, Schema } from "effect"
import { RulesEvent, rulesId } from "../../domain/rules/VersionedRules.ts"
import type { Journal } from "./Journal.ts"
import { maxPage } from "./Journal.ts"

const decodeEvent = Schema.decodeUnknownOption(RulesEvent)

/**
 * The rules of one kind after the version that is known; undefined when that is the last one. Each event brings the next
 * version and holds all rules. One that cannot be read is none.
 */
export const latestRules = Effect.fnUntraced(function* (
  journal: Journal["Service"],
  entityType: string,
  knownVersion: number
) {
  let afterVersion = knownVersion
  let last: unknown
  for (;;) {
    const page = yield* journal.history(entityType, rulesId, { afterVersion, limit: maxPage })
    last = page.at(-1)?.payload ?? last
    afterVersion = page.at(-1)?.version ?? afterVersion
    if (page.length < maxPage) break
  }
  return last === undefined ? undefined : { version: afterVersion, event: decodeEvent(last) }
})
