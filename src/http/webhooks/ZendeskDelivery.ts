import { Effect, Option, Schema } from "effect"
import type { Ticket } from "../../domain/orders/Order.ts"
import { WebhookInvalid } from "./WebhookProblems.ts"

/** What Zendesk's trigger tells of a ticket. `status` is in lower case, and empty when it was not sent. */
export interface ZendeskDelivery {
  readonly ticket: Ticket
  readonly status: string
}

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Id = Schema.optionalKey(Schema.Unknown)

const Fields = { subject: Text, description: Text, status: Text }
const Body = Schema.Union([
  Schema.Struct({ ticket: Schema.Struct({ id: Id, ...Fields }) }),
  Schema.Struct({ ticket: Schema.optionalKey(Schema.Null), ticket_id: Id, ...Fields })
])

const decodeBody = Schema.decodeUnknownEffect(Body)

const invalid = (error: string, detail: string) => new WebhookInvalid({ error, detail })

const invalidJson = invalid("Invalid JSON", "The body is not JSON in UTF-8.")
const missingId = invalid("Missing ticket ID", "Send ticket.id or ticket_id.")
const invalidId = invalid("Invalid ticket ID", "A ticket's id is a whole number of at most 18 digits.")
const invalidTicket = invalid("Invalid ticket", "subject, description and status are texts.")

const utf8 = new TextDecoder("utf-8", { fatal: true })

export const parseJson = (body: Uint8Array): Effect.Effect<unknown, WebhookInvalid> =>
  Effect.try({ try: (): unknown => JSON.parse(utf8.decode(body)), catch: () => invalidJson })

/** Zendesk's placeholders give an id as text or as a number, depending on whether the trigger quotes it. */
const ticketIdOf = (id: unknown): Option.Option<string> => {
  const text = typeof id === "number" && Number.isSafeInteger(id) ? String(id) : id
  return typeof text === "string" && /^\d{1,18}$/.test(text) ? Option.some(text) : Option.none()
}

/**
 * `{ticket: {id, subject, description, status}}` or `{ticket_id, subject, description, status}`; ids as numbers or texts.
 * Fields that are not known are left aside.
 */
export const decodeDelivery = Effect.fnUntraced(function* (body: Uint8Array) {
  const decoded = yield* Effect.mapError(Effect.flatMap(parseJson(body), decodeBody), (error) =>
    error instanceof WebhookInvalid ? error : invalidTicket
  )
  const { id, subject, description, status } =
    "ticket" in decoded && decoded.ticket
      ? decoded.ticket
      : { ...decoded, id: "ticket_id" in decoded ? decoded.ticket_id : undefined }
  if (id === undefined || id === null || id === "") return yield* missingId
  const ticketId = ticketIdOf(id)
  if (Option.isNone(ticketId)) return yield* invalidId
  return {
    ticket: { ticketId: ticketId.value, subject: subject ?? "", description: description ?? "" },
    status: (status ?? "").trim().toLowerCase()
  }
})
