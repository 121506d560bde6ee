import { Schema } from "effect"

/** Inteliquent sends the same field as a string here and as a number there. */
const Loose = Schema.Union([Schema.String, Schema.Number])
const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

export const Outcome = Schema.Struct({
  statusCode: Loose,
  status: Text,
  message: Text
})

export const InventoryReply = Schema.Struct({
  tnResult: Schema.optionalKey(
    Schema.NullOr(Schema.Array(Schema.Struct({ telephoneNumber: Loose, rateCenter: Text, province: Text, city: Text })))
  )
})

export const ReservedListReply = Schema.Struct({
  reservedTns: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({ telephoneNumber: Loose }))))
})

/** The list holds objects in the vendor's document and bare numbers in some answers. */
const Excluded = Schema.Union([Schema.Struct({ tn: Loose }), Loose])

export const ReserveReply = Schema.Struct({
  tnReserveResponse: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ excludedTnList: Schema.optionalKey(Schema.NullOr(Schema.Array(Excluded))) }))
  )
})

/** `tnOrderId` is what some versions call it. */
export const OrderReply = Schema.Struct({
  orderId: Schema.optionalKey(Schema.NullOr(Loose)),
  tnOrderId: Schema.optionalKey(Schema.NullOr(Loose))
})

export const OrderDetailReply = Schema.Struct({
  orderDetailResponse: Schema.optionalKey(
    Schema.NullOr(
      Schema.Struct({
        orderId: Loose,
        orderStatus: Schema.String,
        customerOrderReference: Text,
        createdDate: Text,
        desiredDueDate: Text,
        productName: Text,
        tnList: Schema.optionalKey(
          Schema.NullOr(
            Schema.Struct({
              tnItem: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({ tn: Loose, tnStatus: Text }))))
            })
          )
        )
      })
    )
  )
})

export const OrderListReply = Schema.Struct({
  totalPages: Schema.optionalKey(Schema.NullOr(Loose)),
  orderList: Schema.optionalKey(
    Schema.NullOr(
      Schema.Struct({
        orderType: Schema.optionalKey(
          Schema.NullOr(
            Schema.Array(
              Schema.Struct({
                orderId: Loose,
                orderStatus: Text,
                customerOrderReference: Text,
                productName: Text,
                tnQuantity: Schema.optionalKey(Schema.NullOr(Loose))
              })
            )
          )
        )
      })
    )
  )
})

/** "5125550100", 5125550100 and "15125550100" are +15125550100. */
export const e164Of = (tn: string | number): string => `+1${String(tn).replace(/^\+?1(?=\d{10}$)/, "")}`

export const tnOf = (e164: string): string => e164.replace(/^\+?1(?=\d{10}$)/, "")

/** Display words and the list's short codes; what is neither closed nor cancelled is still open. */
export const orderStatusOf = (word: string | null | undefined): "open" | "closed" | "cancelled" => {
  const code = (word ?? "").toUpperCase()
  if (code === "CLSD" || code === "CLOSED") return "closed"
  return /^P?CNCL$|CANCEL/.test(code) ? "cancelled" : "open"
}

export const isComplete = (word: string | null | undefined): boolean => /^complete$/i.test(word ?? "")
