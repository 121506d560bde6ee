import { format, resolveConfig } from "prettier"
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { FraudEngine } from "../../src/domain/fraud/FraudEngine.ts"
import type { BoostedTrees } from "../../src/domain/fraud/model/BoostedTrees.ts"
import { leafScale, treeDepth } from "../../src/domain/fraud/model/BoostedTrees.ts"
import { modelGates, passesGates, treeScorer } from "../../src/domain/fraud/model/Model.ts"
import { modelFeatureNames, modelFeatures } from "../../src/domain/fraud/model/ModelFeatures.ts"
import { defaultRules } from "../../src/domain/fraud/rules/RuleSet.ts"
import { Rng } from "../../src/simulators/traffic/Rng.ts"
import { heldOutSeeds, replay, trafficOf, tuningSeeds } from "./Replay.ts"
import type { Tree } from "./Tree.ts"
import { binned, growTree, leafOf } from "./Tree.ts"

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "150000" },
    /** Where the model goes; `-` only tells how good it is. */
    out: { type: "string", default: "src/domain/fraud/model/ShippedModel.ts" }
  }
})
const callsOfSeed = Number(values.calls)
const prevalence = 0.02
const trainedPrevalence = 0.06
const honestKept = 0.15
const trees = 36
const shrinkage = 0.3
/** On tuning seeds; what the threshold is then is written into the intercept. */
const wantedPrecision = 0.93

interface Samples {
  readonly features: Array<Float64Array>
  readonly truths: Array<number>
  readonly weights: Array<number>
}

const detectors = { ...defaultRules, model: { ...defaultRules.model, mode: "off" as const } }

/** Calls with what the windows knew as each was set up: all fraudulent ones and, by weight, the honest ones. */
const samplesOf = (seeds: ReadonlyArray<number>, share: number, kept: number): Samples => {
  const samples: Samples = { features: [], truths: [], weights: [] }
  const rng = new Rng(1, 77)
  for (const seed of seeds) {
    const engine = new FraudEngine(detectors)
    const attempt = ({ call, label }: { call: Parameters<typeof modelFeatures>[0]; label: string | null }) => {
      const features = engine.features(call)
      if (label === null && !rng.chance(kept)) return
      samples.features.push(modelFeatures(call, features))
      samples.truths.push(label === null ? 0 : 1)
      samples.weights.push(label === null ? 1 / kept : 1)
    }
    replay(trafficOf(seed, callsOfSeed, share), [{ attempt, ended: ({ call }) => void engine.ended(call) }])
  }
  return samples
}

const round = (value: number) => Number(value.toPrecision(4))
const rounded = ({ features, leaves, thresholds }: Tree): Tree => ({
  features,
  thresholds: thresholds.map(round),
  leaves: leaves.map((leaf) => Math.round(leaf * leafScale))
})

/** Gradient boosting of the log-loss; fraud and honest calls weigh the same in all. */
const trained = ({ features, truths, weights }: Samples) => {
  const data = binned(features, modelFeatureNames.length)
  const rows = Int32Array.from({ length: data.rows }, (_, row) => row)
  const fraud = truths.reduce((sum, truth) => sum + truth, 0)
  const honest = weights.reduce((sum, weight, row) => sum + (truths[row] === 0 ? weight : 0), 0)
  const weightOf = (row: number) =>
    (truths[row] === 1 ? data.rows / fraud : ((weights[row] ?? 1) * data.rows) / honest) / 2
  const sums = new Float64Array(data.rows)
  const gradients = new Float64Array(data.rows)
  const hessians = new Float64Array(data.rows)
  const rng = new Rng(2, 77)
  return Array.from({ length: trees }, () => {
    for (let row = 0; row < data.rows; row++) {
      const chance = 1 / (1 + Math.exp(-(sums[row] ?? 0)))
      gradients[row] = (chance - (truths[row] ?? 0)) * weightOf(row)
      hessians[row] = Math.max(1e-6, chance * (1 - chance)) * weightOf(row)
    }
    const growing = { data, rows, gradients, hessians, depth: treeDepth, shrinkage, rng }
    const tree = rounded(growTree({ ...growing, leastHessian: 20, tried: modelFeatureNames.length }))
    for (let row = 0; row < data.rows; row++)
      sums[row] = (sums[row] ?? 0) + leafOf(tree, features[row] ?? []) / leafScale
    return tree
  })
}

