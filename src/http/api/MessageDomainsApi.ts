import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  MessageDestination,
  MessageDomain,
  messageDomainChoices,
  MessageDomainName
} from "../../domain/messaging/MessageDomain.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import { postProblems } from "./CommandProblems.ts"
import { MessageDomainRefused, MessageDomainUnknown } from "./MessageProblems.ts"
import { idempotent, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"

/** A signing secret as standardwebhooks.com writes it: 24 to 64 bytes in base64. */
export const SigningSecret = Schema.String.check(
  Schema.isPattern(/^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
    expected: "whsec_ and 24 to 64 bytes in base64"
  })
)

export const MessageDomainView = MessageDomain.annotate({ identifier: "MessageDomain" })
export type MessageDomainView = typeof MessageDomainView.Type

/** The secret is told where it was made, and nowhere else. */
export const MessageDomainWithSecret = Schema.Struct({
  domain: MessageDomainView,
  secret: Schema.NullOr(Schema.String)
})

const params = { domain: MessageDomainName }
const { enabled, firstRetrySeconds, maxAttempts, maxRetrySeconds, retentionDays } = messageDomainChoices

const reads = HttpApiGroup.make("messageDomains").add(
  HttpApiEndpoint.get("list", "/message-domains", {
    query: paging,
    success: pageOf(MessageDomainView),
    error: InvalidCursor
  })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "Domains of messages, by name"),
  HttpApiEndpoint.get("get", "/message-domains/:domain", {
    params,
    success: MessageDomainView,
    error: MessageDomainUnknown
  })
    .annotate(RequiredRole, "admin")
    .annotate(OpenApi.Summary, "One domain of messages")
)

/** Where clients' messages go, domain by domain. */
export class MessageDomainsApi extends reads
  .add(
    HttpApiEndpoint.put("put", "/message-domains/:domain", {
      params,
      payload: Schema.Struct({
        destination: Schema.optionalKey(MessageDestination),
        enabled: Schema.optionalKey(enabled),
        retentionDays: Schema.optionalKey(retentionDays),
        maxAttempts: Schema.optionalKey(maxAttempts),
        firstRetrySeconds: Schema.optionalKey(firstRetrySeconds),
        maxRetrySeconds: Schema.optionalKey(maxRetrySeconds),
        secret: Schema.optionalKey(SigningSecret)
      }),
      success: MessageDomainWithSecret,
      error: [MessageDomainRefused, ...postProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Make a domain, or change what is given; a secret that is made is told once, here"),
    HttpApiEndpoint.delete("remove", "/message-domains/:domain", {
      params,
      success: MessageDomainView,
      error: MessageDomainUnknown
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Take a domain away; its messages wait until there is one of its name"),
    HttpApiEndpoint.post("rotateSecret", "/message-domains/:domain/rotate-secret", {
      params,
      headers: idempotent,
      success: MessageDomainWithSecret,
      error: [MessageDomainUnknown, ...postProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Sign with a new secret from now on; it is told once, here")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Each domain of messages has its own destination, retries and retention.") {}
