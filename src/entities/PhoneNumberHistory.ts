import type { PhoneNumberState } from "../domain/numbers/PhoneNumber.ts"
import { evolveNumber, PhoneNumberEvent, unknownNumber } from "../domain/numbers/PhoneNumber.ts"
import type { Definition } from "./Aggregate.ts"

export const phoneNumberHistory: Definition<PhoneNumberState, PhoneNumberEvent> = {
  entityType: "PhoneNumber",
  initial: unknownNumber,
  evolve: evolveNumber,
  event: PhoneNumberEvent,
  row: (state) =>
    state.status === "unknown"
      ? undefined
      : {
          table: "numbers",
          row: {
            e164: state.e164,
            status: state.status,
            country: state.country,
            vendor: state.vendor,
            order_id: state.orderId,
            line: state.line,
            vendor_order_id: state.vendorOrderId,
            backorder_id: state.backorderId,
            inventory_error: state.inventoryError,
            block_error: state.blockError
          }
        }
}
