import { ConfigProvider, Effect, Layer } from "effect"
import { HealthLive } from "../../../src/http/HealthLive.ts"
import { ZendeskWebhookLive } from "../../../src/http/webhooks/ZendeskWebhook.ts"
import { Readiness } from "../../../src/layers/observability/Readiness.ts"
import { TestOrders } from "../webhooks/TestOrders.ts"
import { secret } from "../webhooks/ZendeskSender.ts"
import { serving } from "./TestServer.ts"

/** Serves Zendesk's webhook and health over orders that live in memory. */
export const servingWebhooks = Effect.gen(function* () {
  const orders = new TestOrders()
  const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ ZENDESK_WEBHOOK_SECRET: secret }))
  const ready = Layer.succeed(Readiness, { checks: Effect.succeed([]) })
  const routes = Layer.merge(ZendeskWebhookLive, HealthLive).pipe(Layer.provide([orders.layer, settings, ready]))
  return { orders, origin: yield* serving(routes) }
})
