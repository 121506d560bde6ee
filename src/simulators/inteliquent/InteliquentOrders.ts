import { Schema } from "effect"
import { areaCodeOfNumber, areaCodes } from "../numbers/AreaCodes.ts"
import { tenDigits } from "../numbers/NanpDigits.ts"
import type { LiveSettings } from "../SandboxSettings.ts"
import type { Outbox } from "../webhooks/Outbox.ts"
import { isoTime } from "../wire/Vendor.ts"
import { PageSort } from "./InteliquentInventory.ts"
import { notificationBody } from "./InteliquentNotification.ts"
import {
  type BusinessReply,
  decodeWith,
  isBusinessReply,
  noResult,
  numbersOf,
  refusal,
  refusedReference,
  success,
  TnList
} from "./InteliquentReply.ts"
import {
  dropExpiredReservations,
  firstBackorderExchange,
  type InteliquentState,
  type Order
} from "./InteliquentState.ts"

const maxNumbersPerOrder = 100_000
const maxBackorderQuantity = 10_000
const maxPageSize = 10_000
const defaultPageSize = 100
const firstOrderId = 178_000_001

/** A back-order is promised for so many days after it was placed. */
const dueDays = 14

const Reference = Schema.optionalKey(Schema.String)
const OrderId = Schema.Union([Schema.Int, Schema.String])

const decodeOrder = decodeWith(
  Schema.Struct({ tnOrder: Schema.Struct({ customerOrderReference: Reference, tnList: TnList }) })
)

const decodeRequest = decodeWith(
  Schema.Struct({
    customerOrderReference: Reference,
    state: Schema.optionalKey(Schema.String),
    rateCenter: Schema.optionalKey(Schema.String),
    npa: Schema.optionalKey(Schema.String.pipe(Schema.check(Schema.isPattern(/^[2-9]\d{2}$/)))),
    nxx: Schema.optionalKey(Schema.String.pipe(Schema.check(Schema.isPattern(/^[2-9]\d{2}$/)))),
    quantity: Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0))),
    trunkGroup: Schema.optionalKey(Schema.String),
    routingOption: Schema.optionalKey(Schema.String),
    activate: Schema.optionalKey(Schema.String)
  })
)

const decodeWhich = decodeWith(
  Schema.Struct({ orderId: Schema.optionalKey(OrderId), customerOrderReference: Reference })
)

const statusCodes: Readonly<Record<string, Order["status"]>> = { PENDING: "Pending", CNCL: "Canceled", CLSD: "Closed" }

const decodeList = decodeWith(
  Schema.Struct({
    orderId: Schema.optionalKey(OrderId),
    customerOrderReference: Reference,
    orderStatus: Schema.optionalKey(Schema.String),
    serviceOrderReference: Schema.optionalKey(Schema.String),
    tn: Schema.optionalKey(Schema.String),
    pageSort: Schema.optionalKey(PageSort)
  })
)

const summary = (order: Order) => ({
  orderId: order.orderId,
  orderStatus: order.status,
  productName: order.kind === "tnRequest" ? "TN Request" : "Telephone Number",
  customerOrderReference: order.reference,
  serviceOrderName: "New",
  desiredDueDate: dueDate(order),
  tnQuantity: order.items.length,
  createdDate: order.at,
  createdUser: "sandbox",
  closedDate: order.closedAt
})

const dueDate = (order: Order): string =>
  order.kind === "tnOrder" ? order.at.slice(0, 10) : isoTime(Date.parse(order.at) + dueDays * 86_400_000).slice(0, 10)

const detail = (order: Order) => ({
  orderId: order.orderId,
  orderStatus: order.status,
  customerOrderReference: order.reference,
  createdDate: order.at,
  createdUser: "sandbox",
  desiredDueDate: dueDate(order),
  productName: summary(order).productName,
  serviceOrderName: "New",
  orderNotes: [],
  tnList: {
    tnItem: order.items.map(({ number, trunkGroup }) => {
      const place = areaCodeOfNumber(number)
      return {
        tn: tenDigits(number),
        trunkGroup,
        tnStatus: "Complete",
        rateCenter: place.rateCenter,
        lata: String(place.lata),
        province: place.region,
        routingOption: null
      }
    })
  }
})

/** Orders, back-orders, and what may be asked about them. */
export class InteliquentOrders {
  readonly #state: InteliquentState
  readonly #settings: LiveSettings
  readonly #outbox: Outbox
  readonly #trunkGroup: string

  constructor(state: InteliquentState, settings: LiveSettings, outbox: Outbox, trunkGroup: string) {
    this.#state = state
    this.#settings = settings
    this.#outbox = outbox
    this.#trunkGroup = trunkGroup
  }

