import { Result, Schema } from "effect"
import { ListEntryRefused, ListKind, ListName, mayBlock, normaliseListValue } from "./ListValue.ts"

/** Who put an entry on a list: a person, a detector, the regulator's directive, or a carrier's. */
export const ListSource = Schema.Literals(["manual", "auto", "ncc", "carrier"])
export type ListSource = typeof ListSource.Type

export const ListEntryStatus = Schema.Literals(["unknown", "active", "removed", "expired"])
export type ListEntryStatus = typeof ListEntryStatus.Type

/** What is said of a value on a list. */
export const ListEntryDetails = Schema.Struct({
  reason: Schema.String,
  /** ISO 8601, UTC; null: it stays until somebody takes it off. */
  expiresAt: Schema.NullOr(Schema.String),
  source: ListSource,
  /** The directive, alert or case that it comes from. */
  reference: Schema.NullOr(Schema.String)
})
export type ListEntryDetails = typeof ListEntryDetails.Type

export const ListEntryState = Schema.Struct({
  list: ListName,
  kind: ListKind,
  value: Schema.String,
  status: ListEntryStatus,
  ...ListEntryDetails.fields,
  /** Who said so last. */
  by: Schema.String
})
export type ListEntryState = typeof ListEntryState.Type

export const ListEntryEvent = Schema.Union([
  Schema.TaggedStruct("ListEntryAdded", { details: ListEntryDetails, by: Schema.String }),
  Schema.TaggedStruct("ListEntryChanged", { details: ListEntryDetails, by: Schema.String }),
  Schema.TaggedStruct("ListEntryRemoved", { reason: Schema.String, by: Schema.String }),
  Schema.TaggedStruct("ListEntryExpired", {})
])
export type ListEntryEvent = typeof ListEntryEvent.Type

/** The value was never on this list. */
export class ListEntryUnknown extends Schema.TaggedError<ListEntryUnknown>()("ListEntryUnknown", {
  list: ListName,
  kind: ListKind,
  value: Schema.String
}) {}

export const ListEntryRefusal = Schema.Union([ListEntryRefused, ListEntryUnknown])
export type ListEntryRefusal = typeof ListEntryRefusal.Type

/** Which value of which list: what an entry's id is made of. */
export interface ListEntryKey {
  readonly list: ListName
  readonly kind: ListKind
  readonly value: string
}

export const listEntryId = ({ kind, list, value }: ListEntryKey): string => `${list}:${kind}:${value}`

const isList = Schema.is(ListName)
const isKind = Schema.is(ListKind)

/** The key that an id was made of. An IPv6 value has colons of its own. */
export const listEntryKey = (entityId: string): ListEntryKey | undefined => {
  const [list, kind, ...value] = entityId.split(":")
  return isList(list) && isKind(kind) ? { list, kind, value: value.join(":") } : undefined
}

export const unknownListEntry = (entityId: string): ListEntryState => ({
  ...(listEntryKey(entityId) ?? { list: "block", kind: "carrier", value: entityId }),
  status: "unknown",
  reason: "",
  expiresAt: null,
  source: "manual",
  reference: null,
  by: ""
})

export const evolveListEntry = (state: ListEntryState, event: ListEntryEvent): ListEntryState => {
  switch (event._tag) {
    case "ListEntryAdded":
    case "ListEntryChanged":
      return { ...state, ...event.details, status: "active", by: event.by }
    case "ListEntryRemoved":
      return { ...state, status: "removed", reason: event.reason, by: event.by }
    case "ListEntryExpired":
      return { ...state, status: "expired" }
  }
}

type Decision = Result.Result<ReadonlyArray<ListEntryEvent>, ListEntryRefusal>

export const expiresAtMillis = ({ expiresAt }: { readonly expiresAt: string | null }): number =>
  expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)

const sameDetails = (state: ListEntryState, details: ListEntryDetails): boolean =>
  state.reason === details.reason &&
  state.expiresAt === details.expiresAt &&
  state.source === details.source &&
  state.reference === details.reference

const checked = (state: ListEntryState, force: boolean): Result.Result<void, ListEntryRefused> =>
  Result.flatMap(normaliseListValue(state.kind, state.value), (value) =>
    value !== state.value
      ? Result.fail(
          new ListEntryRefused({
            kind: state.kind,
            value: state.value,
            reason: "invalid",
            detail: `${state.value} is written ${value}`
          })
        )
      : state.list === "block"
        ? mayBlock(state.kind, value, force)
        : Result.succeed(undefined)
  )

/** Puts the value on the list, or says something else of one that is there. The same again: nothing more happens. */
export const decideAdd = (
  state: ListEntryState,
  asked: { readonly details: ListEntryDetails; readonly by: string; readonly force: boolean },
  nowMillis: number
): Decision =>
  Result.flatMap(checked(state, asked.force), (): Decision => {
    const { by, details } = asked
    if (!(expiresAtMillis(details) > nowMillis)) {
      const detail = "the entry would have expired already"
      return Result.fail(new ListEntryRefused({ kind: state.kind, value: state.value, reason: "expired", detail }))
    }
    if (state.status !== "active") return Result.succeed([{ _tag: "ListEntryAdded", details, by }])
    return Result.succeed(sameDetails(state, details) ? [] : [{ _tag: "ListEntryChanged", details, by }])
  })

/** Takes the value off the list. Off already: nothing more happens. */
export const decideRemove = (state: ListEntryState, reason: string, by: string): Decision =>
  state.status === "unknown"
    ? Result.fail(new ListEntryUnknown({ list: state.list, kind: state.kind, value: state.value }))
    : Result.succeed(state.status === "active" ? [{ _tag: "ListEntryRemoved", reason, by }] : [])

/** An entry whose time is over leaves the list. */
export const decideExpire = (state: ListEntryState, nowMillis: number): Decision =>
  Result.succeed(state.status === "active" && expiresAtMillis(state) <= nowMillis ? [{ _tag: "ListEntryExpired" }] : [])
