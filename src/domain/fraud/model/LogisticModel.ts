/** A logistic regression over standardised features, as data. */
export interface LogisticModel {
  readonly intercept: number
  readonly weights: ReadonlyArray<number>
  readonly means: ReadonlyArray<number>
  readonly deviations: ReadonlyArray<number>
  /** On calls that it was not trained on. */
  readonly metrics: {
    readonly auc: number
    readonly precision: number
    readonly recall: number
    readonly calls: number
  }
}
