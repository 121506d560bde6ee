import { Effect } from "effect"
import type { NumberHold, NumberVendor } from "../../domain/numbers/PhoneNumber.ts"
import type { RequestedLine } from "../../domain/numbers/RequestedLine.ts"
import { callEntity, freshKey } from "../EntityCalls.ts"
import { PhoneNumber } from "../PhoneNumber.ts"
import { stepFailed } from "../StepFailed.ts"

/** So many numbers for one line of a ticket. */
export interface Wish {
  readonly orderId: string
  readonly lineNumber: number
  readonly line: RequestedLine
  readonly quantity: number
}

export const holdOf = (wish: Wish, vendor: NumberVendor): NumberHold => ({
  orderId: wish.orderId,
  line: wish.lineNumber,
  vendor,
  country: wish.line.country,
  backorderId: null
})

/** Whether the number is held for the line now; one that another line holds or that is beyond reserving is not. */
export const reserve = Effect.fnUntraced(function* (e164: string, hold: NumberHold) {
  const numberOf = yield* PhoneNumber.client
  const commandKey = yield* freshKey
  return yield* callEntity(numberOf(e164).Reserve({ commandKey, hold })).pipe(
    Effect.as(true),
    Effect.catchTags({
      NumberNotAvailable: () => Effect.succeed(false),
      NumberStatusRefused: () => Effect.succeed(false)
    }),
    Effect.mapError(stepFailed)
  )
})
