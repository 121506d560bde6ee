import { Context, Layer } from "effect"
import type { Observation, Observed } from "../domain/fraud/windows/Observation.ts"

/** Looks at one call, at once. */
export type Watch = (observation: Observation) => Observed

/**
 * The slices whose actors live on this node. A call that belongs to one of them is looked at without a message: an actor
 * registers when it starts and is gone from here before another node has it.
 */
export class LocalWatches extends Context.Service<LocalWatches, Map<string, Watch>>()("tandem/entities/LocalWatches") {
  static readonly layer = Layer.sync(LocalWatches, () => LocalWatches.of(new Map()))
}
