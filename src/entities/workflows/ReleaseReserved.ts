import { Effect } from "effect"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { stepFailed } from "../Fulfilment.ts"
import { PhoneNumber } from "../PhoneNumber.ts"

/** What was reserved but never bought goes back to its vendor. */
export const releaseReserved = Effect.fnUntraced(function* (orderId: string, lineNumber: number) {
  const rows = yield* NumberRows
  const numberOf = yield* PhoneNumber.client
  const all = yield* rows.ofOrderLine(orderId, lineNumber).pipe(Effect.mapError(stepFailed))
  for (const row of all.filter((each) => each.status === "reserved")) {
    const commandKey = yield* freshKey
    yield* callEntity(numberOf(row.e164).Release({ commandKey, reason: "the order failed" })).pipe(
      Effect.mapError(stepFailed)
    )
  }
})
