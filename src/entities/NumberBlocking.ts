import { Effect, Option } from "effect"
import type { FailedNumber } from "../domain/orders/Order.ts"
import { callEntity, freshKey } from "./EntityCalls.ts"
import { PhoneNumber } from "./PhoneNumber.ts"
import { stepFailed } from "./StepFailed.ts"

/** Waits before the second and the third pass over what could not be blocked; longer than a circuit stays open. */
const furtherPasses = ["5 seconds", "35 seconds"] as const

interface BlockFailure extends FailedNumber {
  readonly retryable: boolean
}

const failureOf = (
  e164: string,
  error: { readonly _tag: string; readonly detail?: string; readonly retryable?: boolean }
): BlockFailure => ({ e164, detail: error.detail ?? error._tag, retryable: error.retryable ?? false })

const block = Effect.fnUntraced(function* (e164: string) {
  const numberOf = yield* PhoneNumber.client
  const commandKey = yield* freshKey
  return yield* callEntity(numberOf(e164).Block({ commandKey })).pipe(
    Effect.as(Option.none<BlockFailure>()),
    Effect.catch((error) =>
      error._tag === "JournalUnavailable"
        ? Effect.fail(stepFailed(error))
        : Effect.succeed(Option.some(failureOf(e164, error)))
    )
  )
})

const onePass = Effect.fnUntraced(function* (numbers: ReadonlyArray<string>) {
  const failures: Array<BlockFailure> = []
  for (const e164 of numbers) {
    const failure = yield* block(e164)
    if (Option.isSome(failure)) failures.push(failure.value)
  }
  return failures
})

/** Blocks numbers one a call, in sequence; what failed for a passing reason gets another pass after a while. */
export const blockAll = Effect.fn("BlockAll")(function* (numbers: ReadonlyArray<string>) {
  let failures = yield* onePass(numbers)
  for (const wait of furtherPasses) {
    const again = failures.filter((each) => each.retryable).map((each) => each.e164)
    if (again.length === 0) break
    yield* Effect.sleep(wait)
    failures = [...failures.filter((each) => !each.retryable), ...(yield* onePass(again))]
  }
  return failures.map(({ detail, e164 }): FailedNumber => ({ e164, detail }))
})
