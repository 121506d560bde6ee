/** How many wrong passwords there may be within a time, and for how long nothing more is looked at then. */
export interface LockoutLimits {
  readonly failures: number
  readonly windowMillis: number
  readonly lockMillis: number
}

/** What is remembered of an address that somebody tries to log in with. Milliseconds since the epoch. */
export interface LoginHistory {
  /** Attempts that did not succeed, or whose end is not known yet. */
  readonly attemptsAtMillis: ReadonlyArray<number>
  readonly lockedUntilMillis: number | null
}

export const noAttempts: LoginHistory = { attemptsAtMillis: [], lockedUntilMillis: null }

export interface Admission {
  /** 0: the password may be looked at. */
  readonly lockedForMillis: number
  /** With this attempt the address is locked, unless the password is right. */
  readonly isLast: boolean
  readonly history: LoginHistory
}

/**
 * Counts an attempt before its password is looked at, so that many at the same time are no way around the limit; a right
 * password makes the history forgotten afterwards.
 */
export const admit = (history: LoginHistory, nowMillis: number, limits: LockoutLimits): Admission => {
  const { attemptsAtMillis, lockedUntilMillis } = history
  if (lockedUntilMillis !== null && lockedUntilMillis > nowMillis) {
    return { lockedForMillis: lockedUntilMillis - nowMillis, isLast: false, history }
  }
  const before = lockedUntilMillis === null ? attemptsAtMillis : []
  const attempts = [...before.filter((atMillis) => atMillis > nowMillis - limits.windowMillis), nowMillis]
  const isLast = attempts.length >= limits.failures
  return {
    lockedForMillis: 0,
    isLast,
    history: { attemptsAtMillis: attempts, lockedUntilMillis: isLast ? nowMillis + limits.lockMillis : null }
  }
}
