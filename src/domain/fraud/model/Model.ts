import { sourceOf } from "../CallTraits.ts"
import type { Detector } from "../detectors/Detection.ts"
import { detection } from "../detectors/Detection.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { LogisticModel } from "./LogisticModel.ts"
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

export const passesGates = ({ metrics }: LogisticModel): boolean =>
  metrics.auc >= modelGates.auc && metrics.precision >= modelGates.precision && metrics.recall >= modelGates.recall

export const logisticScorer = (model: LogisticModel): Scorer => {
  const reasons = (features: ReadonlyArray<number>) =>
    features.map((value, i) => ((model.weights[i] ?? 0) * (value - (model.means[i] ?? 0))) / (model.deviations[i] || 1))
  return {
    reasons,
    score: (features) => {
      let sum = model.intercept
      for (let i = 0; i < features.length; i++) {
        sum += ((model.weights[i] ?? 0) * ((features[i] ?? 0) - (model.means[i] ?? 0))) / (model.deviations[i] || 1)
      }
      return 1 / (1 + Math.exp(-sum))
    }
  }
}

const scorer = logisticScorer(shippedModel)

const reasonsTold = 3

/** The trained model's opinion; off the rules, it may see what no single threshold does. */
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
