import { Schema } from "effect"

/** Rows on a page of a list. */
export const pageLimit = { minimum: 1, maximum: 200, default: 50 }

/** Longest cursor, in characters. */
export const maxCursorLength = 512

/** How a list is read page by page: the `nextCursor` of one page is the `cursor` of the next. */
export const paging = {
  limit: Schema.optionalKey(
    Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween(pageLimit)).annotate({
      description: "Rows on a page, 1 to 200; 50 when it is not given."
    })
  ),
  cursor: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxCursorLength)).annotate({
      description: "The nextCursor of the page before."
    })
  )
}

/** One page of a list. `nextCursor` is null on the last one. */
export const pageOf = <S extends Schema.Top>(item: S) =>
  Schema.Struct({ items: Schema.Array(item), nextCursor: Schema.NullOr(Schema.String) })

/** The help desk's ticket id, which is the order's id too. */
export const OrderId = Schema.String.check(Schema.isPattern(/^\d{1,18}$/, { expected: "a ticket's id: digits" }))

export const BackorderId = Schema.String.check(
  Schema.isPattern(/^\d{1,18}-\d{1,4}$/, { expected: "a back-order's id: {orderId}-{line}" })
)

export const DeadLetterId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9-]{1,64}$/, { expected: "a dead letter's id" })
)

/** What an actor's type and id are made of. */
export const EntityName = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,200}$/, { expected: "1 to 200 visible ASCII characters" })
)

/**
 * Names the caller's intent: sent again with the same request, it gives the same answer, also after a crash; with another
 * request it is a conflict (draft-ietf-httpapi-idempotency-key-header).
 */
export const idempotent = {
  "idempotency-key": Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[\x21-\x7e]{1,200}$/, { expected: "1 to 200 visible ASCII characters" })
    ).annotate({ description: "The same key with the same request gives the same answer." })
  )
}

/** A moment with its offset from UTC, as RFC 3339 writes it. */
export const Instant = Schema.String.check(
  Schema.isPattern(
    /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
    { expected: "an instant such as 2026-01-31T23:59:59Z" }
  )
)

/** Why a person does something: 1 to 500 characters, no control characters. */
export const Reason = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}]{1,500}$/u, { expected: "1 to 500 characters, none of them a control character" })
)
