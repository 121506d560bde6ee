import type { CallAttempt, CallEnd } from "../CallAttempt.ts"
import type { CallFeatures } from "../detectors/Detection.ts"
import { calledSlice, callerSlice, sliceCount, sourceSlice } from "./NumberSlice.ts"

/** One look of a slice at a call: at its caller, its called number or its source; at its set-up or at its end. */
export type Observation =
  | { readonly part: CallPart; readonly event: "attempt"; readonly call: CallAttempt }
  | { readonly part: CallPart; readonly event: "end"; readonly call: CallEnd }

/** What part of a call a slice looks at. */
export type CallPart = keyof CallFeatures

export const callParts = ["caller", "called", "source"] as const

/** What a slice answers: the features of its part; null when it has none. */
export type Observed = CallFeatures[CallPart] | null

/** Ids of the slices' actors. */
export const sliceIds: ReadonlyArray<string> = Array.from({ length: sliceCount }, (_, n) => `slice-${n}`)

const idOf = (slice: number): string => sliceIds[slice] ?? ""

/** The slice that looks at calls to a number. */
export const sliceIdOfCalled = (call: Pick<CallAttempt, "bNumber">): string => idOf(calledSlice(call))

/** The slice that looks at a part of a call: the id of its actor. */
export const sliceIdOf = (part: CallPart, call: CallAttempt): string => {
  switch (part) {
    case "caller":
      return idOf(callerSlice(call))
    case "called":
      return sliceIdOfCalled(call)
    case "source":
      return idOf(sourceSlice(call))
  }
}
