import { sourceOf } from "../CallTraits.ts"
import type { Detector } from "../detectors/Detection.ts"
import { detection } from "../detectors/Detection.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { BoostedTree, BoostedTrees } from "./BoostedTrees.ts"
import { leafScale } from "./BoostedTrees.ts"
import { modelFeatureNames, modelFeatures } from "./ModelFeatures.ts"
import { shippedModel } from "./ShippedModel.ts"

/** Gives a call's features a score from 0 (honest) to 1 (fraud). */
export interface Scorer {
  readonly score: (features: ReadonlyArray<number>) => number
  /** How much each feature added to the score, for the explanation. */
  readonly reasons: (features: ReadonlyArray<number>) => ReadonlyArray<number>
}

/** A model that does not reach these on calls it has not seen stays on trial. */
export const modelGates = { auc: 0.85, precision: 0.8, recall: 0.75 }

export const passesGates = ({ metrics }: Pick<BoostedTrees, "metrics">): boolean =>
  metrics.auc >= modelGates.auc && metrics.precision >= modelGates.precision && metrics.recall >= modelGates.recall

const leafAt = ({ features, leaves, thresholds }: BoostedTree, values: ReadonlyArray<number>): number => {
  let node = 0
  while (node < features.length) {
    const feature = features[node] ?? -1
    node = 2 * node + (feature < 0 || (values[feature] ?? 0) <= (thresholds[node] ?? 0) ? 1 : 2)
  }
  return leaves[node - features.length] ?? 0
}

/** The mean of both sides of a node, and so on down to the leaves. */
const meanBelow = (tree: BoostedTree, node: number): number => {
  const { features, leaves } = tree
  if (node >= features.length) return leaves[node - features.length] ?? 0
  const left = meanBelow(tree, 2 * node + 1)
  return (features[node] ?? -1) < 0 ? left : (left + meanBelow(tree, 2 * node + 2)) / 2
}

export const treeScorer = (model: Pick<BoostedTrees, "intercept" | "trees">): Scorer => ({
  score: (values) => {
    let sum = 0
    for (const tree of model.trees) sum += leafAt(tree, values)
    return 1 / (1 + Math.exp(-model.intercept - sum / leafScale))
  },
  // On its way down a tree, each feature that is asked moves the mean of what lies below (Saabas 2014).
  reasons: (values) => {
    const reasons = values.map(() => 0)
    for (const tree of model.trees) {
      let node = 0
      let mean = meanBelow(tree, 0)
      while (node < tree.features.length) {
        const feature = tree.features[node] ?? -1
        node = 2 * node + (feature < 0 || (values[feature] ?? 0) <= (tree.thresholds[node] ?? 0) ? 1 : 2)
        const below = meanBelow(tree, node)
        if (feature >= 0) reasons[feature] = (reasons[feature] ?? 0) + (below - mean) / leafScale
        mean = below
      }
    }
    return reasons
  }
})

const scorer = treeScorer(shippedModel)

const reasonsTold = 3

/** The trained model's opinion; beside the rules, it may see what no single threshold does. */
export const detectByModel: Detector<typeof ruleParameters.model.Type> = (call, features, parameters) => {
  const values = modelFeatures(call, features)
  const score = scorer.score(values)
  if (score < parameters.threshold) return undefined
  const told = scorer
    .reasons(values)
    .map((share, i) => ({ share, name: modelFeatureNames[i] ?? "" }))
    .sort((one, other) => other.share - one.share)
    .slice(0, reasonsTold)
    .map(({ name }) => name)
  const evidence = `the model gives ${score.toFixed(2)}, mostly for ${told.join(", ")}`
  return detection("ANOMALOUS_PATTERN", "MEDIUM", score, sourceOf(call), evidence)
}
