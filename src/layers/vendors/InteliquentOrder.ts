import { Effect } from "effect"
import { VendorError } from "./VendorError.ts"

export const vendor = "inteliquent"

/** Most numbers in one order, reservation or release; a larger purchase is split by the caller. */
export const maxNumbersPerOrder = 100

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

export const refused = (operation: string, code: string, detail: string): VendorError =>
  VendorError.of({ vendor, operation, reason: "Rejected", code, detail })

export const checkReference = (operation: string, reference: string) =>
  reference !== "" && !/[,=\][!<>{}\\^~`]/.test(reference)
    ? Effect.void
    : Effect.fail(
        refused(operation, "reference", "the reference is empty or holds a character that the vendor refuses")
      )

export const checkCount = (operation: string, numbers: ReadonlyArray<string>) =>
  numbers.length > 0 && numbers.length <= maxNumbersPerOrder
    ? Effect.void
    : Effect.fail(refused(operation, "tooMany", `${numbers.length} numbers; 1 to ${maxNumbersPerOrder} are allowed`))

/** The vendor documents order ids as integers. */
export const vendorOrderId = (orderId: string): string | number =>
  /^\d{1,15}$/.test(orderId) ? Number(orderId) : orderId
