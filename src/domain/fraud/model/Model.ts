import { sourceOf } from "../CallTraits.ts"
import type { Detector } from "../detectors/Detection.ts"
import { detection } from "../detectors/Detection.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { BoostedTree, BoostedTrees } from "./BoostedTrees.ts"
import { leafScale, treeDepth } from "./BoostedTrees.ts"
import { modelFeatureNames, modelFeatures } from "./ModelFeatures.ts"
import { shippedModel } from "./ShippedModel.ts"

/** Gives a call's features a score from 0 (honest) to 1 (fraud). */
export interface Scorer {
  readonly score: (features: ArrayLike<number>) => number
  /** The score, or 0 when it is below `least`: of most calls that is known before all trees are asked. */
  readonly scoreFrom: (features: ArrayLike<number>, least: number) => number
  /** How much each feature added to the score, for the explanation. */
  readonly reasons: (features: ArrayLike<number>) => Float64Array
}

/** A model that does not reach these on calls it has not seen stays on trial. */
export const modelGates = { auc: 0.85, precision: 0.8, recall: 0.75 }

export const passesGates = ({ metrics }: Pick<BoostedTrees, "metrics">): boolean =>
  metrics.auc >= modelGates.auc && metrics.precision >= modelGates.precision && metrics.recall >= modelGates.recall

/** Nodes are numbered from the root, which is 1: those below node n are 2n and 2n + 1, and the leaves come last. */
const leaves = 2 ** treeDepth

/**
 * All trees one after the other in typed arrays. A node that asks nothing asks whether something is at most infinite. `moved`
 * has how much the mean of what lies below changes on the way to a node, `most` the most that a tree and those after it
 * can add.
 */
const flattened = (trees: ReadonlyArray<BoostedTree>) => {
  const features = new Uint8Array(trees.length * leaves)
  const thresholds = new Float64Array(trees.length * leaves).fill(Infinity)
  const values = new Float64Array(trees.length * leaves)
  const moved = new Float64Array(trees.length * leaves * 2)
  const most = new Float64Array(trees.length)
  let rest = 0
  for (const [index, tree] of [...trees.entries()].toReversed()) {
    const means = new Float64Array(leaves * 2)
    means.set(tree.leaves, leaves)
    values.set(tree.leaves, index * leaves)
    for (let node = leaves - 1; node > 0; node--) {
      const feature = tree.features[node - 1] ?? -1
      const [left = 0, right = 0] = means.subarray(2 * node)
      means[node] = feature < 0 ? left : (left + right) / 2
      for (const below of [2 * node, 2 * node + 1]) {
        moved[index * leaves * 2 + below] = ((means[below] ?? 0) - (means[node] ?? 0)) / leafScale
      }
      if (feature < 0) continue
      features[index * leaves + node] = feature
      thresholds[index * leaves + node] = tree.thresholds[node - 1] ?? 0
    }
    most[index] = rest += Math.max(...tree.leaves)
  }
  return { count: trees.length, features, moved, most, thresholds, values }
}

export const treeScorer = (model: Pick<BoostedTrees, "intercept" | "trees">): Scorer => {
  const trees = flattened(model.trees)
  const { count, features, most, thresholds } = trees
  const next = (first: number, node: number, values: ArrayLike<number>): number =>
    2 * node + ((values[features[first + node] ?? 0] ?? 0) > (thresholds[first + node] ?? 0) ? 1 : 0)
  /** The score of the trees' sum, or 0 when that is below the least one. */
  const scoreOf = (values: ArrayLike<number>, leastSum: number): number => {
    let sum = 0
    for (let tree = 0; tree < count; tree++) {
      if (sum + (most[tree] ?? 0) < leastSum) return 0
      const first = tree * leaves
      const leaf = next(first, next(first, next(first, next(first, 1, values), values), values), values)
      sum += trees.values[first + leaf - leaves] ?? 0
    }
    return 1 / (1 + Math.exp(-model.intercept - sum / leafScale))
  }
  return {
    score: (values) => scoreOf(values, -Infinity),
    scoreFrom: (values, least) => {
      // A thousandth less, so that a rounding error decides nothing.
      const score = scoreOf(values, (Math.log(least / (1 - least)) - model.intercept) * leafScale - 1)
      return score < least ? 0 : score
    },
    // On its way down a tree, each feature that is asked moves the mean of what lies below (Saabas 2014).
    reasons: (values) => {
      const reasons = new Float64Array(modelFeatureNames.length)
      for (let tree = 0; tree < count; tree++) {
        const first = tree * leaves
        for (let node = 1; node < leaves;) {
          const below = next(first, node, values)
          const feature = features[first + node] ?? 0
          reasons[feature] = (reasons[feature] ?? 0) + (trees.moved[2 * first + below] ?? 0)
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

/** The names of the features that added most, the first of equals first. */
const strongest = (reasons: Float64Array): string => {
  let [first, second, third] = [-1, -1, -1]
  const isMore = (one: number, other: number) => other < 0 || (reasons[one] ?? 0) > (reasons[other] ?? 0)
  for (let i = 0; i < reasons.length; i++) {
    if (isMore(i, first)) [first, second, third] = [i, first, second]
    else if (isMore(i, second)) [second, third] = [i, second]
    else if (isMore(i, third)) third = i
  }
  return `${modelFeatureNames[first]}, ${modelFeatureNames[second]}, ${modelFeatureNames[third]}`
}

/** The trained model's opinion; beside the rules, it may see what no single threshold does. */
export const detectByModel: Detector<typeof ruleParameters.model.Type> = (call, features, parameters) => {
  const values = modelFeatures(call, features, scratch)
  const score = scorer.scoreFrom(values, parameters.threshold)
  if (score < parameters.threshold) return undefined
  const evidence = `the model gives ${score.toFixed(2)}, mostly for ${strongest(scorer.reasons(values))}`
  return detection("ANOMALOUS_PATTERN", "MEDIUM", score, sourceOf(call), evidence)
}
