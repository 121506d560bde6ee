import { Effect, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { FaultRule, FaultRules } from "../faults/FaultRule.ts"
import { StockChange } from "../numbers/Stock.ts"
import { ScriptedAnswers } from "../openai/ScriptedAnswer.ts"
import { SandboxSettingsPatch } from "../SandboxSettings.ts"
import { WebhookTargets } from "../webhooks/Delivery.ts"
import { VendorName } from "../wire/Vendor.ts"
import { TicketPriority, TicketStatus } from "../zendesk/ZendeskState.ts"
import type { SandboxControl } from "./SandboxControl.ts"
import { SandboxRefused } from "./SandboxRefused.ts"

type Handler = Effect.Effect<
  unknown,
  SandboxRefused,
  HttpServerRequest.HttpServerRequest | HttpRouter.RouteContext | HttpServerRequest.ParsedSearchParams
>

type ControlRoute = readonly ["GET" | "PUT" | "POST" | "DELETE", `/${string}`, Handler]

const refuse = (status: number) => (error: { readonly message: string }) =>
  new SandboxRefused({ status, message: error.message })

const body = <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  Effect.mapError(HttpServerRequest.schemaBodyJson(schema), refuse(400))

/** The body where none may be sent, too. */
const bodyOrNothing = <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const text = yield* Effect.mapError(request.text, refuse(400))
    const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(schema))
    return yield* Effect.mapError(decode(text.trim() === "" ? "{}" : text), refuse(400))
  })

const query = <Fields extends Record<string, Schema.ConstraintCodec<unknown, string>>>(fields: Fields) =>
  Effect.mapError(HttpServerRequest.schemaSearchParams(Schema.Struct(fields)), refuse(400))

const path = <A>(schema: Schema.ConstraintCodec<A, Readonly<Record<string, string | undefined>>>) =>
  Effect.mapError(HttpRouter.schemaPathParams(schema), refuse(404))

const StockingVendorPath = Schema.Struct({ vendor: Schema.Literals(["plivo", "inteliquent"]) })
const TicketPath = Schema.Struct({ id: Schema.FiniteFromString })
const OrderPath = Schema.Struct({ orderId: Schema.String })

const TicketText = Schema.String.pipe(Schema.check(Schema.isMaxLength(60_000)))

const NewTicketBody = Schema.Struct({
  subject: TicketText,
  description: TicketText,
  status: Schema.optionalKey(TicketStatus),
  priority: Schema.optionalKey(Schema.NullOr(TicketPriority)),
  tags: Schema.optionalKey(Schema.Array(Schema.String))
})

const TicketChangeBody = Schema.Struct({
  subject: Schema.optionalKey(TicketText),
  status: Schema.optionalKey(TicketStatus),
  tags: Schema.optionalKey(Schema.Array(Schema.String))
})

/** One rule, a list of rules, or `{"rules": [...]}`. */
const FaultBody = Schema.Union([FaultRules, Schema.Struct({ rules: FaultRules }), FaultRule])

const rules = Effect.map(body(FaultBody), (given) =>
  "rules" in given ? given.rules : "kind" in given ? [given] : given
)

const faultRoutes = (control: SandboxControl): ReadonlyArray<ControlRoute> => [
  ["GET", "/sandbox/faults", control.faults],
  ["PUT", "/sandbox/faults", Effect.flatMap(rules, control.setFaults).pipe(Effect.andThen(control.faults))],
  ["POST", "/sandbox/faults", Effect.flatMap(rules, control.addFaults).pipe(Effect.andThen(control.faults))],
  ["DELETE", "/sandbox/faults", control.setFaults([]).pipe(Effect.andThen(control.faults))]
]

const stockRoutes = (control: SandboxControl): ReadonlyArray<ControlRoute> => [
  [
    "PUT",
    "/sandbox/:vendor/inventory",
    Effect.gen(function* () {
      const { vendor } = yield* path(StockingVendorPath)
      return { added: yield* control.setStock(vendor, yield* body(StockChange)) }
    })
  ],
  [
    "GET",
    "/sandbox/:vendor/inventory",
    Effect.gen(function* () {
      const { vendor } = yield* path(StockingVendorPath)
      const { npa } = yield* query({ npa: Schema.String })
      return { npa, available: yield* control.stockOf(vendor, npa) }
    })
  ]
]

const vendorRoutes = (control: SandboxControl): ReadonlyArray<ControlRoute> => [
  ["POST", "/sandbox/zendesk/tickets", Effect.flatMap(body(NewTicketBody), control.openTicket)],
  [
    "PUT",
    "/sandbox/zendesk/tickets/:id",
    Effect.gen(function* () {
      const { id } = yield* path(TicketPath)
      return yield* control.changeTicket(id, yield* body(TicketChangeBody))
    })
  ],
  [
    "POST",
    "/sandbox/zendesk/tickets/:id/redeliver",
    Effect.gen(function* () {
      const { id } = yield* path(TicketPath)
      const options = yield* bodyOrNothing(Schema.Struct({ sameInvocation: Schema.optionalKey(Schema.Boolean) }))
      return yield* control.redeliverTicket(id, options)
    })
  ],
  [
    "POST",
    "/sandbox/inteliquent/backorders/:orderId/fill",
    Effect.gen(function* () {
      const { orderId } = yield* path(OrderPath)
      const Count = Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))
      const { count } = yield* bodyOrNothing(Schema.Struct({ count: Schema.optionalKey(Count) }))
      return yield* control.fillBackorder(orderId, count)
    })
  ],
  [
    "POST",
    "/sandbox/openai/next",
    Effect.flatMap(body(ScriptedAnswers), (given) => control.scriptOpenAi(Array.isArray(given) ? given : [given]))
  ],
  ["DELETE", "/sandbox/openai/next", control.clearOpenAiScript]
]

const routes = (control: SandboxControl): ReadonlyArray<ControlRoute> => [
  ["GET", "/sandbox/ledger", control.ledger],
  ["GET", "/sandbox/calls", Effect.flatMap(query({ vendor: VendorName }), ({ vendor }) => control.calls(vendor))],
  ["GET", "/sandbox/settings", control.settings],
  ["PUT", "/sandbox/settings", Effect.flatMap(body(SandboxSettingsPatch), control.changeSettings)],
  ["PUT", "/sandbox/webhooks", Effect.flatMap(body(WebhookTargets), control.setWebhooks)],
  ...faultRoutes(control),
  ...stockRoutes(control),
  ...vendorRoutes(control)
]

const respond = (handler: Handler) =>
  handler.pipe(
    Effect.map((value) => HttpServerResponse.jsonUnsafe(value ?? {})),
    Effect.catchTag("SandboxRefused", ({ message, status }) =>
      Effect.succeed(HttpServerResponse.jsonUnsafe({ error: message }, { status }))
    )
  )

/** The control plane: what a test or a person may ask of the sandbox itself. */
export const addControl = (router: HttpRouter.HttpRouter, control: SandboxControl): Effect.Effect<void> =>
  Effect.forEach(routes(control), ([method, route, handler]) => router.add(method, route, respond(handler)), {
    discard: true
  })
