import { Effect } from "effect"
import type { Locality } from "../../domain/numbers/RequestedLine.ts"
import type { InteliquentCall } from "./InteliquentCall.ts"
import { checkCount, checkReference, vendor, vendorOrderId } from "./InteliquentOrder.ts"
import { OrderReply, tnOf } from "./InteliquentReplies.ts"
import { VendorError } from "./VendorError.ts"

export interface NumberOrder {
  readonly reference: string
  readonly numbers: ReadonlyArray<string>
}

export interface NumberRequest {
  readonly reference: string
  readonly locality: Locality
  readonly quantity: number
}

const orderIdOf = (operation: string, reply: typeof OrderReply.Type) => {
  const orderId = reply.orderId ?? reply.tnOrderId
  return orderId === undefined || orderId === null || orderId === ""
    ? Effect.fail(VendorError.of({ vendor, operation, reason: "Malformed", retryable: false, detail: "no order id" }))
    : Effect.succeed(String(orderId))
}

/** What buys numbers, or stops buying them. */
export const makePurchases = (call: InteliquentCall, trunkGroup: string) => {
  const order = Effect.fnUntraced(function* ({ reference, numbers }: NumberOrder) {
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

  const backorder = Effect.fnUntraced(function* ({ reference, locality, quantity }: NumberRequest) {
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

  const cancel = (orderId: string) =>
    call({
      operation: "cancel",
      path: "/orderCancel",
      idempotent: true,
      accept: [],
      schema: OrderReply,
      body: { orderId: vendorOrderId(orderId) }
    }).pipe(Effect.asVoid)

  return { order, backorder, cancel }
}
