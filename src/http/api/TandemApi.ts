import { HttpApi, OpenApi } from "effect/http-api"
import { ApiProblems } from "./ApiProblems.ts"
import { BackordersApi } from "./BackordersApi.ts"
import { CallsApi } from "./CallsApi.ts"
import { CertificatesApi } from "./CertificatesApi.ts"
import { DeadLettersApi } from "./DeadLettersApi.ts"
import { FraudAlertsApi } from "./FraudAlertsApi.ts"
import { FraudListsApi } from "./FraudListsApi.ts"
import { FraudRulesApi } from "./FraudRulesApi.ts"
import { FraudThreatApi } from "./FraudThreatApi.ts"
import { EventsApi } from "./EventsApi.ts"
import { GatewayRulesApi } from "./GatewayRulesApi.ts"
import { GatewaysApi } from "./GatewaysApi.ts"
import { MessageDomainsApi } from "./MessageDomainsApi.ts"
import { MessagesApi } from "./MessagesApi.ts"
import { NumbersApi } from "./NumbersApi.ts"
import { OrdersApi } from "./OrdersApi.ts"
import { PortalApi, PortalAuthApi } from "./PortalApi.ts"
import { PortalUsersApi, UsersApi } from "./PortalUsersApi.ts"
import { SubscriptionsApi } from "./SubscriptionsApi.ts"
import { SystemApi } from "./SystemApi.ts"
import { TicketsApi } from "./TicketsApi.ts"

/** Everything that operators and programs may ask of Tandem over HTTP; the server, its documents and the client follow it. */
export class TandemApi extends HttpApi.make("tandem")
  .add(OrdersApi)
  .add(BackordersApi)
  .add(NumbersApi)
  .add(TicketsApi)
  .add(FraudAlertsApi)
  .add(CallsApi)
  .add(FraudListsApi)
  .add(FraudRulesApi)
  .add(FraudThreatApi)
  .add(GatewayRulesApi)
  .add(GatewaysApi)
  .add(CertificatesApi)
  .add(MessageDomainsApi)
  .add(MessagesApi)
  .add(PortalAuthApi)
  .add(PortalApi)
  .add(PortalUsersApi)
  .add(UsersApi)
  .add(SubscriptionsApi)
  .add(DeadLettersApi)
  .add(EventsApi)
  .add(SystemApi)
  .prefix("/api/v1")
  // Added last, so that it is outermost and sees the refusals of the others.
  .middleware(ApiProblems)
  .annotateMerge(
    OpenApi.annotations({
      title: "Tandem",
      version: "1",
      description:
        "Orders, numbers and back-orders of Tandem. Errors are problem details (RFC 9457); a POST that takes an Idempotency-Key is done once with it; lists are read by cursor.",
      license: { name: "MIT" }
    })
  ) {}
