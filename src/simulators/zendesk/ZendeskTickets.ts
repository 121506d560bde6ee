import { isoTime } from "../wire/Vendor.ts"
import type { Outbox } from "../webhooks/Outbox.ts"
import type { Comment, Ticket, TicketStatus, ZendeskState } from "./ZendeskState.ts"

/** The vendor's own maximum of comments on one ticket. */
export const maxCommentsPerTicket = 5_000

const firstTicketId = 1_001
const firstCommentId = 700_001

/** The user whose API token the product has, and the customer that all tickets come from. */
export const agentId = 360_001
export const customerId = 360_002

/** `2026-01-31T12:00:00Z`: the vendor's times have whole seconds. */
export const wholeSeconds = (epochMillis: number): string => isoTime(epochMillis).replace(/\.\d+Z$/, "Z")

export interface NewTicket {
  readonly subject: string
  readonly description: string
  readonly status?: TicketStatus
  readonly priority?: Ticket["priority"]
  readonly tags?: ReadonlyArray<string>
}

/** What an update changes; whatever is left out stays. `tags` replaces all. */
export interface TicketChange {
  readonly comment?: {
    readonly body: string
    readonly htmlBody: string
    readonly public: boolean
    readonly authorId: number
  }
  readonly fields: Partial<Pick<Ticket, "subject" | "status" | "priority" | "tags" | "customFields" | "assigneeId">>
}

const normalTag = (tag: string): string => tag.trim().toLowerCase().replace(/\s+/g, "_")

/** Opening and changing tickets, and telling the product about new ones. */
export class ZendeskTickets {
  readonly #state: ZendeskState
  readonly #outbox: Outbox

  constructor(state: ZendeskState, outbox: Outbox) {
    this.#state = state
    this.#outbox = outbox
  }

  get(id: number): Ticket | undefined {
    return this.#state.tickets.get(String(id))
  }

  list(): ReadonlyArray<Ticket> {
    return this.#state.tickets.values()
  }

  comments(id: number): ReadonlyArray<Comment> {
    return this.#state.comments.get(String(id)) ?? []
  }

  /** Opens a ticket and sends its webhook. */
  open(given: NewTicket, nowMillis: number): Ticket {
    const id = this.#state.store.next("zendesk.ticket", firstTicketId)
    const at = wholeSeconds(nowMillis)
    const ticket: Ticket = {
      id,
      subject: given.subject,
      description: given.description,
      status: given.status ?? "new",
      priority: given.priority ?? null,
      tags: (given.tags ?? []).map(normalTag),
      customFields: [],
      requesterId: customerId,
      assigneeId: null,
      createdAt: at,
      updatedAt: at,
      invocationId: null
    }
    this.#addComment(
      id,
      { body: given.description, htmlBody: given.description, public: true, authorId: customerId },
      at
    )
    const invocationId = this.#outbox.add("zendesk", String(id), webhookBody(ticket), nowMillis)
    const announced = { ...ticket, invocationId }
    this.#state.tickets.set(String(id), announced)
    return announced
  }

  /** Sends the ticket's webhook once more, as it is now: as a new event, or as a repetition of the last. */
  redeliver(id: number, sameInvocation: boolean, nowMillis: number): Ticket | undefined {
    const ticket = this.get(id)
    if (ticket === undefined) return undefined
    const again = sameInvocation ? (ticket.invocationId ?? undefined) : undefined
    const invocationId = this.#outbox.add("zendesk", String(id), webhookBody(ticket), nowMillis, again)
    const announced = { ...ticket, invocationId }
    this.#state.tickets.set(String(id), announced)
    return announced
  }

  update(ticket: Ticket, change: TicketChange, nowMillis: number): Ticket {
    const at = wholeSeconds(Math.max(nowMillis, Date.parse(ticket.updatedAt) + 1_000))
    if (change.comment !== undefined) this.#addComment(ticket.id, change.comment, at)
    const { customFields = [], tags, ...fields } = change.fields
    const others = ticket.customFields.filter(({ id }) => !customFields.some((field) => field.id === id))
    const updated: Ticket = {
      ...ticket,
      ...fields,
      tags: tags === undefined ? ticket.tags : [...new Set(tags.map(normalTag).filter((tag) => tag !== ""))],
      customFields: [...others, ...customFields],
      updatedAt: at
    }
    this.#state.tickets.set(String(ticket.id), updated)
    return updated
  }

  #addComment(ticketId: number, comment: NonNullable<TicketChange["comment"]>, at: string): void {
    const id = this.#state.store.next("zendesk.comment", firstCommentId)
    this.#state.comments.set(String(ticketId), [...this.comments(ticketId), { id, at, ...comment }])
  }
}

const webhookBody = ({ description, id, status, subject }: Ticket): string =>
  JSON.stringify({ ticket: { id, subject, description, status } })
