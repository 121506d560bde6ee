import { NodeHttpClient } from "@effect/platform-node"
import { Layer } from "effect"
import { AlertDesk } from "../entities/AlertDesk.ts"
import { AuthorityLive } from "../entities/AuthorityLive.ts"
import { BackorderLive } from "../entities/BackorderLive.ts"
import { CallScreen } from "../entities/CallScreen.ts"
import { CallRetentionLive } from "../entities/CallRetention.ts"
import { ClientCertificateLive } from "../entities/ClientCertificateLive.ts"
import * as Cluster from "../entities/Cluster.ts"
import { DeadLetterReplayLive } from "../entities/DeadLetterReplayLive.ts"
import { FraudAlertLive } from "../entities/FraudAlertLive.ts"
import { FraudRulesLive } from "../entities/FraudRulesLive.ts"
import { FraudWatchLive } from "../entities/FraudWatchLive.ts"
import { Fulfilment } from "../entities/Fulfilment.ts"
import { GatewayLive } from "../entities/GatewayLive.ts"
import { GatewayRulesLive } from "../entities/GatewayRulesLive.ts"
import { GatewayReports } from "../entities/GatewayReports.ts"
import { GatewaySweepLive } from "../entities/GatewaySweep.ts"
import { JanitorLive } from "../entities/Janitor.ts"
import { KeyRotationLive } from "../entities/KeyRotationLive.ts"
import { ListEntryLive } from "../entities/ListEntryLive.ts"
import { LocalWatches } from "../entities/LocalWatches.ts"
import { MessageCourierLive } from "../entities/MessageCourier.ts"
import { MessageDesk } from "../entities/MessageDesk.ts"
import { MessageDomainDesk } from "../entities/MessageDomainDesk.ts"
import { MessageRetentionLive } from "../entities/MessageRetention.ts"
import { OrderLive } from "../entities/OrderLive.ts"
import { PortalSweepLive } from "../entities/PortalSweep.ts"
import { PhoneNumberLive } from "../entities/PhoneNumberLive.ts"
import { SubscriptionDesk } from "../entities/SubscriptionDesk.ts"
import { RedisMirrorLive } from "../entities/RedisMirror.ts"
import { TicketDesk } from "../entities/TicketDesk.ts"
import { WakesLive } from "../entities/Wakes.ts"
import { WebhookCourierLive } from "../entities/WebhookCourier.ts"
import { WebhookFollowerLive } from "../entities/WebhookFollower.ts"
import { OrderNumbersLive } from "../entities/workflows/OrderNumbersLive.ts"
import { ApiLive } from "../http/ApiLive.ts"
import { BrokerDesk } from "../http/broker/BrokerDesk.ts"
import { BrokerPort } from "../http/broker/BrokerPort.ts"
import { HealthLive } from "../http/HealthLive.ts"
import { MetricsLive } from "../http/MetricsLive.ts"
import { PkiLive } from "../http/PkiLive.ts"
import { RpcLive } from "../http/RpcLive.ts"
import * as Server from "../http/Server.ts"
import { EvapiLive } from "../http/switch/EvapiLive.ts"
import { SwitchDesk } from "../http/switch/SwitchDesk.ts"
import { SwitchPort } from "../http/switch/SwitchPort.ts"
import { WebhooksLive } from "../http/webhooks/WebhooksLive.ts"
import { GatewayAdmission } from "../layers/fraud/GatewayAdmission.ts"
import { GatewayDirectory } from "../layers/fraud/GatewayDirectory.ts"
import { GatewayPolicy } from "../layers/fraud/GatewayPolicy.ts"
import { Passports } from "../layers/fraud/Passports.ts"
import { ScreeningPolicy } from "../layers/fraud/ScreeningPolicy.ts"
import * as Logging from "../layers/observability/Logging.ts"
import { Metrics } from "../layers/observability/Metrics.ts"
import type { NodeRole } from "../layers/observability/Readiness.ts"
import { Readiness } from "../layers/observability/Readiness.ts"
import * as Tracing from "../layers/observability/Tracing.ts"
import { AuthorityKeys } from "../layers/pki/AuthorityKeys.ts"
import { ClientDirectory } from "../layers/pki/ClientDirectory.ts"
import { RevocationFileLive } from "../layers/pki/RevocationFile.ts"
import { RevocationLists } from "../layers/pki/RevocationLists.ts"
import { TrustStore } from "../layers/pki/TrustStore.ts"
import { SipOptions } from "../layers/sip/SipOptions.ts"
import { AlertPatterns } from "../layers/storage/AlertPatterns.ts"
import { AlertRows } from "../layers/storage/AlertRows.ts"
import { ApiKeys } from "../layers/storage/ApiKeys.ts"
import { AuthorityRow } from "../layers/storage/AuthorityRow.ts"
import { BackorderRows } from "../layers/storage/BackorderRows.ts"
import { CallRecords } from "../layers/storage/CallRecords.ts"
import { CertificateRows } from "../layers/storage/CertificateRows.ts"
import { ClientUsage } from "../layers/storage/ClientUsage.ts"
import { ClientWindows } from "../layers/storage/ClientWindows.ts"
import { Deliveries } from "../layers/storage/Deliveries.ts"
import { DeadLetters } from "../layers/storage/DeadLetters.ts"
import { GatewayClaims } from "../layers/storage/GatewayClaims.ts"
import { GatewayMetrics } from "../layers/storage/GatewayMetrics.ts"
import { GatewayRows } from "../layers/storage/GatewayRows.ts"
import { IdempotencyKeys } from "../layers/storage/IdempotencyKeys.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { JournalChanges } from "../layers/storage/JournalChanges.ts"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import { MessageIntake } from "../layers/storage/MessageIntake.ts"
import { MessageRows } from "../layers/storage/MessageRows.ts"
import { MessageQueue } from "../layers/storage/messages/MessageQueue.ts"
import { MessageReplays } from "../layers/storage/messages/MessageReplays.ts"
import { MessagingNotes } from "../layers/storage/MessagingNotes.ts"
import { KeyRotation } from "../layers/storage/messages/KeyRotation.ts"
import * as ProvenKeys from "../layers/storage/messages/ProvenKeys.ts"
import * as Migrations from "../layers/storage/Migrations.ts"
import { ListRows } from "../layers/storage/ListRows.ts"
import { NumberRows } from "../layers/storage/NumberRows.ts"
import { OrderRows } from "../layers/storage/OrderRows.ts"
import { Redis } from "../layers/storage/Redis.ts"
import { SubscriptionNotes } from "../layers/storage/SubscriptionNotes.ts"
import { Subscriptions } from "../layers/storage/Subscriptions.ts"
import { Inteliquent } from "../layers/vendors/Inteliquent.ts"
import { McpInventory } from "../layers/vendors/McpInventory.ts"
import { OpenAi } from "../layers/vendors/OpenAi.ts"
import { Plivo } from "../layers/vendors/Plivo.ts"
import { VendorDoor } from "../layers/vendors/VendorDoor.ts"
import { Zendesk } from "../layers/vendors/Zendesk.ts"
import { WebhookSender } from "../layers/webhooks/WebhookSender.ts"
import { portal } from "./PlanePortal.ts"
import type { Role } from "./SettingProblems.ts"

