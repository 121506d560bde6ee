import { Option, Schema } from "effect"
import type { JournalEvent } from "../domain/journal/JournalEvent.ts"
import { PhoneNumberEvent } from "../domain/numbers/PhoneNumber.ts"

const decode = Schema.decodeUnknownOption(PhoneNumberEvent)

/** What one event of a number means, in plain words; an event that this version does not know is told by its type. */
export const numberEventSummary = (event: JournalEvent): string =>
  Option.match(decode(event.payload), { onNone: () => event.type, onSome: summaryOf })

const summaryOf = (event: PhoneNumberEvent): string => {
  switch (event._tag) {
    case "NumberReserved": {
      const { orderId, line, vendor, backorderId } = event.hold
      const origin = backorderId === null ? "" : ` from back-order ${backorderId}`
      return `Reserved at ${vendor} for line ${line} of ticket ${orderId}${origin}`
    }
    case "NumberOrdering":
      return `Order sent to the vendor under reference ${event.reference}`
    case "NumberOrderRefused":
      return `The vendor did not sell it: ${event.detail}`
    case "NumberOrdered":
      return event.vendorOrderId === null ? "Bought" : `Bought, vendor's order ${event.vendorOrderId}`
    case "NumberActivated":
      return event.inventoryLogId === null ? "Added to inventory" : `Added to inventory, log ${event.inventoryLogId}`
    case "NumberActivationFailed":
      return `Not added to inventory: ${event.detail}`
    case "NumberBlocked":
      return "Blocked"
    case "NumberBlockFailed":
      return `Not blocked: ${event.detail}`
    case "NumberUnblocked":
      return "Unblocked"
    case "NumberReleased":
      return `Given back: ${event.reason}`
  }
}
