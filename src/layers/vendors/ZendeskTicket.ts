import { Schema } from "effect"

export const TicketStatus = Schema.Literals(["new", "open", "pending", "hold", "solved", "closed"])
export type TicketStatus = typeof TicketStatus.Type

export interface ZendeskTicket {
  readonly id: string
  readonly subject: string
  readonly description: string
  readonly status: TicketStatus
  readonly tags: ReadonlyArray<string>
  readonly updatedAt: string
  readonly customFields: Readonly<Record<string, unknown>>
}

export interface ZendeskComment {
  readonly id: string
  readonly body: string
  readonly public: boolean
  readonly createdAt: string
}

/** Only the query of a link is used. */
const anyOrigin = "http://localhost"

const Id = Schema.Union([Schema.String, Schema.Number])
const Text = Schema.NullOr(Schema.String)
const Link = Schema.NullOr(
  Schema.String.pipe(
    Schema.check(Schema.makeFilter((link: string) => URL.canParse(link, anyOrigin) || "Expected a URL"))
  )
)

export const TicketReply = Schema.Struct({
  ticket: Schema.Struct({
    id: Id,
    subject: Schema.optionalKey(Text),
    description: Schema.optionalKey(Text),
    status: TicketStatus,
    tags: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String))),
    updated_at: Schema.String,
    custom_fields: Schema.optionalKey(
      Schema.NullOr(Schema.Array(Schema.Struct({ id: Id, value: Schema.optionalKey(Schema.Unknown) })))
    )
  })
})

export const CommentsReply = Schema.Struct({
  comments: Schema.Array(
    Schema.Struct({ id: Id, body: Schema.optionalKey(Text), public: Schema.Boolean, created_at: Schema.String })
  ),
  meta: Schema.optionalKey(Schema.Struct({ has_more: Schema.Boolean })),
  links: Schema.optionalKey(Schema.Struct({ next: Schema.optionalKey(Link) })),
  next_page: Schema.optionalKey(Link)
})

export const ticketFrom = ({ ticket }: typeof TicketReply.Type): ZendeskTicket => ({
  id: String(ticket.id),
  subject: ticket.subject ?? "",
  description: ticket.description ?? "",
  status: ticket.status,
  tags: ticket.tags ?? [],
  updatedAt: ticket.updated_at,
  customFields: Object.fromEntries((ticket.custom_fields ?? []).map(({ id, value }) => [String(id), value]))
})

export const commentFrom = (comment: (typeof CommentsReply.Type)["comments"][number]): ZendeskComment => ({
  id: String(comment.id),
  body: comment.body ?? "",
  public: comment.public,
  createdAt: comment.created_at
})

/**
 * The query of the next page, of cursor or offset paging. Only the query is taken from the vendor's link: the credentials
 * go nowhere but to the configured host.
 */
export const nextPageOf = (reply: typeof CommentsReply.Type): Record<string, string> | undefined => {
  if (reply.meta?.has_more === false) return undefined
  const link = reply.links?.next ?? reply.next_page
  return typeof link === "string" ? Object.fromEntries(new URL(link, anyOrigin).searchParams) : undefined
}
