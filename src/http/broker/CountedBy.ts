import { Metric } from "effect"
import type { Context } from "effect"

/** Counts by labels. A counter is looked up once for each set of labels, since looking it up costs more than counting. */
export const countedBy = (counter: Metric.Counter<number>, context: Context.Context<never>) => {
  const known = new Map<string, Metric.Counter<number>>()
  return (labels: Readonly<Record<string, string>>, count = 1): void => {
    const key = Object.values(labels).join(" ")
    const found = known.get(key) ?? Metric.withAttributes(counter, labels)
    known.set(key, found)
    found.updateUnsafe(count, context)
  }
}
