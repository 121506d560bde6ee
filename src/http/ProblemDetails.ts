import { Effect, SchemaIssue } from "effect"
import type { ClusterError } from "effect/cluster"
import { HttpServerError } from "effect/http"
import { HttpApiError } from "effect/http-api"
import type * as Alerts from "../domain/fraud/alerts/FraudAlert.ts"
import type * as Lists from "../domain/fraud/lists/ListEntry.ts"
import type { ListEntryRefused } from "../domain/fraud/lists/ListValue.ts"
import type { RuleUnknown } from "../domain/fraud/rules/RuleChanges.ts"
import type * as Calls from "../domain/fraud/calls/CallRecord.ts"
import type * as Backorders from "../domain/backorders/Backorder.ts"
import type * as Gateways from "../domain/gateways/Gateway.ts"
import type * as Commands from "../domain/journal/CommandErrors.ts"
import type * as Numbers from "../domain/numbers/PhoneNumber.ts"
import type * as Orders from "../domain/orders/Order.ts"
import type * as Replays from "../entities/DeadLetterReplay.ts"
import type * as Rules from "../domain/rules/VersionedRules.ts"
import type { IdempotencyKeyReused } from "../layers/storage/IdempotencyKeys.ts"
import type * as Authorities from "../domain/pki/Authority.ts"
import type * as Clients from "../domain/pki/Client.ts"
import type * as Subscriptions from "../domain/subscriptions/Subscription.ts"
import type * as Messages from "../domain/messaging/Message.ts"
import type * as MessageDomains from "../domain/messaging/MessageDomain.ts"
import type * as MessageDesk from "../entities/MessageDesk.ts"
import type { VendorError } from "../layers/vendors/VendorError.ts"
import * as AlertProblems from "./api/AlertProblems.ts"
import * as CallProblems from "./api/CallProblems.ts"
import * as Certificates from "./api/CertificateProblems.ts"
import * as Domain from "./api/DomainProblems.ts"
import * as FraudLists from "./api/FraudListProblems.ts"
import * as GatewayProblems from "./api/GatewayProblems.ts"
import * as MessageProblems from "./api/MessageProblems.ts"
import * as RulesProblems from "./api/RulesProblems.ts"
import * as Requests from "./api/RequestProblems.ts"
import * as Services from "./api/ServiceProblems.ts"
import * as SubscriptionProblems from "./api/SubscriptionProblems.ts"
import type { Problem } from "./Problem.ts"
import { isProblem } from "./Problem.ts"
import { portalProblems } from "./PortalProblemTable.ts"

/** How long a client waits before it sends the same request again, when nobody knows better. */
export const defaultRetryAfterSeconds = 1

const busy = () =>
  new Services.EntityBusy({
    detail: "Send the same request again, with the same Idempotency-Key.",
    retryAfterSeconds: defaultRetryAfterSeconds
  })

const keyConflict = () =>
  new Requests.IdempotencyKeyConflict({ detail: "Use a new Idempotency-Key for a new request." })

const refused = (subject: string, status: string, command: string) =>
  `${command} is not possible: ${subject} is ${status}.`

/** Longest sentence about wrong values, in characters. */
const wrongValuesTold = 500

const wrongValues = (
  slot: ReadonlyArray<string>,
  issues: ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly message: string }>
) =>
  new Requests.InvalidRequest({
    detail: issues
      .map(({ message, path }) => `${path.join(".")}: ${message}`)
      .join("; ")
      .slice(0, wrongValuesTold),
    issues: issues.slice(0, Requests.maxIssues).map(({ message, path }) => ({ path: [...slot, ...path], message }))
  })

