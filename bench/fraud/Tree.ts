import type { Rng } from "../../src/simulators/traffic/Rng.ts"

/** A whole binary tree, level by level: `values[features[n]] <= thresholds[n]` goes left; feature -1 always does. */
export interface Tree {
  readonly features: ReadonlyArray<number>
  readonly thresholds: ReadonlyArray<number>
  readonly leaves: ReadonlyArray<number>
}

/** Features by column, each value as the number of its bin. */
export interface Binned {
  readonly rows: number
  readonly bins: ReadonlyArray<Uint8Array>
  /** Upper edge of each bin but the last, by column. */
  readonly edges: ReadonlyArray<ReadonlyArray<number>>
}

const mostBins = 64
const edgeSample = 20_000

/** Bins of about as many values each. */
export const binned = (samples: ReadonlyArray<ArrayLike<number>>, columns: number): Binned => {
  const step = Math.max(1, Math.floor(samples.length / edgeSample))
  const edges: Array<ReadonlyArray<number>> = []
  const bins: Array<Uint8Array> = []
  for (let column = 0; column < columns; column++) {
    const some: Array<number> = []
    for (let row = 0; row < samples.length; row += step) some.push(samples[row]?.[column] ?? 0)
    const distinct = [...new Set(some)].sort((one, other) => one - other)
    const cuts = distinct.slice(0, -1).map((value, place) => (value + (distinct[place + 1] ?? value)) / 2)
    const kept =
      cuts.length < mostBins
        ? cuts
        : Array.from({ length: mostBins - 1 }, (_, n) => cuts[Math.floor(((n + 1) * cuts.length) / mostBins)] ?? 0)
    edges.push(kept)
    bins.push(Uint8Array.from(samples, (sample) => binOf(kept, sample[column] ?? 0)))
  }
  return { rows: samples.length, bins, edges }
}

const binOf = (edges: ReadonlyArray<number>, value: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= (edges[middle] ?? Infinity)) high = middle
    else low = middle + 1
  }
  return low
}

export interface Growing {
  readonly data: Binned
  readonly rows: Int32Array
  /** First and second derivative of the loss of each row; for a mean: minus the value times the weight, and the weight. */
  readonly gradients: Float64Array
  readonly hessians: Float64Array
  readonly depth: number
  readonly leastHessian: number
  readonly shrinkage: number
  /** Features that one split may choose from. */
  readonly tried: number
  readonly rng: Rng
}

interface Split {
  readonly feature: number
  readonly bin: number
  readonly gain: number
}

const ridge = 1

const bestSplit = (growing: Growing, rows: Int32Array): Split | undefined => {
  const { data, gradients, hessians, leastHessian, rng, tried } = growing
  let whole = 0
  let weight = 0
  for (const row of rows) {
    whole += gradients[row] ?? 0
    weight += hessians[row] ?? 0
  }
  let best: Split | undefined
  const columns = data.bins.length
  const g = new Float64Array(mostBins)
  const h = new Float64Array(mostBins)
  for (let column = 0; column < columns; column++) {
    if (tried < columns && !rng.chance(tried / columns)) continue
    const bins = data.bins[column] ?? new Uint8Array(0)
    g.fill(0)
    h.fill(0)
    for (const row of rows) {
      const bin = bins[row] ?? 0
      g[bin] = (g[bin] ?? 0) + (gradients[row] ?? 0)
      h[bin] = (h[bin] ?? 0) + (hessians[row] ?? 0)
    }
    let left = 0
    let leftWeight = 0
    const last = data.edges[column]?.length ?? 0
    for (let bin = 0; bin < last; bin++) {
      left += g[bin] ?? 0
      leftWeight += h[bin] ?? 0
      const rest = weight - leftWeight
      if (leftWeight < leastHessian || rest < leastHessian) continue
      const gain =
        left ** 2 / (leftWeight + ridge) + (whole - left) ** 2 / (rest + ridge) - whole ** 2 / (weight + ridge)
      if (gain > (best?.gain ?? 1e-6)) best = { feature: column, bin, gain }
    }
  }
  return best
}

/** Grows one regression tree by Newton steps; each leaf is `-Σgradient / (Σhessian + ridge)`, shrunk. */
export const growTree = (growing: Growing): Tree => {
  const { data, depth, gradients, hessians, shrinkage } = growing
  const inner = 2 ** depth - 1
  const features = Array.from({ length: inner }, () => -1)
  const thresholds = Array.from({ length: inner }, () => 0)
  const leaves = Array.from({ length: inner + 1 }, () => 0)
  const grow = (node: number, rows: Int32Array): void => {
    if (node >= inner) {
      let sum = 0
      let weight = 0
      for (const row of rows) {
        sum += gradients[row] ?? 0
        weight += hessians[row] ?? 0
      }
      leaves[node - inner] = (-shrinkage * sum) / (weight + ridge)
      return
    }
    const split = bestSplit(growing, rows)
    if (split === undefined) return grow(2 * node + 1, rows)
    features[node] = split.feature
    thresholds[node] = data.edges[split.feature]?.[split.bin] ?? 0
    const bins = data.bins[split.feature] ?? new Uint8Array(0)
    grow(
      2 * node + 1,
      rows.filter((row) => (bins[row] ?? 0) <= split.bin)
    )
    grow(
      2 * node + 2,
      rows.filter((row) => (bins[row] ?? 0) > split.bin)
    )
  }
  grow(0, growing.rows)
  return { features, thresholds, leaves }
}

export const leafOf = ({ features, leaves, thresholds }: Tree, values: ArrayLike<number>): number => {
  let node = 0
  while (node < features.length) {
    const feature = features[node] ?? -1
    const isLeft = feature < 0 || (values[feature] ?? 0) <= (thresholds[node] ?? 0)
    node = 2 * node + (isLeft ? 1 : 2)
  }
  return leaves[node - features.length] ?? 0
}
