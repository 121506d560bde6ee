import { Schema } from "effect"
import { nanpDigits } from "../numbers/NanpDigits.ts"

/** A business answer: HTTP 200 with the vendor's own statusCode. */
export interface BusinessReply extends Readonly<Record<string, unknown>> {
  readonly statusCode: string
  readonly status: string
}

export const success = (fields: Readonly<Record<string, unknown>> = {}): BusinessReply => ({
  ...fields,
  statusCode: "200",
  status: "Success"
})

export const refusal = (statusCode: string, status: string): BusinessReply => ({ statusCode, status })

export const noResult = refusal("430", "No Result Found")

/** Decodes a request, or says which fields are wrong with the vendor's 409. */
export const decodeWith = <A>(schema: Schema.ConstraintCodec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (body: unknown): A | BusinessReply => {
    const result = decode(body)
    return result._tag === "Success" ? result.success : refusal("409", `Invalid Input Parameters: ${result.failure}`)
  }
}

export const isBusinessReply = (value: unknown): value is BusinessReply =>
  typeof value === "object" && value !== null && "statusCode" in value && "status" in value

export const TnList = Schema.Struct({
  tnItem: Schema.Array(
    Schema.Struct({
      tn: Schema.Union([Schema.String, Schema.Int]),
      trunkGroup: Schema.optionalKey(Schema.String),
      routingOption: Schema.optionalKey(Schema.String)
    })
  )
})

/** The eleven digits of the TNs, or the vendor's refusal of those that are none. */
export const numbersOf = (list: typeof TnList.Type): ReadonlyArray<string> | BusinessReply => {
  const wrong = list.tnItem.filter(({ tn }) => !/^\d{10}$/.test(String(tn)) || nanpDigits(String(tn)) === undefined)
  if (wrong.length > 0) return refusal("409", `Invalid TN submitted:(${wrong.map(({ tn }) => tn).join(",")})`)
  return list.tnItem.map(({ tn }) => `1${tn}`)
}

const maxReferenceLength = 100

/** Refuses a reference with characters that the vendor forbids, or one that is too long. */
export const refusedReference = (reference: string): BusinessReply | undefined => {
  if (/[,=\][!<>{}\\^~`]/.test(reference)) {
    return refusal(
      "409",
      "CustomerOrderReference has invalid characters and cannot include <, \\, ^, ~, `, }, {, >, =, ], [, !"
    )
  }
  return reference.length > maxReferenceLength
    ? refusal("418", "Character limit is exceeded for:CustomerOrderReference")
    : undefined
}