/** The one map from what can go wrong behind the edge to what a caller is told. */
const problems = {
  ...portalProblems,
  NumberUnknown: ({ e164 }: Numbers.NumberUnknown) =>
    new Domain.NumberUnknown({ e164, detail: `Tandem has never held ${e164}.` }),
  NumberNotAvailable: ({ e164, heldBy }: Numbers.NumberNotAvailable) =>
    new Domain.NumberNotAvailable({
      e164,
      heldBy,
      detail: heldBy === null ? `The vendor sold ${e164} to somebody else.` : `${e164} is held by order ${heldBy}.`
    }),
  NumberStatusRefused: ({ e164, status, command }: Numbers.NumberStatusRefused) =>
    new Domain.NumberStatusRefused({ e164, numberStatus: status, command, detail: refused(e164, status, command) }),
  NumberActionRefused: ({ e164, action, detail, retryable }: Numbers.NumberActionRefused) =>
    new Domain.NumberActionRefused({ e164, action, retryable, detail: `${action} of ${e164} was refused: ${detail}` }),
  OrderUnknown: ({ orderId }: Orders.OrderUnknown) =>
    new Domain.OrderUnknown({ orderId, detail: `There is no order ${orderId}.` }),
  OrderStatusRefused: ({ orderId, status, command }: Orders.OrderStatusRefused) =>
    new Domain.OrderStatusRefused({
      orderId,
      orderStatus: status,
      command,
      detail: refused(`order ${orderId}`, status, command)
    }),
  BackorderUnknown: ({ backorderId }: Backorders.BackorderUnknown) =>
    new Domain.BackorderUnknown({ backorderId, detail: `There is no back-order ${backorderId}.` }),
  BackorderStatusRefused: ({ backorderId, status, command }: Backorders.BackorderStatusRefused) =>
    new Domain.BackorderStatusRefused({
      backorderId,
      backorderStatus: status,
      command,
      detail: refused(`back-order ${backorderId}`, status, command)
    }),
  BackorderActionRefused: ({ backorderId, action, detail, retryable }: Backorders.BackorderActionRefused) =>
    new Domain.BackorderActionRefused({
      backorderId,
      action,
      retryable,
      detail: `${action} of back-order ${backorderId} was refused: ${detail}`
    }),
  AlertUnknown: ({ alertId }: Alerts.AlertUnknown) =>
    new AlertProblems.AlertUnknown({ alertId, detail: `There is no alert ${alertId}.` }),
  AlertStatusRefused: ({ alertId, status, command }: Alerts.AlertStatusRefused) =>
    new AlertProblems.AlertStatusRefused({
      alertId,
      alertStatus: status,
      command,
      detail: refused(`alert ${alertId}`, status, command)
    }),
  AlertReportedAlready: ({ alertId, nccIncidentId }: Alerts.AlertReportedAlready) =>
    new AlertProblems.AlertReportedAlready({
      alertId,
      nccIncidentId,
      detail: `Alert ${alertId} is incident ${nccIncidentId} of the regulator.`
    }),
  ListEntryUnknown: ({ kind, list, value }: Lists.ListEntryUnknown) =>
    new FraudLists.ListEntryUnknown({ list, kind, value, detail: `${value} was never on the ${list} list.` }),
  ListEntryRefused: ({ detail, kind, reason, value }: ListEntryRefused) =>
    new FraudLists.ListEntryRefused({ kind, value, reason, detail }),
  RuleUnknown: ({ rule }: RuleUnknown) => new RulesProblems.RuleUnknown({ rule, detail: `There is no rule ${rule}.` }),
  RulesVersionUnknown: ({ version }: Rules.RulesVersionUnknown) =>
    new RulesProblems.RulesVersionUnknown({ rulesVersion: version, detail: `The rules never had version ${version}.` }),
  RulesVersionConflict: ({ expectedVersion, version }: Rules.RulesVersionConflict) =>
    new RulesProblems.RulesVersionConflict({
      rulesVersion: version,
      expectedVersion,
      detail: `The rules have version ${version} by now, not ${expectedVersion}. Look at what was changed, and change that.`
    }),
  RulesRefused: ({ issues }: Rules.RulesRefused) => wrongValues(["payload"], issues),
  SubscriptionUnknown: ({ subscriptionId }: Subscriptions.SubscriptionUnknown) =>
    new SubscriptionProblems.SubscriptionUnknown({
      subscriptionId,
      detail: `There is no subscription ${subscriptionId}.`
    }),
  DeliveryUnknown: ({ deliveryId }: Subscriptions.DeliveryUnknown) =>
    new SubscriptionProblems.DeliveryUnknown({ deliveryId, detail: `There is no delivery ${deliveryId}.` }),
  SubscriptionRefused: ({ reason }: Subscriptions.SubscriptionRefused) =>
    new SubscriptionProblems.SubscriptionRefused({ detail: `The subscription is refused: ${reason}.` }),
  MessageUnknown: ({ messageId }: MessageDesk.MessageUnknown) =>
    new MessageProblems.MessageUnknown({ messageId, detail: `There is no message ${messageId}.` }),
  MessageStatusRefused: ({ messageId, status }: MessageDesk.MessageStatusRefused) =>
    new MessageProblems.MessageStatusRefused({
      messageId,
      messageStatus: status,
      detail: `Only what failed or is dead is delivered once more; the message is ${status}.`
    }),
  MessageUnreadable: ({ messageId, reason }: Messages.MessageUnreadable) =>
    new MessageProblems.MessageUnreadable({ messageId, reason, detail: `It cannot be decrypted: ${reason}.` }),
  MessagesUnavailable: (_: Messages.MessagesUnavailable) =>
    new MessageProblems.MessagesUnavailable({
      detail: "Send the same request again.",
      retryAfterSeconds: defaultRetryAfterSeconds
    }),
  MessageDomainUnknown: ({ domain }: MessageDomains.MessageDomainUnknown) =>
    new MessageProblems.MessageDomainUnknown({ domain, detail: `There is no domain ${domain}.` }),
  MessageDomainRefused: ({ reason }: MessageDomains.MessageDomainRefused) =>
    new MessageProblems.MessageDomainRefused({ detail: `The domain is refused: ${reason}.` }),
  GatewayUnknown: ({ gatewayId }: Gateways.GatewayUnknown) =>
    new GatewayProblems.GatewayUnknown({ gatewayId, detail: `There is no gateway ${gatewayId}.` }),
  GatewayConflict: ({ gatewayId, detail }: Gateways.GatewayConflict) =>
    new GatewayProblems.GatewayConflict({ gatewayId, detail }),
  GatewayStatusRefused: ({ gatewayId, status, command }: Gateways.GatewayStatusRefused) =>
    new GatewayProblems.GatewayStatusRefused({
      gatewayId,
      gatewayStatus: status,
      command,
      detail: refused(`gateway ${gatewayId}`, status, command)
    }),
  GatewayExpiryRefused: ({ gatewayId, expiresAtMillis }: Gateways.GatewayExpiryRefused) =>
    new GatewayProblems.GatewayExpiryRefused({
      gatewayId,
      expiresAt: new Date(expiresAtMillis).toISOString(),
      detail: "Give an instant in the future, or none."
    }),
  AuthorityMissing: (_: Authorities.AuthorityMissing) =>
    new Certificates.AuthorityMissing({ detail: "Make one with `tandem ca init`." }),
  AuthorityExists: (_: Authorities.AuthorityExists) =>
    new Certificates.AuthorityExists({ detail: "It is not made anew; its issuer can be replaced." }),
  AuthorityLocked: ({ detail }: Authorities.AuthorityLocked) => new Certificates.AuthorityLocked({ detail }),
  ClientUnknown: ({ clientId }: Clients.ClientUnknown) =>
    new Certificates.ClientUnknown({ clientId, detail: `There is no client ${clientId}.` }),
  CertificateUnknown: ({ clientId, serial }: Clients.CertificateUnknown) =>
    new Certificates.CertificateUnknown({ serial, detail: `${clientId} has no such certificate.` }),
  CertificateRefused: ({ clientId, detail }: Clients.CertificateRefused) =>
    new Certificates.CertificateRefused({ clientId, detail: `${clientId}: ${detail}.` }),
  CallRecordsUnavailable: (_: Calls.CallRecordsUnavailable) =>
    new CallProblems.CallRecordsUnavailable({
      detail: "Send the same request again.",
      retryAfterSeconds: defaultRetryAfterSeconds
    }),
  DeadLetterUnknown: ({ id }: Replays.DeadLetterUnknown) =>
    new Domain.DeadLetterUnknown({ deadLetterId: id, detail: `There is no dead letter ${id}.` }),
  ReplayFailed: ({ id, detail }: Replays.ReplayFailed) => new Domain.ReplayFailed({ deadLetterId: id, detail }),
  CommandKeyConflict: (_: Commands.CommandKeyConflict) => keyConflict(),
  IdempotencyKeyReused: (_: IdempotencyKeyReused) => keyConflict(),
  CommandParked: ({ command, deadLetterId }: Commands.CommandParked) =>
    new Services.CommandParked({
      command,
      deadLetterId,
      detail: `${command} failed as often as it may be tried, and waits as dead letter ${deadLetterId}.`
    }),
  JournalUnavailable: (_: Commands.JournalUnavailable) =>
    new Services.JournalUnavailable({
      detail: "Nothing was changed. Send the same request again, with the same Idempotency-Key.",
      retryAfterSeconds: defaultRetryAfterSeconds
    }),
  VendorError: ({ vendor, operation, reason, detail, retryable, retryAfterMillis }: VendorError) =>
    retryable
      ? new Services.VendorUnavailable({
          vendor,
          reason,
          detail: `${operation}: ${detail}`,
          retryAfterSeconds: Math.max(defaultRetryAfterSeconds, Math.ceil((retryAfterMillis ?? 0) / 1000))
        })
      : new Services.VendorRefused({ vendor, reason, detail: `${operation}: ${detail}` }),
  MailboxFull: (_: ClusterError.MailboxFull) => busy(),
  AlreadyProcessingMessage: (_: ClusterError.AlreadyProcessingMessage) => busy(),
  PersistenceError: (_: ClusterError.PersistenceError) => busy(),
  EntityNotAssignedToRunner: (_: ClusterError.EntityNotAssignedToRunner) => busy()
}

