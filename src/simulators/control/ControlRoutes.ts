import { Effect, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { FaultRule, FaultRules } from "../faults/FaultRule.ts"
import { StockChange } from "../numbers/Stock.ts"
import { SandboxSettingsPatch } from "../SandboxSettings.ts"
import { VendorName } from "../wire/Vendor.ts"
import type { SandboxControl } from "./SandboxControl.ts"
import { SandboxRefused } from "./SandboxRefused.ts"

type Handler = Effect.Effect<
  unknown,
  SandboxRefused,
  HttpServerRequest.HttpServerRequest | HttpRouter.RouteContext | HttpServerRequest.ParsedSearchParams
>

const refuse = (status: number) => (error: { readonly message: string }) =>
  new SandboxRefused({ status, message: error.message })

const body = <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  Effect.mapError(HttpServerRequest.schemaBodyJson(schema), refuse(400))

const query = <Fields extends Record<string, Schema.ConstraintCodec<unknown, string>>>(fields: Fields) =>
  Effect.mapError(HttpServerRequest.schemaSearchParams(Schema.Struct(fields)), refuse(400))

const StockingVendorPath = Schema.Struct({ vendor: Schema.Literals(["plivo"]) })

const path = <A>(schema: Schema.ConstraintCodec<A, Readonly<Record<string, string | undefined>>>) =>
  Effect.mapError(HttpRouter.schemaPathParams(schema), refuse(404))

/** One rule, a list of rules, or `{"rules": [...]}`. */
const FaultBody = Schema.Union([FaultRules, Schema.Struct({ rules: FaultRules }), FaultRule])

const rulesOf = Effect.map(body(FaultBody), (given) =>
  "rules" in given ? given.rules : "kind" in given ? [given] : given
)

const NpaQuery = { npa: Schema.String }

const routesOf = (
  control: SandboxControl
): ReadonlyArray<readonly ["GET" | "PUT" | "POST" | "DELETE", `/${string}`, Handler]> => [
  ["GET", "/sandbox/ledger", control.ledger],
  ["GET", "/sandbox/calls", Effect.flatMap(query({ vendor: VendorName }), ({ vendor }) => control.calls(vendor))],
  ["GET", "/sandbox/faults", control.faults],
  ["PUT", "/sandbox/faults", Effect.flatMap(rulesOf, control.setFaults).pipe(Effect.andThen(control.faults))],
  ["POST", "/sandbox/faults", Effect.flatMap(rulesOf, control.addFaults).pipe(Effect.andThen(control.faults))],
  ["DELETE", "/sandbox/faults", control.setFaults([]).pipe(Effect.andThen(control.faults))],
  ["GET", "/sandbox/settings", control.settings],
  ["PUT", "/sandbox/settings", Effect.flatMap(body(SandboxSettingsPatch), control.changeSettings)],
  [
    "PUT",
    "/sandbox/:vendor/inventory",
    Effect.gen(function* () {
      const { vendor } = yield* path(StockingVendorPath)
      const added = yield* control.setStock(vendor, yield* body(StockChange))
      return { added }
    })
  ],
  [
    "GET",
    "/sandbox/:vendor/inventory",
    Effect.gen(function* () {
      const { vendor } = yield* path(StockingVendorPath)
      const { npa } = yield* query(NpaQuery)
      return { npa, available: yield* control.stockOf(vendor, npa) }
    })
  ]
]

const respond = (handler: Handler) =>
  handler.pipe(
    Effect.map((value) => HttpServerResponse.jsonUnsafe(value ?? {})),
    Effect.catchTag("SandboxRefused", ({ status, message }) =>
      Effect.succeed(HttpServerResponse.jsonUnsafe({ error: message }, { status }))
    )
  )

/** The control plane: what a test or a person may ask of the sandbox itself. */
export const addControl = (router: HttpRouter.HttpRouter, control: SandboxControl): Effect.Effect<void> =>
  Effect.forEach(routesOf(control), ([method, route, handler]) => router.add(method, route, respond(handler)), {
    discard: true
  })
