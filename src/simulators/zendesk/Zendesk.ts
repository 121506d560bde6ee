import { Schema } from "effect"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import {
  basicCredentials,
  failureStatus,
  type HttpVerb,
  jsonReply,
  parseJson,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { commentJson, listReply, recordInvalid, recordNotFound, ticketJson } from "./ZendeskJson.ts"
import { ZendeskLimits } from "./ZendeskLimits.ts"
import { CustomField, type Ticket, TicketPriority, TicketStatus } from "./ZendeskState.ts"
import { agentId, maxCommentsPerTicket, type TicketChange, type ZendeskTickets } from "./ZendeskTickets.ts"

const maxCommentLength = 65_535

const errors: Readonly<Record<VendorFailure, unknown>> = {
  unauthorized: { error: "Couldn't authenticate you" },
  rateLimited: {
    error: "APIRateLimitExceeded",
    description: "Number of allowed API requests per minute exceeded"
  },
  serverError: { error: "InternalServerError", description: "We're sorry, but something went wrong" },
  notFound: { error: "InvalidEndpoint", description: "Not found" },
  methodNotAllowed: { error: "MethodNotAllowed", description: "Method not allowed" },
  bodyTooLarge: { error: "RequestEntityTooLarge", description: "The request is too large" }
}

const CommentInput = Schema.Struct({
  body: Schema.optionalKey(Schema.String),
  html_body: Schema.optionalKey(Schema.String),
  public: Schema.optionalKey(Schema.Boolean),
  author_id: Schema.optionalKey(Schema.Int)
})

const TicketInput = Schema.Struct({
  ticket: Schema.Struct({
    subject: Schema.optionalKey(Schema.String),
    description: Schema.optionalKey(Schema.String),
    comment: Schema.optionalKey(CommentInput),
    status: Schema.optionalKey(TicketStatus),
    priority: Schema.optionalKey(Schema.NullOr(TicketPriority)),
    tags: Schema.optionalKey(Schema.Array(Schema.String)),
    custom_fields: Schema.optionalKey(Schema.Array(CustomField)),
    assignee_id: Schema.optionalKey(Schema.NullOr(Schema.Int)),
    safe_update: Schema.optionalKey(Schema.Boolean),
    updated_stamp: Schema.optionalKey(Schema.String)
  })
})
type TicketInput = (typeof TicketInput.Type)["ticket"]

const decodeTicket = Schema.decodeUnknownResult(TicketInput)

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()

const commentOf = (input: TicketInput["comment"]): TicketChange["comment"] => {
  if (input === undefined) return undefined
  const body = input.body ?? plain(input.html_body ?? "")
  return {
    body,
    htmlBody: input.html_body ?? `<div class="zd-comment">${body.replace(/\n/g, "<br>")}</div>`,
    public: input.public ?? true,
    authorId: input.author_id ?? agentId
  }
}

const changeOf = (input: TicketInput): TicketChange => {
  const comment = commentOf(input.comment)
  return {
    ...(comment === undefined ? {} : { comment }),
    fields: {
      ...(input.subject === undefined ? {} : { subject: input.subject }),
      ...(input.status === undefined ? {} : { status: input.status }),
      ...(input.priority === undefined ? {} : { priority: input.priority }),
      ...(input.tags === undefined ? {} : { tags: input.tags }),
      ...(input.custom_fields === undefined ? {} : { customFields: input.custom_fields }),
      ...(input.assignee_id === undefined ? {} : { assigneeId: input.assignee_id })
    }
  }
}

/** Zendesk's ticketing API, version 2 (https://developer.zendesk.com/api-reference/ticketing/). */
export class Zendesk implements Vendor {
  readonly name = "zendesk"
  readonly prefix = "/zendesk"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly #tickets: ZendeskTickets
  readonly #limits: ZendeskLimits
  readonly #credentials: SandboxCredentials["zendesk"]

  constructor(tickets: ZendeskTickets, settings: LiveSettings, credentials: SandboxCredentials["zendesk"]) {
    this.#tickets = tickets
    this.#limits = new ZendeskLimits(settings)
    this.#credentials = credentials
    this.routes = [
      ...this.#route("GET", "/tickets", "listTickets", (call) =>
        listReply(
          call.url,
          "tickets",
          this.#tickets.list().map((ticket) => ticketJson(ticket, this.#base(call)))
        )
      ),
      ...this.#route("POST", "/tickets", "createTicket", (call) => this.#create(call)),
      ...this.#route("GET", "/tickets/:id/comments", "listComments", (call) => this.#comments(call)),
      // The router gives `5.json` as the id, so these two need no second path.
      ...this.#route("GET", "/tickets/:id", "getTicket", (call) => this.#get(call)).slice(0, 1),
      ...this.#route("PUT", "/tickets/:id", "updateTicket", (call) => this.#update(call)).slice(0, 1)
    ]
  }

  failure(kind: VendorFailure): VendorReply {
    return jsonReply(failureStatus[kind], errors[kind])
  }

  /** The same operation with and without `.json`. */
  #route(
    method: HttpVerb,
    path: `/${string}`,
    operation: string,
    handle: VendorRoute["handle"]
  ): ReadonlyArray<VendorRoute> {
    const guarded = (call: VendorCall): VendorReply => {
      if (!this.#isAuthorized(call)) return this.failure("unauthorized")
      const waitSeconds = this.#limits.request(call.nowMillis)
      const reply = waitSeconds > 0 ? this.#limited(waitSeconds) : handle(call)
      return { ...reply, headers: { ...this.#limits.headers(call.nowMillis), ...reply.headers } }
    }
    return ["", ".json"].map((ending) => ({
      method,
      path: `/zendesk/api/v2${path}${ending}` as const,
      operation,
      handle: guarded
    }))
  }

  #isAuthorized(call: VendorCall): boolean {
    const basic = basicCredentials(call)
    return basic?.user === `${this.#credentials.email}/token` && basic.password === this.#credentials.apiToken
  }

  #limited(waitSeconds: number): VendorReply {
    return { ...this.failure("rateLimited"), headers: { "retry-after": String(waitSeconds) } }
  }

  #base(call: VendorCall): string {
    return `${call.url.origin}/zendesk`
  }

  #ticketOf(call: VendorCall): Ticket | undefined {
    const id = /^(\d{1,15})(\.json)?$/.exec(call.params["id"] ?? "")?.[1]
    return id === undefined ? undefined : this.#tickets.get(Number(id))
  }

  #get(call: VendorCall): VendorReply {
    const ticket = this.#ticketOf(call)
    return ticket === undefined ? recordNotFound() : jsonReply(200, { ticket: ticketJson(ticket, this.#base(call)) })
  }

  #comments(call: VendorCall): VendorReply {
    const ticket = this.#ticketOf(call)
    if (ticket === undefined) return recordNotFound()
    return listReply(call.url, "comments", this.#tickets.comments(ticket.id).map(commentJson))
  }

  #create(call: VendorCall): VendorReply {
    const input = this.#decode(call)
    if ("contentType" in input) return input
    const description = input.comment?.body ?? input.description ?? ""
    if (description.trim() === "") return recordInvalid("description", "Description: cannot be blank")
    const ticket = this.#tickets.open(
      {
        subject: input.subject ?? "",
        description,
        ...(input.status === undefined ? {} : { status: input.status }),
        ...(input.priority === undefined ? {} : { priority: input.priority }),
        ...(input.tags === undefined ? {} : { tags: input.tags })
      },
      call.nowMillis
    )
    const body = { ticket: ticketJson(ticket, this.#base(call)), audit: this.#audit(ticket, input) }
    return jsonReply(201, body, { location: `${this.#base(call)}/api/v2/tickets/${ticket.id}.json` })
  }

  #update(call: VendorCall): VendorReply {
    const ticket = this.#ticketOf(call)
    if (ticket === undefined) return recordNotFound()
    const waitSeconds = this.#limits.update(ticket.id, call.nowMillis)
    if (waitSeconds > 0) return this.#limited(waitSeconds)
    const input = this.#decode(call)
    if ("contentType" in input) return input
    const refused = this.#refused(ticket, input)
    if (refused !== undefined) return refused
    const updated = this.#tickets.update(ticket, changeOf(input), call.nowMillis)
    return jsonReply(200, { ticket: ticketJson(updated, this.#base(call)), audit: this.#audit(updated, input) })
  }

  #refused(ticket: Ticket, input: TicketInput): VendorReply | undefined {
    if (ticket.status === "closed") return recordInvalid("status", "Status: closed prevents ticket update")
    if (input.safe_update === true) {
      if (input.updated_stamp === undefined) return recordInvalid("updated_stamp", "Updated stamp: cannot be blank")
      if (Date.parse(input.updated_stamp) !== Date.parse(ticket.updatedAt)) {
        return jsonReply(409, {
          error: "UpdateConflict",
          description: "Safe Update prevented the update due to outdated ticket data"
        })
      }
    }
    const comment = commentOf(input.comment)
    if (comment === undefined) return undefined
    if (comment.body.trim() === "") return recordInvalid("comment", "Comment: cannot be blank")
    if (comment.body.length > maxCommentLength) return recordInvalid("comment", "Comment: is too long")
    return this.#tickets.comments(ticket.id).length >= maxCommentsPerTicket
      ? recordInvalid("comment", "Comment: the ticket has too many comments")
      : undefined
  }

  #decode(call: VendorCall): TicketInput | VendorReply {
    const body = parseJson(call.text)
    if (body === undefined) {
      return jsonReply(422, { error: "Unprocessable Entity", message: "Server could not parse JSON" })
    }
    const decoded = decodeTicket(body)
    return decoded._tag === "Success" ? decoded.success.ticket : recordInvalid("ticket", String(decoded.failure))
  }

  #audit(ticket: Ticket, input: TicketInput) {
    const comment = this.#tickets.comments(ticket.id).at(-1)
    return {
      id: comment?.id ?? 0,
      ticket_id: ticket.id,
      created_at: ticket.updatedAt,
      author_id: agentId,
      events: input.comment === undefined || comment === undefined ? [] : [commentJson(comment)]
    }
  }
}
