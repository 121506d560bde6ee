import { jsonReply, type VendorReply } from "../wire/Vendor.ts"
import type { Comment, Ticket } from "./ZendeskState.ts"

/** The vendor's own largest page. */
const maxPageSize = 100

export const ticketJson = (ticket: Ticket, baseUrl: string) => ({
  url: `${baseUrl}/api/v2/tickets/${ticket.id}.json`,
  id: ticket.id,
  external_id: null,
  via: { channel: "web", source: { from: {}, to: {}, rel: null } },
  created_at: ticket.createdAt,
  updated_at: ticket.updatedAt,
  type: null,
  subject: ticket.subject,
  raw_subject: ticket.subject,
  description: ticket.description,
  priority: ticket.priority,
  status: ticket.status,
  recipient: null,
  requester_id: ticket.requesterId,
  submitter_id: ticket.requesterId,
  assignee_id: ticket.assigneeId,
  organization_id: null,
  group_id: null,
  tags: ticket.tags,
  custom_fields: ticket.customFields,
  fields: ticket.customFields
})

export const commentJson = (comment: Comment) => ({
  id: comment.id,
  type: "Comment",
  author_id: comment.authorId,
  body: comment.body,
  html_body: comment.htmlBody,
  plain_body: comment.body,
  public: comment.public,
  attachments: [],
  created_at: comment.at,
  via: { channel: "api", source: { from: {}, to: {}, rel: null } }
})

export const recordNotFound = (): VendorReply => jsonReply(404, { error: "RecordNotFound", description: "Not found" })

export const recordInvalid = (field: string, description: string): VendorReply =>
  jsonReply(422, {
    error: "RecordInvalid",
    description: "Record validation errors",
    details: { [field]: [{ description, error: "InvalidValue" }] }
  })

/** One page of a list: by cursor when `page[size]` is given, else by offset (`page`, `per_page`). */
export const listReply = (url: URL, name: string, items: ReadonlyArray<unknown>): VendorReply => {
  const query = url.searchParams
  const link = (changes: Readonly<Record<string, string>>) => {
    const next = new URL(url)
    for (const [key, value] of Object.entries(changes)) next.searchParams.set(key, value)
    return next.toString()
  }
  if (query.has("page[size]")) {
    const size = Number(query.get("page[size]"))
    const after = Number(query.get("page[after]") ?? 0)
    if (!(size >= 1 && size <= maxPageSize && after >= 0))
      return jsonReply(400, { error: "InvalidPaginationParameter" })
    const end = after + size
    const hasMore = end < items.length
    return jsonReply(200, {
      [name]: items.slice(after, end),
      meta: { has_more: hasMore, after_cursor: hasMore ? String(end) : null, before_cursor: String(after) },
      links: { next: hasMore ? link({ "page[after]": String(end) }) : null, prev: null }
    })
  }
  const perPage = Math.min(maxPageSize, Math.max(1, Number(query.get("per_page") ?? maxPageSize) || maxPageSize))
  const page = Math.max(1, Number(query.get("page") ?? 1) || 1)
  const end = page * perPage
  return jsonReply(200, {
    [name]: items.slice(end - perPage, end),
    next_page: end < items.length ? link({ page: String(page + 1) }) : null,
    previous_page: page > 1 ? link({ page: String(page - 1) }) : null,
    count: items.length
  })
}
