export interface RetryPace {
  readonly firstRetrySeconds: number
  readonly maxRetrySeconds: number
}

/** Longest Retry-After that is believed. */
export const maxRetryAfterMillis = 3_600_000

/** No retry comes sooner, whatever chance says. */
export const minPauseMillis = 100

/** From here on the ceiling no longer fits a number's exponent; every cap is reached long before. */
const maxDoublings = 40

/**
 * How long to wait after so many attempts (1 and more): anything up to the first pause, doubled with each further attempt
 * until the longest one. `chance`, from 0 up to 1, spreads it over the whole of that, so that what failed together does
 * not come back together ("full jitter", AWS Architecture Blog, Exponential Backoff And Jitter).
 */
export const pauseMillis = (attempts: number, chance: number, pace: RetryPace): number => {
  const doublings = Math.min(Math.max(0, attempts - 1), maxDoublings)
  const ceilingMillis = Math.min(pace.firstRetrySeconds * 2 ** doublings, pace.maxRetrySeconds) * 1_000
  return Math.max(minPauseMillis, Math.floor(ceilingMillis * chance))
}
