import { Layer } from "effect"
import { InteliquentWebhookLive } from "./InteliquentWebhook.ts"
import { ZendeskWebhookLive } from "./ZendeskWebhook.ts"

/** The routes by which vendors tell what happened at their side. */
export const WebhooksLive = Layer.merge(ZendeskWebhookLive, InteliquentWebhookLive)