/** Log lines and traces of a node. */
export const observability = Tracing.layer.pipe(Layer.provideMerge(Logging.layer))

const gatewayStorage = Layer.mergeAll(
  GatewayRows.layer,
  GatewayClaims.layer,
  GatewayMetrics.layer,
  JournalChanges.layer
)

const pkiStorage = Layer.mergeAll(AuthorityRow.layer, CertificateRows.layer, ClientUsage.layer, ClientWindows.layer)

/** Messages, encrypted under keys that are not in the database. */
const messageStorage = Layer.provideMerge(
  Layer.mergeAll(MessageIntake.layer, MessageRows.layer, KeyRotation.layer),
  ProvenKeys.layerFile
)

/** Everything that a node keeps in Postgres, once the tables are there. */
export const storage = Layer.mergeAll(
  Journal.layer,
  DeadLetters.layer,
  ApiKeys.layer,
  IdempotencyKeys.layer,
  OrderRows.layer,
  NumberRows.layer,
  ListRows.layer,
  BackorderRows.layer,
  AlertRows.layer,
  gatewayStorage,
  pkiStorage,
  messageStorage,
  CallRecords.layer,
  AlertPatterns.layer
).pipe(Layer.provideMerge(Migrations.layer))

const vendors = Layer.mergeAll(Zendesk.layer, Plivo.layer, Inteliquent.layer, McpInventory.layer, OpenAi.layer).pipe(
  Layer.provideMerge(VendorDoor.layer),
  Layer.provide(NodeHttpClient.layerUndici)
)

