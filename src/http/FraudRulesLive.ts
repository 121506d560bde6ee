import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { RulesEvent, rulesId } from "../domain/fraud/rules/RuleChanges.ts"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { FraudRules } from "../entities/FraudRules.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

const VersionCursor = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))

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

export const FraudRulesLive = HttpApiBuilder.group(
  TandemApi,
  "fraudRules",
  Effect.fnUntraced(function* (handlers) {
    const journal = yield* Journal
    const keys = yield* CommandKeys
    const rules = (yield* FraudRules.client)(rulesId)

    const asked = Effect.fnUntraced(function* (operation: string, target: string, { headers, payload }: Sent) {
      const { name } = yield* CurrentCaller
      const commandKey = yield* keys.keyFor({
        operation: `fraudRules.${operation}`,
        target,
        body: payload,
        idempotencyKey: headers["idempotency-key"]
      })
      return { commandKey, by: name, reason: payload.reason }
    })

    return handlers.handleAll({
      get: () => askEntity(rules.Get()),
      timeline: Effect.fnUntraced(function* ({ query }) {
        const page = yield* readPage({
          query,
          key: VersionCursor,
          read: (after, limit) =>
            asProblems(journal.history(FraudRules.type, rulesId, { afterVersion: after ?? 0, limit })),
          keyOf: ({ version }) => version
        })
        return { ...page, items: page.items.map((event) => ({ ...event, summary: rulesEventSummary(event) })) }
      }),
      change: Effect.fnUntraced(function* ({ headers, params, payload }) {
        const by = yield* asked("change", params.rule, { headers, payload })
        const { parameters, reason: _, ...fields } = payload
        // The verdict's own fields are not in a drawer of their own, as a rule's are.
        const patch =
          params.rule === "composite" ? { ...fields, ...parameters } : { ...fields, ...(parameters && { parameters }) }
        return yield* askEntity(rules.Change({ ...by, rule: params.rule, patch }))
      }),
      replace: Effect.fnUntraced(function* ({ headers, payload }) {
        const by = yield* asked("replace", rulesId, { headers, payload })
        return yield* askEntity(rules.Replace({ ...by, rules: payload.rules }))
      }),
      revert: Effect.fnUntraced(function* ({ headers, payload }) {
        const by = yield* asked("revert", rulesId, { headers, payload })
        return yield* askEntity(rules.Revert({ ...by, toVersion: payload.toVersion }))
      })
    })
  })
)
