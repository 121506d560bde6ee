import { Schema } from "effect"
import { BackorderStatus } from "../../domain/backorders/Backorder.ts"
import { DeadLetter } from "../../domain/journal/DeadLetter.ts"
import { JournalEvent } from "../../domain/journal/JournalEvent.ts"
import { PhoneNumberState } from "../../domain/numbers/PhoneNumber.ts"
import { Locality } from "../../domain/numbers/RequestedLine.ts"
import { OrderStatus } from "../../domain/orders/Order.ts"

/** Instants are ISO 8601, UTC, milliseconds. `version` counts the entity's events. */
const dated = { version: Schema.Int, createdAt: Schema.String, updatedAt: Schema.String }

/** One ticket's order; `requested` to `backordered` count numbers. */
export const OrderView = Schema.Struct({
  orderId: Schema.String,
  status: OrderStatus,
  subject: Schema.String,
  /** Runs of the ticket: 1, and one more with each replay. */
  generation: Schema.Int,
  detail: Schema.NullOr(Schema.String),
  requested: Schema.Int,
  ordered: Schema.Int,
  added: Schema.Int,
  blocked: Schema.Int,
  backordered: Schema.Int,
  ...dated
}).annotate({ identifier: "Order" })
export type OrderView = typeof OrderView.Type

export const NumberView = Schema.Struct({ ...PhoneNumberState.fields, ...dated }).annotate({ identifier: "Number" })
export type NumberView = typeof NumberView.Type

/** `received`: numbers that the vendor has assigned; `delivered`: those of them that are in inventory and reported. */
export const BackorderView = Schema.Struct({
  backorderId: Schema.String,
  orderId: Schema.String,
  line: Schema.Int,
  status: BackorderStatus,
  reference: Schema.String,
  vendorOrderId: Schema.NullOr(Schema.String),
  locality: Locality,
  quantity: Schema.Int,
  received: Schema.Int,
  delivered: Schema.Int,
  desiredDueAt: Schema.NullOr(Schema.String),
  checkedAt: Schema.NullOr(Schema.String),
  ...dated
}).annotate({ identifier: "Backorder" })
export type BackorderView = typeof BackorderView.Type

/** One event of a number's history, and the same in plain words. */
export const TimelineEntry = Schema.Struct({ ...JournalEvent.fields, summary: Schema.String }).annotate({
  identifier: "TimelineEntry"
})
export type TimelineEntry = typeof TimelineEntry.Type

/** A command that failed with a defect as often as it may be tried. `replayedAt` null: it still waits. */
export const DeadLetterView = DeadLetter.annotate({ identifier: "DeadLetter" })
export type DeadLetterView = typeof DeadLetterView.Type

/** The circuit of one vendor on the node that answers. `retryAfterMillis` is 0 unless it is open. */
export const VendorView = Schema.Struct({
  vendor: Schema.String,
  breaker: Schema.Literals(["closed", "open", "halfOpen"]),
  retryAfterMillis: Schema.Finite,
  running: Schema.Int,
  waiting: Schema.Int
}).annotate({ identifier: "Vendor" })
