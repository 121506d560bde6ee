import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ListMatch } from "../../domain/fraud/Finding.ts"
import { ImportFormat, maxImportLines } from "../../domain/fraud/lists/ImportLines.ts"
import { ListEntryState, ListSource } from "../../domain/fraud/lists/ListEntry.ts"
import { ListKind, maxListValueLength } from "../../domain/fraud/lists/ListValue.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { commandProblems, postProblems } from "./CommandProblems.ts"
import { ListEntryRefused, ListEntryUnknown, ListUnknown } from "./FraudListProblems.ts"
import { idempotent, Instant, pageOf, paging, Reason } from "./Parameters.ts"
import { InvalidCursor, InvalidRequest } from "./RequestProblems.ts"
import { EntityTimeout } from "./ServiceProblems.ts"

/** A value as somebody writes it. */
export const ListValueText = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]+$/u, { expected: "no control characters" }),
  Schema.isMaxLength(maxListValueLength)
)

/** The name of a list; one that does not exist is told as such. */
const list = Schema.String.check(Schema.isPattern(/^[a-z]{1,20}$/, { expected: "block or allow" }))

const reference = Schema.optionalKey(Schema.NullOr(Reason))

export const ListEntryView = Schema.Struct({
  ...ListEntryState.fields,
  version: Schema.Int,
  createdAt: Schema.String,
  updatedAt: Schema.String
}).annotate({ identifier: "ListEntry" })
export type ListEntryView = typeof ListEntryView.Type

/** What became of a line. `repeated`: an earlier line has the same value; `failed`: send it again. */
export const ImportOutcome = Schema.Literals(["listed", "repeated", "refused", "failed"])

export const ImportReport = Schema.Struct({
  listed: Schema.Int,
  repeated: Schema.Int,
  refused: Schema.Int,
  failed: Schema.Int,
  items: Schema.Array(
    Schema.Struct({
      line: Schema.Int,
      outcome: ImportOutcome,
      value: Schema.String,
      detail: Schema.NullOr(Schema.String)
    })
  )
}).annotate({ identifier: "ListImportReport" })
export type ImportReport = typeof ImportReport.Type

export const ListCheck = Schema.Struct({
  decision: Schema.Literals(["allow", "block", "none"]),
  /** The entry that decides. */
  match: Schema.NullOr(ListMatch),
  /** The number in the form in which it is looked up. */
  number: Schema.NullOr(Schema.String),
  /** No list keeps a call to an emergency number from its way. */
  emergency: Schema.Boolean
}).annotate({ identifier: "ListCheck" })

const reads = HttpApiGroup.make("fraudLists").add(
  HttpApiEndpoint.get("check", "/fraud/lists/check", {
    query: {
      number: Schema.optionalKey(ListValueText),
      ip: Schema.optionalKey(ListValueText),
      carrier: Schema.optionalKey(ListValueText)
    },
    success: ListCheck
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "What the lists say of a call from a number, an address or a carrier, and why"),
  HttpApiEndpoint.get("list", "/fraud/lists/:list", {
    params: { list },
    query: {
      ...paging,
      kind: Schema.optionalKey(ListKind),
      value: Schema.optionalKey(ListValueText.annotate({ description: "What the value begins with." })),
      source: Schema.optionalKey(ListSource),
      active: Schema.optionalKey(Schema.Literals(["true", "false"]))
    },
    success: pageOf(ListEntryView),
    error: [ListUnknown, InvalidCursor]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Entries of the block or the allow list, by kind and value")
)

/** Numbers, prefixes, addresses and carriers that are blocked, or let pass whatever the detectors find. */
export class FraudListsApi extends reads
  .add(
    HttpApiEndpoint.post("add", "/fraud/lists/:list", {
      params: { list },
      headers: idempotent,
      payload: Schema.Struct({
        kind: ListKind,
        value: ListValueText,
        reason: Reason,
        expiresAt: Schema.optionalKey(Schema.NullOr(Instant)),
        source: Schema.optionalKey(ListSource),
        reference,
        force: Schema.optionalKey(Schema.Boolean.annotate({ description: "Block a whole country, too." }))
      }),
      success: ListEntryState,
      error: [ListUnknown, ListEntryUnknown, ListEntryRefused, ...commandProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Put a value on the list, or say something else of it"),
    HttpApiEndpoint.post("import", "/fraud/lists/:list/import", {
      params: { list },
      headers: idempotent,
      payload: Schema.Struct({
        format: ImportFormat,
        text: Schema.String.annotate({ description: `Up to ${maxImportLines} lines.` }),
        reason: Reason,
        source: Schema.optionalKey(ListSource),
        reference,
        force: Schema.optionalKey(Schema.Boolean)
      }),
      success: ImportReport,
      error: [ListUnknown, InvalidRequest, EntityTimeout, ...postProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Put many values on the list; sent again, nothing happens twice"),
    HttpApiEndpoint.delete("remove", "/fraud/lists/:list/:kind/:value", {
      params: { list, kind: ListKind, value: ListValueText },
      headers: idempotent,
      query: { reason: Reason },
      success: ListEntryState,
      error: [ListUnknown, ListEntryUnknown, ListEntryRefused, ...commandProblems]
    })
      .annotate(RequiredRole, "operator")
      .annotate(OpenApi.Summary, "Take a value off the list")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "The lists that decide before any rule does: allow before block. In an address, `/` of a block of addresses is written %2F."
  ) {}
