import { hash } from "node:crypto"
import { Clock, Effect, Result, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { maxImportLines, parseImport } from "../domain/fraud/lists/ImportLines.ts"
import type { ListEntryDetails, ListEntryKey } from "../domain/fraud/lists/ListEntry.ts"
import { listEntryId } from "../domain/fraud/lists/ListEntry.ts"
import type { ListKind } from "../domain/fraud/lists/ListValue.ts"
import { ListName, normaliseListValue } from "../domain/fraud/lists/ListValue.ts"
import { isEmergency } from "../domain/numbering/NigerianNumbering.ts"
import { ListEntry } from "../entities/ListEntry.ts"
import { ScreeningPolicy } from "../layers/fraud/ScreeningPolicy.ts"
import { ListRows } from "../layers/storage/ListRows.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { ListUnknown } from "./api/FraudListProblems.ts"
import { InvalidRequest } from "./api/RequestProblems.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { Asked } from "./CommandKeys.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { importLines } from "./ListImport.ts"
import { readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

const EntryCursor = Schema.String.check(Schema.isMaxLength(200))

interface Sent {
  readonly headers: { readonly "idempotency-key"?: string | undefined }
}

const asked = (operation: string, target: string, { headers }: Sent, body: unknown): Asked => ({
  operation: `fraudLists.${operation}`,
  target,
  body,
  idempotencyKey: headers["idempotency-key"]
})

const isList = Schema.is(ListName)

const listOf = (list: string) =>
  isList(list)
    ? Effect.succeed(list)
    : Effect.fail(new ListUnknown({ list, detail: `There is no list ${list}; there are block and allow.` }))

const valueOf = (kind: ListKind, text: string) =>
  Effect.mapError(Effect.fromResult(normaliseListValue(kind, text)), problemOf)

const isoOf = (instant: string | null | undefined): string | null =>
  instant === null || instant === undefined ? null : new Date(instant).toISOString()

const tooManyLines = new InvalidRequest({
  detail: "Values of the request are missing or wrong; see issues.",
  issues: [{ path: ["payload", "text"], message: `Expected ${maxImportLines} lines at most` }]
})

/** The number as it is looked up; what is none, such as a short code, as it is written. */
const lookedUp = (text: string): string =>
  Result.getOrElse(normaliseListValue("number", text), () => text.replace(/\s/g, ""))

const makeCommands = Effect.gen(function* () {
  const keys = yield* CommandKeys
  const entryOf = yield* ListEntry.client

  const add = (
    wanted: { readonly key: ListEntryKey; readonly details: ListEntryDetails },
    by: { readonly commandKey: string; readonly by: string; readonly force: boolean }
  ) => askEntity(entryOf(listEntryId(wanted.key)).Add({ ...by, details: wanted.details }))

  return { keys, entryOf, add }
})

export const FraudListsLive = HttpApiBuilder.group(
  TandemApi,
  "fraudLists",
  Effect.fnUntraced(function* (handlers) {
    const rows = yield* ListRows
    const policy = yield* ScreeningPolicy
    const { add, entryOf, keys } = yield* makeCommands

    return handlers.handleAll({
      check: Effect.fnUntraced(function* ({ query }) {
        const number = query.number === undefined ? null : lookedUp(query.number)
        const call = { aNumber: number ?? "", bNumber: "", sourceIp: query.ip ?? "", carrierId: query.carrier ?? "" }
        const match = policy.current().lists.match(call, yield* Clock.currentTimeMillis)
        return {
          decision: match?.list ?? "none",
          match: match ?? null,
          number,
          emergency: number !== null && isEmergency(number)
        }
      }),
      list: Effect.fnUntraced(function* ({ params, query }) {
        const list = yield* listOf(params.list)
        const { active, kind, source, value } = query
        const filter = {
          list,
          kind,
          source,
          valuePrefix: value,
          active: active === undefined ? undefined : active === "true"
        }
        const nowMillis = yield* Clock.currentTimeMillis
        return yield* readPage({
          query,
          key: EntryCursor,
          read: (after, limit) => asProblems(rows.list({ filter, after, limit, nowMillis })),
          keyOf: listEntryId
        })
      }),
      add: Effect.fnUntraced(function* ({ headers, params, payload }) {
        const list = yield* listOf(params.list)
        const { expiresAt, force = false, kind, reason, reference = null, source = "manual" } = payload
        const key = { list, kind, value: yield* valueOf(kind, payload.value) }
        const { name } = yield* CurrentCaller
        const commandKey = yield* keys.keyFor(asked("add", listEntryId(key), { headers }, payload))
        const details = { reason, expiresAt: isoOf(expiresAt), source, reference }
        return yield* add({ key, details }, { commandKey, by: name, force })
      }),
      import: Effect.fnUntraced(function* ({ headers, params, payload }) {
        const list = yield* listOf(params.list)
        const lines = parseImport(payload.format, payload.text)
        if (lines.length > maxImportLines) return yield* tooManyLines
        const { force = false, reason, reference = null, source = "manual" } = payload
        const { name } = yield* CurrentCaller
        // Each line has a key of its own, which an import that is sent again under its key has again.
        const importKey = hash("sha256", yield* keys.keyFor(asked("import", list, { headers }, payload)))
        return yield* importLines({
          list,
          lines,
          defaults: { reason, source, reference },
          add: (wanted, line) => add(wanted, { commandKey: `import:${importKey}:${line}`, by: name, force })
        })
      }),
      remove: Effect.fnUntraced(function* ({ headers, params, query }) {
        const list = yield* listOf(params.list)
        const key = { list, kind: params.kind, value: yield* valueOf(params.kind, params.value) }
        const { name } = yield* CurrentCaller
        const commandKey = yield* keys.keyFor(asked("remove", listEntryId(key), { headers }, query))
        return yield* askEntity(entryOf(listEntryId(key)).Remove({ commandKey, reason: query.reason, by: name }))
      })
    })
  })
)
