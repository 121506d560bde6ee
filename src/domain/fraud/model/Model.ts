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
  /** The score, or 0 when it is below `least`: of most calls that is known before all trees are asked. */
  readonly scoreFrom: (features: ArrayLike<number>, least: number) => number
  /** How much each feature added to the score, for the explanation. */
  readonly reasons: (features: ArrayLike<number>) => Float64Array
}

/** A model that does not reach these on calls it has not seen stays on trial. */
export const modelGates = { auc: 0.85, precision: 0.8, recall: 0.75 }

export const passesGates = ({ metrics }: Pick<BoostedTrees, "metrics">): boolean =>
  metrics.auc >= modelGates.auc && metrics.precision >= modelGates.precision && metrics.recall >= modelGates.recall

/**
 * All trees one after the other in typed arrays; `means` has for each node the mean of what lies below it, `most` for each
 * tree the most that it and those after it can add. A node that asks nothing asks whether something is at most infinite.
 */
const flattened = (trees: ReadonlyArray<BoostedTree>) => {
  const inner = trees[0]?.features.length ?? 0
  const nodes = 2 * inner + 1
  const features = new Uint8Array(trees.length * inner)
  const thresholds = new Float64Array(trees.length * inner).fill(Infinity)
  const means = new Float64Array(trees.length * nodes)
  trees.forEach((tree, index) => {
    tree.features.forEach((feature, node) => {
      if (feature < 0) return
      features[index * inner + node] = feature
      thresholds[index * inner + node] = tree.thresholds[node] ?? 0
    })
    const first = index * nodes
    means.set(tree.leaves, first + inner)
    for (let node = inner - 1; node >= 0; node--) {
      const left = means[first + 2 * node + 1] ?? 0
      const right = means[first + 2 * node + 2] ?? 0
      means[first + node] = (tree.features[node] ?? -1) < 0 ? left : (left + right) / 2
    }
  })
  const most = new Float64Array(trees.length)
  for (let sum = 0, tree = trees.length - 1; tree >= 0; tree--)
    most[tree] = sum += Math.max(...(trees[tree]?.leaves ?? []))
  return { count: trees.length, features, inner, means, most, nodes, thresholds }
}

/** A scorer of trees that are all of the same depth. */
export const treeScorer = (model: Pick<BoostedTrees, "intercept" | "trees">): Scorer => {
  const { count, features, inner, means, most, nodes, thresholds } = flattened(model.trees)
  const next = (tree: number, node: number, values: ArrayLike<number>): number => {
    const place = tree * inner + node
    return 2 * node + ((values[features[place] ?? 0] ?? 0) <= (thresholds[place] ?? 0) ? 1 : 2)
  }
  /** The score of the trees' sum when that is at least so much, else 0. */
  const scoreOf = (values: ArrayLike<number>, leastSum: number): number => {
    let sum = 0
    for (let tree = 0; tree < count; tree++) {
      if (sum + (most[tree] ?? 0) < leastSum) return 0
      let node = 0
      while (node < inner) node = next(tree, node, values)
      sum += means[tree * nodes + node] ?? 0
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
        for (let node = 0; node < inner;) {
          const below = next(tree, node, values)
          const moved = (means[tree * nodes + below] ?? 0) - (means[tree * nodes + node] ?? 0)
          const feature = features[tree * inner + node] ?? 0
          reasons[feature] = (reasons[feature] ?? 0) + moved / leafScale
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

/** The names of the features that added most, the first of equals first. */
const strongest = (reasons: ArrayLike<number>): string => {
  const told: Array<number> = []
  while (told.length < reasonsTold) {
    let most = -1
    for (let i = 0; i < reasons.length; i++) {
      if ((most < 0 || (reasons[i] ?? 0) > (reasons[most] ?? 0)) && !told.includes(i)) most = i
    }
    told.push(most)
  }
  return told.map((i) => modelFeatureNames[i] ?? "").join(", ")
}

/** The trained model's opinion; beside the rules, it may see what no single threshold does. */
export const detectByModel: Detector<typeof ruleParameters.model.Type> = (call, features, parameters) => {
  const values = modelFeatures(call, features, scratch)
  const score = scorer.scoreFrom(values, parameters.threshold)
  if (score < parameters.threshold) return undefined
  const evidence = `the model gives ${score.toFixed(2)}, mostly for ${strongest(scorer.reasons(values))}`
  return detection("ANOMALOUS_PATTERN", "MEDIUM", score, sourceOf(call), evidence)
}
