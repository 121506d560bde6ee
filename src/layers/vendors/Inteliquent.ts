import { Config, Context, Effect, Layer, Option, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import type { Locality } from "../../domain/numbers/RequestedLine.ts"
import type { InteliquentCall } from "./InteliquentCall.ts"
import { makeInteliquentCall } from "./InteliquentCall.ts"
import {
  e164Of,
  InventoryReply,
  isComplete,
  OrderDetailReply,
  OrderListReply,
  OrderReply,
  orderStatusOf,
  ReservedListReply,
  ReserveReply,
  tnOf
} from "./InteliquentReplies.ts"
import { basicCredential, credentialSettings, oauthCredential } from "./InteliquentToken.ts"
import { VendorDoor } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import { makeVendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

/** Most numbers in one order, reservation or release; a larger purchase is split by the caller. */
export const maxNumbersPerOrder = 100

/** The vendor answers at most so many numbers to one search. */
export const maxInventoryQuantity = 9999

/** Pages of orders read for one reference, and their size. */
const maxOrderPages = 20
const orderPageSize = 100

export interface InventoryNumber {
  readonly e164: string
  readonly rateCenter: string | null
  readonly region: string | null
  readonly city: string | null
}

export interface Reservation {
  readonly reserved: ReadonlyArray<string>
  readonly excluded: ReadonlyArray<string>
}

export interface OrderSummary {
  readonly orderId: string
  readonly status: "open" | "closed" | "cancelled"
  readonly reference: string | null
  readonly productName: string | null
}

/** The two instants are as the vendor words them. */
export interface OrderDetail extends OrderSummary {
  readonly desiredDueAt?: string
  readonly createdAt?: string
  /** `status` is the vendor's own word; `complete` says that the number is ours to use. */
  readonly numbers: ReadonlyArray<{ readonly e164: string; readonly status: string; readonly complete: boolean }>
}

/**
 * Inteliquent (Sinch) number ordering, Services/2.0.0. Every operation is a POST that answers HTTP 200 also when it
 * refuses; the refusal is a `VendorError` with reason "Rejected" and the vendor's statusCode as `code`. Numbers are E.164
 * with + on our side. A reference may not hold any of `, = ] [ ! < > { } \\ ^ ~` or a back-tick and is refused ("Rejected",
 * code "reference") unsent, as are too many numbers at once (code "tooMany").
 */
export class Inteliquent extends Context.Service<
  Inteliquent,
  {
    /** Empty when the vendor has none there. With `reserve` the numbers found are held for us for a short while. */
    readonly searchInventory: (query: {
      readonly locality: Locality
      readonly quantity: number
      readonly reserve: boolean
    }) => Effect.Effect<ReadonlyArray<InventoryNumber>, VendorError>
    readonly reserved: Effect.Effect<ReadonlyArray<string>, VendorError>
    readonly reserve: (numbers: ReadonlyArray<string>) => Effect.Effect<Reservation, VendorError>
    readonly release: (numbers: ReadonlyArray<string>) => Effect.Effect<void, VendorError>
    /** Not idempotent. `partial`: the vendor took some of the numbers only; {@link orderDetail} tells which. */
    readonly order: (order: {
      readonly reference: string
      readonly numbers: ReadonlyArray<string>
    }) => Effect.Effect<{ readonly orderId: string; readonly partial: boolean }, VendorError>
    /** Not idempotent. */
    readonly backorder: (order: {
      readonly reference: string
      readonly locality: Locality
      readonly quantity: number
    }) => Effect.Effect<{ readonly orderId: string }, VendorError>
    /** By a reference that several orders share it fails with reason "Conflict"; ask {@link ordersByReference} then. */
    readonly orderDetail: (
      which: { readonly orderId: string } | { readonly reference: string }
    ) => Effect.Effect<Option.Option<OrderDetail>, VendorError>
    /** All orders with exactly this reference, to find one that was placed although its answer was lost. */
    readonly ordersByReference: (reference: string) => Effect.Effect<ReadonlyArray<OrderSummary>, VendorError>
    readonly cancel: (orderId: string) => Effect.Effect<void, VendorError>
  }
>()("tandem/layers/vendors/Inteliquent") {
  static readonly layer: Layer.Layer<Inteliquent, Config.ConfigError, HttpClient.HttpClient | VendorDoor> =
    Layer.effect(
      Inteliquent,
      Effect.gen(function* () {
        const settings = yield* inteliquentSettings
        const credentials = yield* credentialSettings
        const http = yield* makeVendorHttp(vendor, [settings.privateKey, credentials.clientSecret])
        const door = yield* (yield* VendorDoor).make(doorOptions)
        const credential =
          credentials.scheme === "basic"
            ? basicCredential(credentials)
            : yield* oauthCredential(vendor, credentials, door, http)
        const call = makeInteliquentCall({
          vendor,
          baseUrl: settings.baseUrl,
          privateKey: Redacted.value(settings.privateKey),
          door,
          http,
          credential
        })
        return { ...makeInventory(call), ...makeOrders(call, settings.trunkGroup) }
      })
    )
}

const vendor = "inteliquent"

const inteliquentSettings = Config.all({
  baseUrl: baseUrl("INTELIQUENT_BASE_URL").pipe(Config.withDefault("https://services.inteliquent.com/Services/2.0.0")),
  privateKey: secret("INTELIQUENT_PRIVATE_KEY"),
  trunkGroup: Config.NonEmptyString("INTELIQUENT_TRUNK_GROUP")
})

/** The vendor states no rate limit, so ours is a careful guess. */
const doorOptions = {
  vendor,
  tryTimeoutMillis: 20_000,
  deadlineMillis: 60_000,
  maxTries: 4,
  maxConcurrent: 8,
  maxWaiting: 500,
  rate: { tokens: 100, perMillis: 5_000 }
}

const refused = (operation: string, code: string, detail: string): VendorError =>
  VendorError.of({ vendor, operation, reason: "Rejected", code, detail })

const checkReference = (operation: string, reference: string) =>
  reference !== "" && !/[,=\][!<>{}\\^~`]/.test(reference)
    ? Effect.void
    : Effect.fail(
        refused(operation, "reference", "the reference is empty or holds a character that the vendor refuses")
      )

const checkCount = (operation: string, numbers: ReadonlyArray<string>) =>
  numbers.length > 0 && numbers.length <= maxNumbersPerOrder
    ? Effect.void
    : Effect.fail(refused(operation, "tooMany", `${numbers.length} numbers; 1 to ${maxNumbersPerOrder} are allowed`))

const itemsOf = (numbers: ReadonlyArray<string>) => ({ tnItem: numbers.map((e164) => ({ tn: tnOf(e164) })) })

const tnMaskOf = (locality: Locality): string => `${locality.npa ?? ""}${locality.nxx ?? ""}`.padEnd(10, "x")

type Inventory = Pick<Inteliquent["Service"], "searchInventory" | "reserved" | "reserve" | "release">

const makeInventory = (call: InteliquentCall): Inventory => ({
  searchInventory: ({ locality, quantity, reserve }) => {
    const size = Math.min(quantity, maxInventoryQuantity)
    return call({
      operation: "searchInventory",
      path: "/tnInventory",
      // A search repeated would reserve twice the numbers.
      idempotent: !reserve,
      accept: ["430"],
      schema: InventoryReply,
      body: {
        tnMask: tnMaskOf(locality),
        quantity: size,
        ...(locality.region === undefined ? {} : { province: locality.region }),
        ...(locality.city === undefined ? {} : { city: locality.city }),
        ...(reserve ? { reserve: "Y" } : {}),
        pageSort: { page: 1, size, direction: "asc", property: "tn" }
      }
    }).pipe(
      Effect.map(({ reply }) =>
        (reply.tnResult ?? []).map((found) => ({
          e164: e164Of(found.telephoneNumber),
          rateCenter: found.rateCenter ?? null,
          region: found.province ?? null,
          city: found.city ?? null
        }))
      )
    )
  },

  reserved: call({
    operation: "reserved",
    path: "/tnReservedList",
    idempotent: true,
    accept: ["430"],
    schema: ReservedListReply,
    body: {}
  }).pipe(Effect.map(({ reply }) => (reply.reservedTns ?? []).map((held) => e164Of(held.telephoneNumber)))),

  reserve: Effect.fnUntraced(function* (numbers) {
    yield* checkCount("reserve", numbers)
    const { reply } = yield* call({
      operation: "reserve",
      path: "/tnReserve",
      idempotent: true,
      accept: [],
      schema: ReserveReply,
      body: { tnReserve: { tnList: itemsOf(numbers) } }
    })
    const excluded = new Set(
      (reply.tnReserveResponse?.excludedTnList ?? []).map((tn) => e164Of(typeof tn === "object" ? tn.tn : tn))
    )
    return {
      reserved: numbers.filter((e164) => !excluded.has(e164)),
      excluded: numbers.filter((e164) => excluded.has(e164))
    }
  }),

  release: Effect.fnUntraced(function* (numbers) {
    yield* checkCount("release", numbers)
    yield* call({
      operation: "release",
      path: "/tnRelease",
      idempotent: true,
      // 201 is "unable to release": the reservation ran out or the numbers were ordered, so there is nothing to release.
      accept: ["201", "430"],
      schema: OrderReply,
      body: { tnRelease: { tnList: itemsOf(numbers) } }
    })
  })
})

type Orders = Omit<Inteliquent["Service"], keyof Inventory>

const makeOrders = (call: InteliquentCall, trunkGroup: string): Orders => {
  const orderIdOf = (operation: string, reply: typeof OrderReply.Type) => {
    const orderId = reply.orderId ?? reply.tnOrderId
    return orderId === undefined || orderId === null || orderId === ""
      ? Effect.fail(VendorError.of({ vendor, operation, reason: "Malformed", retryable: false, detail: "no order id" }))
      : Effect.succeed(String(orderId))
  }

  const order: Orders["order"] = Effect.fnUntraced(function* ({ reference, numbers }) {
    yield* checkReference("order", reference)
    yield* checkCount("order", numbers)
    const { code, reply } = yield* call({
      operation: "order",
      path: "/tnOrder",
      idempotent: false,
      accept: ["425"],
      schema: OrderReply,
      body: {
        tnOrder: {
          customerOrderReference: reference,
          tnList: { tnItem: numbers.map((e164) => ({ tn: tnOf(e164), trunkGroup })) }
        }
      }
    })
    return { orderId: yield* orderIdOf("order", reply), partial: code === "425" }
  })

  const backorder: Orders["backorder"] = Effect.fnUntraced(function* ({ reference, locality, quantity }) {
    yield* checkReference("backorder", reference)
    const { reply } = yield* call({
      operation: "backorder",
      path: "/tnRequest",
      idempotent: false,
      accept: [],
      schema: OrderReply,
      body: {
        customerOrderReference: reference,
        quantity,
        trunkGroup,
        activate: "Y",
        ...(locality.npa === undefined ? {} : { npa: locality.npa }),
        ...(locality.nxx === undefined ? {} : { nxx: locality.nxx }),
        ...(locality.region === undefined ? {} : { state: locality.region }),
        // The vendor takes no city here; most rate centers bear the name of their city.
        ...(locality.city === undefined ? {} : { rateCenter: locality.city.toUpperCase() })
      }
    })
    return { orderId: yield* orderIdOf("backorder", reply) }
  })

  const detailOf = Effect.fnUntraced(function* (orderId: string) {
    const { reply } = yield* call({
      operation: "orderDetail",
      path: "/orderDetail",
      idempotent: true,
      accept: ["410", "430"],
      schema: OrderDetailReply,
      body: { orderId: vendorOrderId(orderId) }
    })
    return Option.map(Option.fromNullishOr(reply.orderDetailResponse), orderDetailFrom)
  })

  const ordersByReference: Orders["ordersByReference"] = Effect.fnUntraced(function* (reference) {
    yield* checkReference("ordersByReference", reference)
    const found: Array<OrderSummary> = []
    for (let page = 1; page <= maxOrderPages; page++) {
      const { reply } = yield* call({
        operation: "ordersByReference",
        path: "/orderList",
        idempotent: true,
        accept: ["430"],
        schema: OrderListReply,
        body: { customerOrderReference: reference, pageSort: { page, size: orderPageSize } }
      })
      found.push(...(reply.orderList?.orderType ?? []).map(orderSummaryFrom))
      if (page >= Number(reply.totalPages ?? 1)) return found.filter((order) => order.reference === reference)
    }
    return yield* refused("ordersByReference", "tooMany", `more than ${maxOrderPages} pages of orders`)
  })

  const orderDetail: Orders["orderDetail"] = Effect.fnUntraced(function* (which) {
    if ("orderId" in which) return yield* detailOf(which.orderId)
    const orders = yield* ordersByReference(which.reference)
    const [first] = orders
    if (first === undefined) return Option.none()
    if (orders.length === 1) return yield* detailOf(first.orderId)
    return yield* VendorError.of({
      vendor,
      operation: "orderDetail",
      reason: "Conflict",
      detail: `${orders.length} orders have this reference`
    })
  })

  const cancel: Orders["cancel"] = (orderId) =>
    call({
      operation: "cancel",
      path: "/orderCancel",
      idempotent: true,
      accept: [],
      schema: OrderReply,
      body: { orderId: vendorOrderId(orderId) }
    }).pipe(Effect.asVoid)

  return { order, backorder, orderDetail, ordersByReference, cancel }
}

/** The vendor documents order ids as integers. */
const vendorOrderId = (orderId: string): string | number => (/^\d{1,15}$/.test(orderId) ? Number(orderId) : orderId)

type Detail = NonNullable<(typeof OrderDetailReply.Type)["orderDetailResponse"]>
type Listed = NonNullable<NonNullable<(typeof OrderListReply.Type)["orderList"]>["orderType"]>[number]

const orderDetailFrom = (detail: Detail): OrderDetail => ({
  orderId: String(detail.orderId),
  status: orderStatusOf(detail.orderStatus),
  reference: detail.customerOrderReference ?? null,
  productName: detail.productName ?? null,
  ...(typeof detail.desiredDueDate === "string" ? { desiredDueAt: detail.desiredDueDate } : {}),
  ...(typeof detail.createdDate === "string" ? { createdAt: detail.createdDate } : {}),
  numbers: (detail.tnList?.tnItem ?? []).map((item) => ({
    e164: e164Of(item.tn),
    status: item.tnStatus ?? "",
    complete: isComplete(item.tnStatus)
  }))
})

const orderSummaryFrom = (listed: Listed): OrderSummary => ({
  orderId: String(listed.orderId),
  status: orderStatusOf(listed.orderStatus),
  reference: listed.customerOrderReference ?? null,
  productName: listed.productName ?? null
})
