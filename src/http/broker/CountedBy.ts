import { Metric } from "effect"
import type { Context } from "effect"

/**
 * Counts by labels, whose values come in the order of their names. A counter is looked up once for each set of values, since
 * looking it up costs more than counting.
 */
export const countedBy = (
  counter: Metric.Counter<number>,
  names: ReadonlyArray<string>,
  context: Context.Context<never>
) => {
  const known = new Map<string, Metric.Counter<number>>()
  return (values: ReadonlyArray<string>, count = 1): void => {
    const key = values.join(" ")
    let found = known.get(key)
    if (found === undefined) {
      found = Metric.withAttributes(counter, Object.fromEntries(names.map((name, n) => [name, values[n] ?? ""])))
      known.set(key, found)
    }
    found.updateUnsafe(count, context)
  }
}
