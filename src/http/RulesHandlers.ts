import { Effect, Option, Schema } from "effect"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { RulesEvent, rulesId } from "../domain/rules/VersionedRules.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { readPage, VersionCursor } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

/** Most changes that a summary names; the event has them all. */
const changesTold = 10

const decodeEvent = Schema.decodeUnknownOption(RulesEvent)

/** What a change of the rules means, in plain words. */
const rulesEventSummary = (event: JournalEvent): string =>
  Option.match(decodeEvent(event.payload), {
    onNone: () => event.type,
    onSome: ({ by, changes, reason, version }) => {
      const more = changes.length > changesTold ? ` and ${changes.length - changesTold} more` : ""
      return `Version ${version} by ${by}: ${changes.slice(0, changesTold).join("; ")}${more} (${reason})`
    }
  })

interface Sent {
  readonly headers: { readonly "idempotency-key"?: string | undefined }
  readonly payload: { readonly reason: string }
}

/** What the routes of rules of any kind have in common: `group` are the routes, `entityType` is the actor. */
export const makeRulesHandlers = Effect.fnUntraced(function* (group: string, entityType: string) {
  const journal = yield* Journal
  const keys = yield* CommandKeys

  return {
    /** What every change begins with: its key, and by whom it is wanted and why. */
    asked: Effect.fnUntraced(function* (operation: string, target: string, { headers, payload }: Sent) {
      const { name } = yield* CurrentCaller
      const commandKey = yield* keys.keyFor({
        operation: `${group}.${operation}`,
        target,
        body: payload,
        idempotencyKey: headers["idempotency-key"]
      })
      return { commandKey, by: name, reason: payload.reason }
    }),
    timeline: Effect.fnUntraced(function* ({ query }: Pick<Parameters<typeof readPage>[0], "query">) {
      const page = yield* readPage({
        query,
        key: VersionCursor,
        read: (after, limit) => asProblems(journal.history(entityType, rulesId, { afterVersion: after ?? 0, limit })),
        keyOf: ({ version }) => version
      })
      return { ...page, items: page.items.map((event) => ({ ...event, summary: rulesEventSummary(event) })) }
    })
  }
})
