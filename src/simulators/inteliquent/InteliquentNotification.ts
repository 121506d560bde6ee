import { DateTime } from "effect"
import type { Order } from "./InteliquentState.ts"

/** The vendor's clock runs on United States Central Standard Time. */
const offsetHours = -6

const twoDigits = (value: number): string => String(value).padStart(2, "0")

/** `7/31/2017 4:56:06.000000 AM -05:00`, the form of the vendor's notifications. */
export const unitedStatesTime = (epochMillis: number): string => {
  const at = DateTime.toPartsUtc(DateTime.makeUnsafe(epochMillis + offsetHours * 3_600_000))
  const clock = `${at.hour % 12 === 0 ? 12 : at.hour % 12}:${twoDigits(at.minute)}:${twoDigits(at.second)}`
  const micros = `${String(at.millisecond).padStart(3, "0")}000`
  const half = at.hour < 12 ? "AM" : "PM"
  return `${at.month}/${at.day}/${at.year} ${clock}.${micros} ${half} -${twoDigits(-offsetHours)}:00`
}

/** The body of an order's notification. */
export const notificationBody = (order: Order, message: string, nowMillis: number): string =>
  JSON.stringify({
    message,
    notificationType: "Order status update",
    orderId: order.orderId,
    customerOrderReference: order.reference,
    orderType: order.kind === "tnRequest" ? "TN Request" : "TN Order",
    orderStatus: order.status,
    timestamp: unitedStatesTime(nowMillis)
  })
