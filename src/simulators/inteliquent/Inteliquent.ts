import { Schema } from "effect"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import { hexId } from "../store/SandboxId.ts"
import { WebhookTarget } from "../webhooks/Delivery.ts"
import type { Outbox } from "../webhooks/Outbox.ts"
import {
  basicCredentials,
  bearerToken,
  failureStatus,
  isoTime,
  jsonReply,
  parseJson,
  textReply,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { InteliquentInventory } from "./InteliquentInventory.ts"
import { InteliquentOrders } from "./InteliquentOrders.ts"
import { type BusinessReply, refusal, success } from "./InteliquentReply.ts"
import type { InteliquentState } from "./InteliquentState.ts"

/** The gateway before the API answers in XML, with its own codes. */
const fault = (status: number, code: string, message: string, description: string): VendorReply =>
  textReply(
    status,
    `<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>${code}</ams:code>` +
      `<ams:message>${message}</ams:message><ams:description>${description}</ams:description></ams:fault>`,
    "application/xml"
  )

const faults: Readonly<Record<VendorFailure, readonly [string, string]>> = {
  unauthorized: ["900901", "Invalid Credentials"],
  rateLimited: ["900800", "Message throttled out"],
  serverError: ["101500", "Internal Server Error"],
  notFound: ["404", "Not Found"],
  methodNotAllowed: ["405", "Method not allowed for given API resource"],
  bodyTooLarge: ["413", "Request Entity Too Large"]
}

const decodeAccountDefault = Schema.decodeUnknownOption(
  Schema.Struct({
    customerDefault: Schema.Struct({
      webhookUrl: Schema.optionalKey(WebhookTarget.fields.url),
      webhookHeader: Schema.optionalKey(Schema.String)
    })
  })
)

/** Inteliquent's (Sinch) Services 2.0.0, the token service and the back-orders that it fills. */
export class Inteliquent implements Vendor {
  readonly name = "inteliquent"
  readonly prefix = "/inteliquent"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly orders: InteliquentOrders
  readonly #inventory: InteliquentInventory
  readonly #state: InteliquentState
  readonly #settings: LiveSettings
  readonly #credentials: SandboxCredentials["inteliquent"]
  readonly #outbox: Outbox

  constructor(
    state: InteliquentState,
    settings: LiveSettings,
    outbox: Outbox,
    credentials: SandboxCredentials["inteliquent"]
  ) {
    this.#state = state
    this.#settings = settings
    this.#outbox = outbox
    this.#credentials = credentials
    this.#inventory = new InteliquentInventory(state, settings)
    this.orders = new InteliquentOrders(state, settings, outbox, credentials.trunkGroup)
    this.routes = [
      { method: "POST", path: "/inteliquent/oauth2/token", operation: "token", handle: (call) => this.#token(call) },
      this.#route("tnInventory", (body, nowMillis) => this.#inventory.search(body, nowMillis)),
      this.#route("tnReserve", (body, nowMillis) => this.#inventory.reserve(body, nowMillis)),
      this.#route("tnRelease", (body, nowMillis) => this.#inventory.release(body, nowMillis)),
      this.#route("tnReservedList", (_, nowMillis) => this.#inventory.reservedList(nowMillis)),
      this.#route("tnOrder", (body, nowMillis) => this.orders.order(body, nowMillis)),
      this.#route("tnRequest", (body, nowMillis) => this.orders.request(body, nowMillis)),
      this.#route("orderDetail", (body) => this.orders.orderDetail(body)),
      this.#route("orderList", (body) => this.orders.orderList(body)),
      this.#route("orderCancel", (body, nowMillis) => this.orders.cancel(body, nowMillis)),
      this.#route("accountDefault", (body) => this.#accountDefault(body))
    ]
  }

  failure(kind: VendorFailure): VendorReply {
    const [code, message] = faults[kind]
    return fault(failureStatus[kind], code, message, message)
  }

  #route(operation: string, answer: (body: unknown, nowMillis: number) => BusinessReply): VendorRoute {
    const handle = (call: VendorCall): VendorReply => {
      const stranger = this.#stranger(call)
      if (stranger !== undefined) return stranger
      const body = parseJson(call.text)
      if (typeof body !== "object" || body === null) {
        return jsonReply(200, refusal("400", "Request format not recognized"))
      }
      const privateKey: unknown = Reflect.get(body, "privateKey")
      if (privateKey === undefined || privateKey === "") {
        return jsonReply(200, refusal("408", "privateKey can not blank."))
      }
      if (privateKey !== this.#credentials.privateKey) return jsonReply(200, refusal("408", "privateKey is not valid."))
      return jsonReply(200, answer(body, call.nowMillis))
    }
    return { method: "POST", path: `/inteliquent/Services/2.0.0/${operation}`, operation, handle }
  }

  /** The answer to a caller whose token or key is not ours. */
  #stranger(call: VendorCall): VendorReply | undefined {
    const basic = basicCredentials(call)
    if (basic !== undefined) {
      const { clientId, clientSecret } = this.#credentials
      if (basic.user === clientId && basic.password === clientSecret) return undefined
      return jsonReply(401, {
        message: "Unauthorized",
        status: "Invalid credentials",
        statusCode: "401001",
        timestamp: isoTime(call.nowMillis)
      })
    }
    const token = bearerToken(call)
    if (token === undefined) return fault(401, "900902", "Missing Credentials", "Required credentials not provided")
    return (this.#state.tokens.get(token) ?? 0) > call.nowMillis
      ? undefined
      : fault(401, "900901", "Invalid Credentials", "Access failure for API: /Services, version: 2.0.0")
  }

  #token(call: VendorCall): VendorReply {
    const form = new URLSearchParams(call.text)
    const basic = basicCredentials(call)
    const clientId = basic?.user ?? form.get("client_id")
    const clientSecret = basic?.password ?? form.get("client_secret")
    if (form.get("grant_type") !== "client_credentials") {
      return jsonReply(400, {
        error: "unsupported_grant_type",
        error_description: "Only client_credentials is offered"
      })
    }
    if (clientId !== this.#credentials.clientId || clientSecret !== this.#credentials.clientSecret) {
      return jsonReply(401, {
        error: "invalid_client",
        error_description: "A valid OAuth client could not be found for client_id"
      })
    }
    for (const token of this.#state.tokens.keys()) {
      if ((this.#state.tokens.get(token) ?? 0) <= call.nowMillis) this.#state.tokens.delete(token)
    }
    const token = hexId("inteliquent.token", this.#state.store.next("inteliquent.token")).slice(0, 32)
    const lifeMillis = this.#settings.current.inteliquentTokenMillis
    this.#state.tokens.set(token, call.nowMillis + lifeMillis)
    return jsonReply(200, {
      scope: "am_application_scope default",
      token_type: "bearer",
      expires_in: Math.ceil(lifeMillis / 1_000),
      access_token: token
    })
  }

  #accountDefault(body: unknown): BusinessReply {
    const request = decodeAccountDefault(body)
    if (request._tag === "None") return refusal("409", "Invalid Input Parameters:customerDefault")
    const { webhookHeader, webhookUrl } = request.value.customerDefault
    if (webhookUrl !== undefined) {
      const authorization = webhookHeader === undefined ? {} : { authorization: webhookHeader }
      this.#outbox.setTargets({ inteliquent: { url: webhookUrl, ...authorization } })
    }
    return success()
  }
}