/** Who is told of what happens, and how. */
const webhooksOut = SubscriptionDesk.layer.pipe(
  Layer.provideMerge(
    Layer.mergeAll(Subscriptions.layer, SubscriptionNotes.layer, Deliveries.layer, WebhookSender.layer)
  )
)

/** Whom this node trusts, and what it can sign with. */
const pki = RevocationLists.layer.pipe(
  Layer.provideMerge(ClientDirectory.layer),
  Layer.provideMerge(TrustStore.layer),
  Layer.provideMerge(AuthorityKeys.layer)
)

/** Where clients' messages go, and what people do with them. */
const messaging = Layer.merge(MessageDesk.layer, MessageDomainDesk.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(MessageDomains.layer, MessageQueue.layer, MessageReplays.layer, MessagingNotes.layer)
  )
)

const behaviour = Layer.mergeAll(
  AuthorityLive,
  ClientCertificateLive,
  OrderLive,
  PhoneNumberLive,
  BackorderLive,
  FraudAlertLive,
  ListEntryLive,
  FraudRulesLive,
  FraudWatchLive,
  GatewayLive,
  GatewayRulesLive,
  GatewaySweepLive,
  RedisMirrorLive.pipe(Layer.provide(Redis.layer)),
  OrderNumbersLive,
  WebhookFollowerLive,
  WebhookCourierLive,
  MessageCourierLive,
  MessageRetentionLive,
  PortalSweepLive,
  WakesLive,
  CallRetentionLive,
  KeyRotationLive,
  JanitorLive
).pipe(Layer.provide([Fulfilment.layer, TicketDesk.layer, SipOptions.layer, LocalWatches.layer, GatewayPolicy.layer]))

const health = Layer.merge(HealthLive, MetricsLive)

/** Where calls are judged, whoever asks, and all that a verdict needs on this node. */
const screening = SwitchDesk.layer.pipe(
  Layer.provide(CallScreen.layer),
  Layer.provide([GatewayAdmission.layer, GatewayReports.layer, Passports.layer, LocalWatches.layer]),
  Layer.provide(GatewayDirectory.layer)
)

const edge = (role: NodeRole) =>
  Layer.mergeAll(
    Server.layer(Layer.mergeAll(ApiLive, RpcLive, WebhooksLive, PkiLive, health)),
    SwitchPort.layer,
    EvapiLive,
    BrokerPort.layer.pipe(Layer.provide(BrokerDesk.layer)),
    RevocationFileLive
  ).pipe(Layer.provide(screening), Layer.provide([DeadLetterReplayLive, Metrics.layer, Readiness.layer(role)]))

/** A runner answers HTTP too, to those who ask how it is. */
const runnerHealth = Server.layer(health).pipe(Layer.provide([Metrics.layer, Readiness.layer("runner")]))

const runner = behaviour.pipe(Layer.provideMerge(AlertDesk.layer), Layer.provideMerge(Cluster.layerRunner))

const node = <A, E, R>(work: Layer.Layer<A, E, R>) =>
  work.pipe(
    Layer.provideMerge(vendors),
    Layer.provideMerge(messaging),
    Layer.provideMerge(portal),
    Layer.provideMerge(webhooksOut),
    Layer.provideMerge(ScreeningPolicy.layer),
    Layer.provideMerge(pki),
    Layer.provideMerge(storage)
  )

/** A node of each role; needs the database alone. */
export const nodes = {
  edge: node(edge("edge").pipe(Layer.provideMerge(AlertDesk.layer), Layer.provideMerge(Cluster.layerClient))),
  runner: node(runnerHealth.pipe(Layer.provideMerge(AlertDesk.closing), Layer.provideMerge(runner))),
  all: node(edge("runner").pipe(Layer.provideMerge(AlertDesk.closing), Layer.provideMerge(runner)))
} satisfies Record<Role, unknown>