  /** Sells at once what is for sale; a number that is not is left out, and the answer then says "partial". */
  order(body: unknown, nowMillis: number): BusinessReply {
    const request = decodeOrder(body)
    if (isBusinessReply(request)) return request
    const { customerOrderReference = "", tnList } = request.tnOrder
    const numbers = tnList.tnItem.length > maxNumbersPerOrder ? [] : numbersOf(tnList)
    const refused =
      this.#refusedOrder(customerOrderReference, tnList) ?? (isBusinessReply(numbers) ? numbers : undefined)
    if (refused !== undefined || isBusinessReply(numbers)) return refused ?? noResult
    dropExpiredReservations(this.#state, nowMillis)
    const wanted = [...new Set(numbers)]
    const sold = wanted.filter((number) => this.#state.stock.take(number))
    if (sold.length === 0) return noResult
    const trunkGroup = tnList.tnItem[0]?.trunkGroup ?? null
    const order = this.#place({
      kind: "tnOrder",
      reference: customerOrderReference,
      status: "Closed",
      quantity: sold.length,
      npa: null,
      nxx: null,
      trunkGroup,
      items: sold.map((number) => ({ number, trunkGroup })),
      at: isoTime(nowMillis),
      closedAt: isoTime(nowMillis),
      fillDueMillis: null
    })
    for (const number of sold) this.#sell(number, order, nowMillis)
    if (sold.length === wanted.length) return success({ orderId: order.orderId })
    const excludedTnItem = wanted
      .filter((number) => !sold.includes(number))
      .map((number) => ({ tn: tenDigits(number), excludedReason: "TN is not available" }))
    return {
      orderId: order.orderId,
      statusCode: "425",
      status: "Not all the TNs in the request were activated/order",
      excludedTnList: { excludedTnItem }
    }
  }

