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
  readonly score: (features: ArrayLike<number>) => number
  /** How much each feature added to the score, for the explanation. */
  readonly reasons: (features: ArrayLike<number>) => ReadonlyArray<number>
}

/** A model that does not reach these on calls it has not seen stays on trial. */
export const modelGates = { auc: 0.85, precision: 0.8, recall: 0.75 }

export const passesGates = ({ metrics }: Pick<BoostedTrees, "metrics">): boolean =>
  metrics.auc >= modelGates.auc && metrics.precision >= modelGates.precision && metrics.recall >= modelGates.recall

/** All trees one after the other in typed arrays; `means` has for each node the mean of what lies below it. */
const flattened = (trees: ReadonlyArray<BoostedTree>) => {
  const inner = trees[0]?.features.length ?? 0
  const nodes = 2 * inner + 1
  const features = new Int8Array(trees.length * inner)
  const thresholds = new Float64Array(trees.length * inner)
  const means = new Float64Array(trees.length * nodes)
  trees.forEach((tree, index) => {
    features.set(tree.features, index * inner)
    thresholds.set(tree.thresholds, index * inner)
    const first = index * nodes
    means.set(tree.leaves, first + inner)
    for (let node = inner - 1; node >= 0; node--) {
      const left = means[first + 2 * node + 1] ?? 0
      const right = means[first + 2 * node + 2] ?? 0
      means[first + node] = (tree.features[node] ?? -1) < 0 ? left : (left + right) / 2
    }
  })
  return { count: trees.length, features, inner, means, nodes, thresholds }
}

/** A scorer of trees that are all of the same depth. */
export const treeScorer = (model: Pick<BoostedTrees, "intercept" | "trees">): Scorer => {
  const { count, features, inner, means, nodes, thresholds } = flattened(model.trees)
  const next = (tree: number, node: number, values: ArrayLike<number>): number => {
    const place = tree * inner + node
    const feature = features[place] ?? -1
    return 2 * node + (feature < 0 || (values[feature] ?? 0) <= (thresholds[place] ?? 0) ? 1 : 2)
  }
  return {
    score: (values) => {
      let sum = 0
      for (let tree = 0; tree < count; tree++) {
        let node = 0
        while (node < inner) node = next(tree, node, values)
        sum += means[tree * nodes + node] ?? 0
      }
      return 1 / (1 + Math.exp(-model.intercept - sum / leafScale))
    },
    // On its way down a tree, each feature that is asked moves the mean of what lies below (Saabas 2014).
    reasons: (values) => {
      const reasons = modelFeatureNames.map(() => 0)
      for (let tree = 0; tree < count; tree++) {
        for (let node = 0; node < inner;) {
          const below = next(tree, node, values)
          const moved = (means[tree * nodes + below] ?? 0) - (means[tree * nodes + node] ?? 0)
          const feature = features[tree * inner + node] ?? -1
          if (feature >= 0) reasons[feature] = (reasons[feature] ?? 0) + moved / leafScale
          node = below
        }
      }
      return reasons
    }
  }
}

const scorer = treeScorer(shippedModel)

/** Filled anew for each call, so that none takes memory of its own. */
const scratch = new Float64Array(modelFeatureNames.length)

const reasonsTold = 3

/** The trained model's opinion; beside the rules, it may see what no single threshold does. */
export const detectByModel: Detector<typeof ruleParameters.model.Type> = (call, features, parameters) => {
  const values = modelFeatures(call, features, scratch)
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
