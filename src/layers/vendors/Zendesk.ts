import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { HttpClientRequest } from "effect/http"
import type { Door } from "./VendorDoor.ts"
import { VendorDoor } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import type { VendorHttp } from "./VendorHttp.ts"
import { makeVendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"
import type { TicketStatus, ZendeskComment, ZendeskTicket } from "./ZendeskTicket.ts"
import { commentFrom, CommentsReply, nextPageOf, ticketFrom, TicketReply } from "./ZendeskTicket.ts"

/** Comments are read in so many pages of 100; Zendesk itself allows a ticket 5000. */
export const maxCommentPages = 50

/** How often an answer starts over because the ticket changed meanwhile or its own outcome was lost. */
export const maxAnswerRounds = 6

/** The ticket is closed; Zendesk lets nobody change it any more. */
export class TicketClosed extends Schema.TaggedError<TicketClosed>()("TicketClosed", { ticketId: Schema.String }) {
  override get message(): string {
    return `ticket ${this.ticketId} is closed`
  }
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
>()("tandem/layers/vendors/Zendesk") {
  static readonly layer: Layer.Layer<Zendesk, Config.ConfigError, HttpClient.HttpClient | VendorDoor> = Layer.effect(
    Zendesk,
    Effect.gen(function* () {
      const settings = yield* zendeskSettings
      const http = yield* makeVendorHttp(vendor, [settings.apiToken])
      const door = yield* (yield* VendorDoor).make(doorOptions(settings.requestsPerMinute))
      const authorize = HttpClientRequest.basicAuth(`${settings.email}/token`, Redacted.value(settings.apiToken))
      const request: RequestOf = (method, path) =>
        HttpClientRequest.make(method)(`${settings.baseUrl}/api/v2/${path}`).pipe(
          authorize,
          HttpClientRequest.acceptJson
        )
      const reads = makeReads(door, http, request)
      return { ...reads, answer: makeAnswer(door, http, request, reads, settings) }
    })
  )
}

const vendor = "zendesk"

const fieldSetting = (name: string) =>
  Config.option(Config.schema(Schema.String.pipe(Schema.check(Schema.isPattern(/^\d+$/))), name))

const zendeskSettings = Config.all({
  baseUrl: baseUrl("ZENDESK_BASE_URL"),
  email: Config.NonEmptyString("ZENDESK_EMAIL"),
  apiToken: secret("ZENDESK_API_TOKEN"),
  requestsPerMinute: Config.schema(
    Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isGreaterThan(0))),
    "ZENDESK_REQUESTS_PER_MINUTE"
  ).pipe(Config.withDefault(400)),
  tags: Config.Array(Schema.NonEmptyString, "ZENDESK_TAGS").pipe(
    Config.withDefault(["support_automation", "us_number_order_ai_automation"])
  ),
  fields: Config.all({
    carrierTicketNumber: fieldSetting("ZENDESK_FIELD_CARRIER_TICKET_NUMBER"),
    usLongCodes: fieldSetting("ZENDESK_FIELD_US_LONG_CODES"),
    numberOrder: fieldSetting("ZENDESK_FIELD_NUMBER_ORDER"),
    prefix: fieldSetting("ZENDESK_FIELD_PREFIX")
  })
})
type ZendeskSettings = Config.Success<typeof zendeskSettings>

/** The limit depends on the plan: 200 a minute on Team, 400 on Growth and Professional, 700 on Enterprise. */
const doorOptions = (requestsPerMinute: number) => ({
  vendor,
  tryTimeoutMillis: 15_000,
  deadlineMillis: 90_000,
  maxTries: 5,
  maxConcurrent: 16,
  maxWaiting: 500,
  rate: { tokens: requestsPerMinute, perMillis: 60_000 }
})

type RequestOf = (method: "GET" | "PUT", path: string) => HttpClientRequest.HttpClientRequest
type Reads = Pick<Zendesk["Service"], "ticket" | "comments">

const pathOf = (ticketId: string): string => `tickets/${encodeURIComponent(ticketId)}`

