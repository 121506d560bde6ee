import { Effect } from "effect"
import { NumberRows } from "../../layers/storage/NumberRows.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { stepFailed } from "../StepFailed.ts"
import { PhoneNumber } from "../PhoneNumber.ts"

/** Gives numbers back that this line only reserved; one that was bought meanwhile, or is another's by now, stays as it is. */
export const releaseHeld = Effect.fnUntraced(function* (orderId: string, line: number, numbers: ReadonlyArray<string>) {
  const numberOf = yield* PhoneNumber.client
  yield* Effect.forEach(
    numbers,
    (e164) =>
      freshKey.pipe(
        Effect.flatMap((commandKey) =>
          callEntity(numberOf(e164).Release({ commandKey, reason: "not needed", onlyReservedFor: { orderId, line } }))
        ),
        Effect.mapError(stepFailed)
      ),
    { concurrency: 4, discard: true }
  )
})

/** What was reserved for a line but never bought goes back to its vendor. */
export const releaseReserved = Effect.fnUntraced(function* (orderId: string, line: number) {
  const rows = yield* NumberRows
  const all = yield* rows.ofOrderLine(orderId, line).pipe(Effect.mapError(stepFailed))
  const reserved = all.filter((row) => row.status === "reserved").map((row) => row.e164)
  yield* releaseHeld(orderId, line, reserved)
})
