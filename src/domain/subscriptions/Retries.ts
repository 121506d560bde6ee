/** How often a delivery is sent before it is dead. */
export const maxTries = 12

const firstPauseMillis = 5_000
const longestPauseMillis = 3_600_000
const growth = 3

/** A receiver that has taken nothing for this long is told nothing more until somebody enables it again. */
export const disableAfterMillis = 24 * 3_600_000

/**
 * How long to wait after so many tries: 5 s, 15 s, 45 s … at most an hour, less up to a fifth by chance (0 to 1), so that
 * not all come back at the same time.
 */
export const pauseMillis = (tries: number, chance: number): number =>
  Math.round(Math.min(firstPauseMillis * growth ** (Math.max(1, tries) - 1), longestPauseMillis) * (1 - 0.2 * chance))