const makeReads = (door: Door, http: VendorHttp, request: RequestOf): Reads => ({
  ticket: (ticketId) =>
    door
      .call(
        { operation: "ticket", idempotent: true },
        http.json("ticket", request("GET", `${pathOf(ticketId)}.json`), TicketReply)
      )
      .pipe(Effect.map(ticketFrom)),

  comments: Effect.fnUntraced(function* (ticketId) {
    const comments: Array<ZendeskComment> = []
    let params: Record<string, string> | undefined = { "page[size]": "100" }
    for (let page = 0; params !== undefined; page++) {
      if (page >= maxCommentPages) {
        return yield* VendorError.of({
          vendor,
          operation: "comments",
          reason: "Rejected",
          detail: `more than ${maxCommentPages} pages of comments`
        })
      }
      const reply: typeof CommentsReply.Type = yield* door.call(
        { operation: "comments", idempotent: true },
        http.json(
          "comments",
          request("GET", `${pathOf(ticketId)}/comments.json`).pipe(HttpClientRequest.setUrlParams(params)),
          CommentsReply
        )
      )
      comments.push(...reply.comments.map(commentFrom))
      params = nextPageOf(reply)
    }
    return comments
  })
})

const updateOf = (answer: TicketAnswer, ticket: ZendeskTicket, settings: ZendeskSettings) => {
  const names: ReadonlyArray<ZendeskField> = ["carrierTicketNumber", "usLongCodes", "numberOrder", "prefix"]
  const customFields = names.flatMap((name) => {
    const id = Option.getOrUndefined(settings.fields[name])
    const value = answer.fields?.[name]
    return id === undefined || value === undefined ? [] : [{ id: Number(id), value }]
  })
  return {
    ticket: {
      comment: { body: answer.body, public: answer.public },
      tags: [...new Set([...ticket.tags, ...settings.tags, ...(answer.tags ?? [])])],
      ...(answer.status === undefined ? {} : { status: answer.status }),
      ...(customFields.length === 0 ? {} : { custom_fields: customFields }),
      safe_update: true,
      updated_stamp: ticket.updatedAt
    }
  }
}

/**
 * The ticket is read before its comments, so an update whose stamp is still good was made by somebody who saw all
 * comments: of two answers under way with one marker, one is added and the other is told 409 and then finds it there.
 */
const makeAnswer = (
  door: Door,
  http: VendorHttp,
  request: RequestOf,
  reads: Reads,
  settings: ZendeskSettings
): Zendesk["Service"]["answer"] => {
  const update = (answer: TicketAnswer, ticket: ZendeskTicket) =>
    http
      .json(
        "answer",
        request("PUT", `${pathOf(answer.ticketId)}.json`).pipe(
          HttpClientRequest.bodyJsonUnsafe(updateOf(answer, ticket, settings))
        ),
        TicketReply
      )
      .pipe(
        Effect.catchIf(
          (error) => error.status === 422 && /closed/i.test(error.detail),
          () => Effect.fail(new TicketClosed({ ticketId: answer.ticketId }))
        ),
        (call) => door.call({ operation: "answer", idempotent: false }, call)
      )

  return Effect.fnUntraced(function* (answer) {
    let inDoubt = false
    for (let round = 1; ; round++) {
      const ticket = yield* reads.ticket(answer.ticketId)
      const comments = yield* reads.comments(answer.ticketId)
      if (comments.some(({ body }) => body.includes(answer.marker))) return inDoubt ? "added" : "alreadyThere"
      if (ticket.status === "closed") return yield* new TicketClosed({ ticketId: answer.ticketId })
      const failure = yield* update(answer, ticket).pipe(
        Effect.as(undefined),
        Effect.catchTag("VendorError", (error) => Effect.succeed(error))
      )
      if (failure === undefined) return "added"
      inDoubt = inDoubt || failure.committed === "unknown"
      const mayStartOver = failure.reason === "Conflict" || failure.committed === "unknown"
      if (!mayStartOver || round >= maxAnswerRounds) return yield* failure
    }
  })
}
