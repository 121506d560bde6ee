import type { Effect } from "effect"
import { Context, Schema } from "effect"
import type { VendorError } from "./VendorError.ts"

/** The ticket is closed; Zendesk lets nobody change it any more. */
export class TicketClosed extends Schema.TaggedError<TicketClosed>()("TicketClosed", { ticketId: Schema.String }) {
  override get message(): string {
    return `ticket ${this.ticketId} is closed`
  }
}

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

export interface TicketAnswer {
  readonly ticketId: string
  /** A text that is part of `body` and of no other comment, by which the comment is found again. */
  readonly marker: string
  readonly body: string
  readonly public: boolean
  readonly status?: TicketStatus
  /** Added to those that the ticket has and to those of the setting ZENDESK_TAGS. */
  readonly tags?: ReadonlyArray<string>
  /** Values by the names of the settings ZENDESK_FIELD_…; a name without a setting is left out. */
  readonly fields?: Partial<Record<ZendeskField, string>>
}

export type ZendeskField = "carrierTicketNumber" | "usLongCodes" | "numberOrder" | "prefix"

/** Zendesk Support tickets, https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/. */
export class Zendesk extends Context.Service<
  Zendesk,
  {
    readonly ticket: (ticketId: string) => Effect.Effect<ZendeskTicket, VendorError>
    readonly comments: (ticketId: string) => Effect.Effect<ReadonlyArray<ZendeskComment>, VendorError>
    /** Adds the comment exactly once, however often it is called with the same marker. */
    readonly answer: (answer: TicketAnswer) => Effect.Effect<"added" | "alreadyThere", VendorError | TicketClosed>
  }
>()("tandem/layers/vendors/Zendesk") {}
