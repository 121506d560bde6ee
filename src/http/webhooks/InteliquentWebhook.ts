import { Config, Effect, Metric, Option, Redacted, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { hash, timingSafeEqual } from "node:crypto"
import { Backorder } from "../../entities/Backorder.ts"
import { BackorderRows } from "../../layers/storage/BackorderRows.ts"
import { asProblems } from "../ProblemDetails.ts"
import { askForWebhook, webhooks } from "./WebhookCall.ts"
import { WebhookInvalid, WebhookUnauthorized } from "./WebhookProblems.ts"
import { parseJson } from "./ZendeskDelivery.ts"

/** The whole Authorization header that Inteliquent is told to send (`/accountDefault`); unset: none is asked for. */
const authorizationSetting = Config.option(Config.Redacted("INTELIQUENT_WEBHOOK_AUTHORIZATION"))

const Id = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Finite])))

/** Of a notification only what names the order is read; what became of it is asked from the vendor itself. */
const Notification = Schema.Struct({ orderId: Id, customerOrderReference: Id })

const decodeNotification = Schema.decodeUnknownEffect(Notification)

/** Vendors' ids are short and plain; anything else cannot be one of ours. */
const plainId = /^[\x20-\x7e]{1,100}$/

const idOf = (id: string | number | null | undefined): Option.Option<string> =>
  Option.filter(Option.map(Option.fromNullishOr(id), String), (text) => plainId.test(text))

const unauthorized = new WebhookUnauthorized({
  error: "Wrong Authorization",
  detail: "Send the Authorization header that was agreed on."
})

const withoutOrder = new WebhookInvalid({
  error: "Missing order ID",
  detail: "Send orderId or customerOrderReference as a text or a number."
})

const same = (left: string, right: string) =>
  timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer"))

const answer = (status: "success" | "ignored") =>
  Effect.as(
    Metric.update(Metric.withAttributes(webhooks, { source: "inteliquent", outcome: status }), 1),
    HttpServerResponse.jsonUnsafe({ status })
  )

const make = Effect.gen(function* () {
  const expected = yield* authorizationSetting
  const rows = yield* BackorderRows
  const backorderOf = yield* Backorder.client

  const lookUp = (id: Option.Option<string>, by: (id: string) => ReturnType<typeof rows.byReference>) =>
    Option.match(id, { onNone: () => Effect.succeedNone, onSome: (value) => asProblems(by(value)) })

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (Option.isSome(expected) && !same(request.headers["authorization"] ?? "", Redacted.value(expected.value))) {
      return yield* unauthorized
    }
    const body = yield* parseJson(new Uint8Array(yield* request.arrayBuffer))
    const notification = yield* Effect.mapError(decodeNotification(body), () => withoutOrder)
    const orderId = idOf(notification.orderId)
    const reference = idOf(notification.customerOrderReference)
    if (Option.isNone(orderId) && Option.isNone(reference)) return yield* withoutOrder
    const byOrder = yield* lookUp(orderId, rows.byVendorOrder)
    const found = Option.isSome(byOrder) ? byOrder : yield* lookUp(reference, rows.byReference)
    if (Option.isNone(found)) return yield* answer("ignored")
    yield* askForWebhook(backorderOf(found.value.backorderId).Wake({ trigger: "notification" }))
    return yield* answer("success")
  })
})

/**
 * Inteliquent's notification that something happened to an order. It only wakes the back-order, which then asks the
 * vendor: so a notification that comes twice, late or forged does no harm. An order that is no back-order is ignored.
 */
export const InteliquentWebhookLive = HttpRouter.use((router) =>
  Effect.flatMap(make, (handler) => router.add("POST", "/webhooks/inteliquent", handler))
)
