import { Schema } from "effect"
import type { Store } from "../store/Store.ts"
import type { Table } from "../store/Table.ts"

const maxTickets = 200_000

export const TicketStatus = Schema.Literals(["new", "open", "pending", "hold", "solved", "closed"])
export type TicketStatus = typeof TicketStatus.Type

export const TicketPriority = Schema.Literals(["urgent", "high", "normal", "low"])

export const CustomField = Schema.Struct({ id: Schema.Int, value: Schema.Unknown })

/** A ticket as the vendor keeps it. `updatedAt` has whole seconds and never repeats, so that it can serve as a stamp. */
export const Ticket = Schema.Struct({
  id: Schema.Int,
  subject: Schema.String,
  description: Schema.String,
  status: TicketStatus,
  priority: Schema.NullOr(TicketPriority),
  tags: Schema.Array(Schema.String),
  customFields: Schema.Array(CustomField),
  requesterId: Schema.Int,
  assigneeId: Schema.NullOr(Schema.Int),
  createdAt: Schema.String,
  updatedAt: Schema.String,
  invocationId: Schema.NullOr(Schema.String)
})
export type Ticket = typeof Ticket.Type

export const Comment = Schema.Struct({
  id: Schema.Int,
  body: Schema.String,
  htmlBody: Schema.String,
  public: Schema.Boolean,
  authorId: Schema.Int,
  at: Schema.String
})
export type Comment = typeof Comment.Type

export interface ZendeskState {
  readonly store: Store
  readonly tickets: Table<Ticket>
  /** The comments of each ticket, oldest first; the first is the ticket's description. */
  readonly comments: Table<ReadonlyArray<Comment>>
}

export const makeZendeskState = (store: Store): ZendeskState => ({
  store,
  tickets: store.table("zendesk.tickets", Ticket, maxTickets),
  comments: store.table("zendesk.comments", Schema.Array(Comment), maxTickets)
})
