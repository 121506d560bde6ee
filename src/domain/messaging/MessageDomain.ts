import { Schema } from "effect"

/** Most domains that a plane has. */
export const maxMessageDomains = 1_000

/** Longest address, in characters. */
export const maxDestinationLength = 2_000

export const messageDomainPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/

export const MessageDomainName = Schema.String.check(
  Schema.isPattern(messageDomainPattern, { expected: "a domain: 1 to 64 of a-z, 0-9, - and _" })
)

/** An HTTP endpoint that is posted each message, signed as standardwebhooks.com says. */
export const HttpDestination = Schema.Struct({
  kind: Schema.Literal("http"),
  url: Schema.String.check(
    Schema.isMaxLength(maxDestinationLength),
    Schema.isPattern(/^https?:\/\/[\x21-\x7e]+$/, { expected: "an https address" })
  )
})

/** Where messages go. Each kind has its own way out. */
export const MessageDestination = Schema.Union([HttpDestination])
export type MessageDestination = typeof MessageDestination.Type

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** What a person chooses of a domain. */
export const messageDomainChoices = {
  destination: MessageDestination,
  /** What is not enabled keeps its messages, and delivers them later. */
  enabled: Schema.Boolean,
  /** Days for which messages are kept after they ended. */
  retentionDays: between(1, 3_650),
  maxAttempts: between(1, 1_000_000),
  /** The longest that the first retry waits; it doubles from there. */
  firstRetrySeconds: between(1, 3_600),
  maxRetrySeconds: between(1, 86_400)
}

export interface MessageDomainChoice {
  readonly destination: MessageDestination
  readonly enabled: boolean
  readonly retentionDays: number
  readonly maxAttempts: number
  readonly firstRetrySeconds: number
  readonly maxRetrySeconds: number
}

export const defaultMessageDomain: Omit<MessageDomainChoice, "destination"> = {
  enabled: true,
  retentionDays: 180,
  maxAttempts: 10_000,
  firstRetrySeconds: 30,
  maxRetrySeconds: 3_600
}

/** Messages of one kind, with their own route and retention. Instants are ISO 8601, UTC, milliseconds. */
export const MessageDomain = Schema.Struct({
  domain: MessageDomainName,
  ...messageDomainChoices,
  createdAt: Schema.String,
  updatedAt: Schema.String,
  changedBy: Schema.String
})
export type MessageDomain = typeof MessageDomain.Type

export class MessageDomainUnknown extends Schema.TaggedError<MessageDomainUnknown>()("MessageDomainUnknown", {
  domain: Schema.String
}) {}

/** What is asked of a domain does not go together, or leads where nothing may be sent. */
export class MessageDomainRefused extends Schema.TaggedError<MessageDomainRefused>()("MessageDomainRefused", {
  reason: Schema.String
}) {}