type Problems = typeof problems
type Tag = keyof Problems
type ErrorOf<T extends Tag> = Parameters<Problems[T]>[0]
export type MappedError = ErrorOf<Tag>
export type ProblemOf<E extends MappedError> = ReturnType<Problems[E["_tag"]]>

const table: { readonly [T in Tag]: (error: ErrorOf<T>) => ReturnType<Problems[T]> } = problems

/** What a caller is told of an error from behind the edge. */
export const problemOf = <T extends Tag>(error: ErrorOf<T> & { readonly _tag: T }): ReturnType<Problems[T]> =>
  table[error._tag](error)

/** The same effect, its errors told as problems. */
export const asProblems = <A, E extends MappedError, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, ProblemOf<E>, R> => Effect.mapError(effect, (error) => problemOf(error) as ProblemOf<E>)

const isMapped = (error: unknown): error is MappedError =>
  error instanceof Error && "_tag" in error && typeof error._tag === "string" && Object.hasOwn(problems, error._tag)

/** What a caller is told of any error at all; of a mistake of ours, nothing but the request's id. */
export const problemOfError = (error: unknown): Problem => {
  if (isProblem(error)) return error
  if (isMapped(error)) return problemOf(error)
  if (HttpApiError.HttpApiSchemaError.is(error)) {
    return error.kind === "Body" || error.kind === "ResponseHeaders" ? internalError : invalidRequest(error)
  }
  if (HttpApiError.HttpApiPayloadTooLarge.is(error)) return bodyTooLarge
  if (!HttpServerError.isHttpServerError(error)) return internalError
  if (error.reason._tag === "RouteNotFound") return routeUnknown
  if (error.reason._tag !== "RequestParseError") return internalError
  return error.reason.reason === "BodyTooLarge" ? bodyTooLarge : unreadableBody
}

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Which values of the request are wrong, and what was expected; never the values, for one may be a misplaced secret. */
const invalidRequest = (error: HttpApiError.HttpApiSchemaError) =>
  new Requests.InvalidRequest({
    detail: "Values of the request are missing or wrong; see issues.",
    issues: formatIssues(error.cause.issue)
      .issues.slice(0, Requests.maxIssues)
      .map((issue) => ({
        path: [error.kind.toLowerCase(), ...(issue.path ?? []).map(segmentOf)],
        message: issue.message
      }))
  })

const segmentOf = (segment: PropertyKey | { readonly key: PropertyKey }) => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? key : String(key)
}

export const internalError = new Services.InternalError({ detail: "Give the instance to whoever runs this Tandem." })

export const bodyTooLarge = new Requests.BodyTooLarge({ detail: "Send a smaller body." })

export const routeUnknown = new Requests.RouteUnknown({ detail: "No route of Tandem has this address." })

export const unreadableBody = new Requests.InvalidRequest({
  detail: "The request's body cannot be read.",
  issues: [{ path: ["payload"], message: "Expected a readable body" }]
})
