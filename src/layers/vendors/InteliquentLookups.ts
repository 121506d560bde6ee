import { Effect, Option } from "effect"
import type { InteliquentCall } from "./InteliquentCall.ts"
import type { OrderDetail, OrderSummary } from "./InteliquentOrder.ts"
import { checkReference, refused, vendor, vendorOrderId } from "./InteliquentOrder.ts"
import { e164Of, isComplete, OrderDetailReply, OrderListReply, orderStatusOf } from "./InteliquentReplies.ts"
import { VendorError } from "./VendorError.ts"

/** Pages of orders read for one reference, and their size. */
const maxOrderPages = 20
const orderPageSize = 100

export type WhichOrder = { readonly orderId: string } | { readonly reference: string }

/** What became of our orders. */
export const makeLookups = (call: InteliquentCall) => {
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

  const ordersByReference = Effect.fnUntraced(function* (reference: string) {
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

  const orderDetail = Effect.fnUntraced(function* (which: WhichOrder) {
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

  return { orderDetail, ordersByReference }
}

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