  /** A back-order: numbers that the vendor has yet to get. The same reference again is a second order. */
  request(body: unknown, nowMillis: number): BusinessReply {
    if (typeof body === "object" && body !== null && !("quantity" in body)) {
      return refusal("414", "Fields Are Required:quantity")
    }
    const request = decodeRequest(body)
    if (isBusinessReply(request)) return request
    if (request.quantity > maxBackorderQuantity) {
      return refusal("417", `Quantity must be at most ${maxBackorderQuantity}`)
    }
    const npa = request.npa ?? this.#areaCodeFor(request.state, request.rateCenter)
    if (npa === undefined) return refusal("414", "Fields Are Required:npa")
    const refused =
      refusedReference(request.customerOrderReference ?? "") ??
      this.#refusedTrunkGroup(request.trunkGroup, request.routingOption)
    if (refused !== undefined) return refused
    const { inteliquentAutoFillMillis } = this.#settings.current
    const order = this.#place({
      kind: "tnRequest",
      reference: request.customerOrderReference ?? "",
      status: "Pending",
      quantity: request.quantity,
      npa,
      nxx: request.nxx ?? null,
      trunkGroup: request.trunkGroup ?? null,
      items: [],
      at: isoTime(nowMillis),
      closedAt: null,
      fillDueMillis: inteliquentAutoFillMillis === null ? null : nowMillis + inteliquentAutoFillMillis
    })
    return success({ orderId: String(order.orderId) })
  }

  orderDetail(body: unknown): BusinessReply {
    const orders = this.#which(body)
    if (isBusinessReply(orders)) return orders
    const [order] = orders
    if (order === undefined) return noResult
    if (orders.length > 1) return refusal("410", "customerOrderReference is not unique")
    return success({ orderDetailResponse: detail(order) })
  }

  orderList(body: unknown): BusinessReply {
    const query = decodeList(body)
    if (isBusinessReply(query)) return query
    const { page = 1, size = defaultPageSize } = query.pageSort ?? {}
    if (size > maxPageSize) return refusal("417", "Size must be less than or equal to 10000")
    const status = query.orderStatus === undefined ? undefined : (statusCodes[query.orderStatus] ?? query.orderStatus)
    const found = this.#state.orders
      .values()
      .filter(
        (order) =>
          (query.orderId === undefined || String(query.orderId) === String(order.orderId)) &&
          (query.customerOrderReference === undefined || query.customerOrderReference === order.reference) &&
          (status === undefined || status === order.status) &&
          (query.serviceOrderReference ?? "NEW") === "NEW" &&
          (query.tn === undefined || order.items.some(({ number }) => tenDigits(number) === query.tn))
      )
    if (query.pageSort?.direction === "desc") found.reverse()
    const shown = found.slice((page - 1) * size, page * size)
    if (shown.length === 0) return noResult
    return success({
      page: String(page),
      totalPages: String(Math.ceil(found.length / size)),
      totalItems: String(found.length),
      orderList: { orderType: shown.map(summary) }
    })
  }

  cancel(body: unknown, nowMillis: number): BusinessReply {
    const orders = this.#which(body)
    if (isBusinessReply(orders)) return orders
    const [order] = orders
    if (order === undefined) return refusal("410", "order_id or customerOrderReference are not valid")
    if (orders.length > 1) return refusal("410", "customerOrderReference is not unique")
    if (order.status !== "Pending") return refusal("410", `Order ${order.orderId} is ${order.status}, not Pending`)
    const canceled: Order = { ...order, status: "Canceled", closedAt: isoTime(nowMillis), fillDueMillis: null }
    this.#state.orders.set(String(order.orderId), canceled)
    this.#notify(canceled, "Order canceled", nowMillis)
    return success()
  }

  /** Fills a back-order with `count` new numbers, or with all that it lacks. Undefined when there is no such open order. */
  fill(orderId: string, count: number | undefined, nowMillis: number): Order | undefined {
    const order = this.#state.orders.get(orderId)
    if (order === undefined || order.kind !== "tnRequest" || order.status !== "Pending") return undefined
    const missing = order.quantity - order.items.length
    const firstExchange = order.nxx === null ? firstBackorderExchange : Number(order.nxx)
    const numbers = this.#state.stock.make(order.npa ?? "", Math.min(count ?? missing, missing), firstExchange)
    const items = [...order.items, ...numbers.map((number) => ({ number, trunkGroup: order.trunkGroup }))]
    const isFull = items.length >= order.quantity
    const filled: Order = {
      ...order,
      items,
      status: isFull ? "Closed" : "Pending",
      closedAt: isFull ? isoTime(nowMillis) : null,
      fillDueMillis: isFull ? null : order.fillDueMillis
    }
    this.#state.orders.set(orderId, filled)
    for (const number of numbers) this.#sell(number, filled, nowMillis)
    this.#notify(filled, isFull ? "Order completed" : "Order partially completed", nowMillis)
    return filled
  }

  /** Fills the back-orders whose time has come; true when there was one. */
  fillDue(nowMillis: number): boolean {
    const due = this.#state.orders
      .values()
      .filter(({ fillDueMillis }) => fillDueMillis !== null && fillDueMillis <= nowMillis)
    for (const order of due) this.fill(String(order.orderId), undefined, nowMillis)
    return due.length > 0
  }

  #place(order: Omit<Order, "orderId">): Order {
    const orderId = this.#state.store.next("inteliquent.order", firstOrderId)
    const placed = { ...order, orderId }
    this.#state.orders.set(String(orderId), placed)
    return placed
  }

  #sell(number: string, order: Order, nowMillis: number): void {
    this.#state.reservations.delete(number)
    this.#state.sold.set(number, {
      number,
      orderId: order.orderId,
      reference: order.reference,
      at: isoTime(nowMillis)
    })
  }

  #notify(order: Order, message: string, nowMillis: number): void {
    this.#outbox.add("inteliquent", String(order.orderId), notificationBody(order, message, nowMillis), nowMillis)
  }

  #which(body: unknown): ReadonlyArray<Order> | BusinessReply {
    const which = decodeWhich(body)
    if (isBusinessReply(which)) return which
    if (which.orderId !== undefined) {
      const order = this.#state.orders.get(String(which.orderId))
      return order === undefined ? [] : [order]
    }
    if (!which.customerOrderReference) return refusal("414", "Fields Are Required:orderId")
    return this.#state.orders.values().filter(({ reference }) => reference === which.customerOrderReference)
  }

  #refusedOrder(reference: string, tnList: typeof TnList.Type): BusinessReply | undefined {
    if (tnList.tnItem.length === 0) return refusal("414", "Fields Are Required:tnItem")
    if (tnList.tnItem.length > maxNumbersPerOrder) return refusal("422", "Order quantity limit is 100,000 numbers")
    for (const { routingOption, trunkGroup } of tnList.tnItem) {
      const refused = this.#refusedTrunkGroup(trunkGroup, routingOption)
      if (refused !== undefined) return refused
    }
    return refusedReference(reference)
  }

  #refusedTrunkGroup(trunkGroup: string | undefined, routingOption: string | undefined): BusinessReply | undefined {
    if (trunkGroup === undefined && routingOption === undefined) {
      return refusal("414", "Fields Are Required:trunkGroup or routingOption")
    }
    return trunkGroup !== undefined && trunkGroup !== this.#trunkGroup
      ? refusal("409", `Invalid Input Parameters:trunkGroup ${trunkGroup}`)
      : undefined
  }

  #areaCodeFor(state: string | undefined, rateCenter: string | undefined): string | undefined {
    if (state === undefined && rateCenter === undefined) return undefined
    return areaCodes.find(
      (areaCode) =>
        (state === undefined || areaCode.region === state.toUpperCase()) &&
        (rateCenter === undefined || areaCode.rateCenter === rateCenter.toUpperCase())
    )?.npa
  }
}