/** Scores in descending order, with how many calls each stands for. */
const ranked = (model: Pick<BoostedTrees, "intercept" | "trees">, samples: Samples, fraudWeight: number) => {
  const scorer = treeScorer(model)
  return samples.features
    .map((features, row) => {
      const truth = samples.truths[row] === 1
      return { truth, score: scorer.score(features), weight: truth ? fraudWeight : (samples.weights[row] ?? 1) }
    })
    .sort((one, other) => other.score - one.score)
}
type Ranked = ReturnType<typeof ranked>

const totals = (calls: Ranked) => {
  const fraud = calls.reduce((sum, { truth, weight }) => sum + (truth ? weight : 0), 0)
  return { fraud, honest: calls.reduce((sum, { weight }) => sum + weight, 0) - fraud }
}

/** The area under the ROC curve; calls with the same score count half. */
const aucOf = (calls: Ranked): number => {
  const { fraud, honest } = totals(calls)
  let right = 0
  let area = 0
  for (let row = 0; row < calls.length;) {
    const score = calls[row]?.score
    let newRight = 0
    let newWrong = 0
    for (; row < calls.length && calls[row]?.score === score; row++) {
      const { truth, weight } = calls[row] ?? { truth: false, weight: 0 }
      if (truth) newRight += weight
      else newWrong += weight
    }
    area += newWrong * (right + newRight / 2)
    right += newRight
  }
  return area / (fraud * honest)
}

const at = (calls: Ranked, threshold: number) => {
  const named = totals(calls.filter(({ score }) => score >= threshold))
  return { precision: named.fraud / (named.fraud + named.honest), recall: named.fraud / totals(calls).fraud }
}

/** The lowest score from which on so many of the calls are fraud. */
const thresholdFor = (calls: Ranked, precision: number): number => {
  let fraud = 0
  let all = 0
  let found = 1
  for (const { score, truth, weight } of calls) {
    all += weight
    if (truth) fraud += weight
    if (fraud / all >= precision) found = score
  }
  return found
}

const logOdds = (chance: number) => Math.log(chance / (1 - chance))

const tuning = samplesOf(tuningSeeds, trainedPrevalence, honestKept)
const grown = trained(tuning)
// Fraud was more frequent in training than it is told to be in the metrics, so it weighs less here.
const fraudWeight = ((prevalence / (1 - prevalence)) * (1 - trainedPrevalence)) / trainedPrevalence
const cut = thresholdFor(ranked({ intercept: 0, trees: grown }, tuning, fraudWeight), wantedPrecision)
const { threshold } = defaultRules.model.parameters
const intercept = round(logOdds(threshold) - logOdds(cut))
const heldOut = ranked({ intercept, trees: grown }, samplesOf(heldOutSeeds, prevalence, 1), 1)
const { precision, recall } = at(heldOut, threshold)
const metrics = {
  auc: round(aucOf(heldOut)),
  precision: round(precision),
  recall: round(recall),
  calls: heldOut.length
}
const model: BoostedTrees = { features: modelFeatureNames, intercept, trees: grown, metrics }
console.log(`Held-out seeds ${heldOutSeeds.join(", ")}:`, metrics)
console.log(passesGates(model) ? "It passes the gates:" : "It does not pass the gates:", modelGates)

if (values.out !== "-") {
  const source = `import type { BoostedTrees } from "./BoostedTrees.ts"

/** Trained by \`npm run fraud:train\` on generated calls; this file is its output. */
export const shippedModel: BoostedTrees = ${JSON.stringify(model)}
`
  const style = await resolveConfig(values.out)
  writeFileSync(values.out, await format(source, { ...style, filepath: values.out }))
}
