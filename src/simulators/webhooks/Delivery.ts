import { Schema } from "effect"

export const NotifyingVendor = Schema.Literals(["zendesk", "inteliquent"])
export type NotifyingVendor = typeof NotifyingVendor.Type

const Url = Schema.String.pipe(Schema.check(Schema.isPattern(/^https?:\/\//), Schema.isMaxLength(2_000)))

/** Where a vendor posts to. Zendesk signs with `secret`; Inteliquent sends `authorization` as it stands. */
export const WebhookTarget = Schema.Struct({
  url: Url,
  secret: Schema.optionalKey(Schema.String),
  authorization: Schema.optionalKey(Schema.String)
})
export type WebhookTarget = typeof WebhookTarget.Type

/** Null takes the vendor's webhook away; a vendor left out keeps its own. */
export const WebhookTargets = Schema.Struct({
  zendesk: Schema.optionalKey(Schema.NullOr(Schema.Struct({ url: Url, secret: Schema.optionalKey(Schema.String) }))),
  inteliquent: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ url: Url, authorization: Schema.optionalKey(Schema.String) }))
  )
})
export type WebhookTargets = typeof WebhookTargets.Type

/** One notification that has not arrived yet. `attempts` counts those that were made since it was due. */
export const Delivery = Schema.Struct({
  invocationId: Schema.String,
  vendor: NotifyingVendor,
  subject: Schema.String,
  body: Schema.String,
  createdMillis: Schema.Finite,
  dueMillis: Schema.Finite,
  attempts: Schema.Int
})
export type Delivery = typeof Delivery.Type

/** How a notification ended: `lost` and `duplicated` are faults, `refused` an answer that is not tried again. */
export interface DeliveryOutcome {
  readonly at: string
  readonly vendor: NotifyingVendor
  readonly invocationId: string
  readonly subject: string
  readonly outcome: "delivered" | "duplicated" | "lost" | "refused" | "givenUp"
  readonly attempts: number
  readonly status: number | null
}
