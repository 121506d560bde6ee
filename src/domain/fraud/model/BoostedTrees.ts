/** Leaves are whole thousandths of log-odds. */
export const leafScale = 1000

/** Questions from the root of a tree to each of its leaves. */
export const treeDepth = 4

/**
 * One tree, whole, level by level: `features[n] <= thresholds[n]` goes to the left child. Feature -1 always does.
 */
export interface BoostedTree {
  readonly features: ReadonlyArray<number>
  readonly thresholds: ReadonlyArray<number>
  readonly leaves: ReadonlyArray<number>
}

/** Small regression trees whose sum is the log-odds of fraud, as data (gradient boosting, Friedman 2001). */
export interface BoostedTrees {
  /** Names of the features, in the order that the trees number them. */
  readonly features: ReadonlyArray<string>
  readonly intercept: number
  readonly trees: ReadonlyArray<BoostedTree>
  /** On generated calls that it was not trained on, at the threshold that the rule has by default. */
  readonly metrics: {
    readonly auc: number
    readonly precision: number
    readonly recall: number
    readonly calls: number
  }
}
