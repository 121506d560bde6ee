import { Layer } from "effect"
import { HttpApiBuilder, HttpApiScalar } from "effect/http-api"
import { TandemApi } from "./api/TandemApi.ts"
import { ApiProblemsLive } from "./ApiProblemsLive.ts"
import { AuthorizationLive } from "./AuthorizationLive.ts"
import { BackordersLive } from "./BackordersLive.ts"
import { CallsLive } from "./CallsLive.ts"
import { CertificatesLive } from "./CertificatesLive.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { DeadLettersLive } from "./DeadLettersLive.ts"
import { EventFeed } from "./EventFeed.ts"
import { EventsLive } from "./EventsLive.ts"
import { FraudAlertsLive } from "./FraudAlertsLive.ts"
import { FraudListsLive } from "./FraudListsLive.ts"
import { FraudRulesLive } from "./FraudRulesLive.ts"
import { FraudThreatLive } from "./FraudThreatLive.ts"
import { GatewayRulesLive } from "./GatewayRulesLive.ts"
import { GatewaysLive } from "./GatewaysLive.ts"
import { MessageDomainsLive } from "./MessageDomainsLive.ts"
import { MessagesLive } from "./MessagesLive.ts"
import { NumbersLive } from "./NumbersLive.ts"
import { OrdersLive } from "./OrdersLive.ts"
import { PortalAuthLive } from "./PortalAuthLive.ts"
import { PortalAuthorizationLive } from "./PortalAuthorizationLive.ts"
import { PortalBudget } from "./PortalBudget.ts"
import { PortalLive } from "./PortalLive.ts"
import { SubscriptionsLive } from "./SubscriptionsLive.ts"
import { SystemLive } from "./SystemLive.ts"
import { TicketsLive } from "./TicketsLive.ts"
import { UsersLive } from "./UsersLive.ts"

const handlers = Layer.mergeAll(
  OrdersLive,
  BackordersLive,
  NumbersLive,
  TicketsLive,
  FraudAlertsLive,
  CallsLive,
  SubscriptionsLive,
  FraudListsLive,
  FraudRulesLive,
  FraudThreatLive,
  GatewayRulesLive,
  GatewaysLive,
  CertificatesLive,
  MessageDomainsLive,
  MessagesLive,
  PortalAuthLive,
  PortalLive,
  UsersLive,
  DeadLettersLive,
  EventsLive,
  SystemLive
)

const api = HttpApiBuilder.layer(TandemApi, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide(handlers),
  Layer.provide(PortalAuthorizationLive),
  Layer.provide([ApiProblemsLive, AuthorizationLive, CommandKeys.layer, EventFeed.layer, PortalBudget.layer])
)

/** The page and all that it needs come from here: it works without the internet. */
const docs = HttpApiScalar.layer(TandemApi, { path: "/docs", scalar: { withDefaultFonts: false } })

/** The routes of the HTTP API, its OpenAPI document and its documentation. */
export const ApiLive = Layer.merge(api, docs)
