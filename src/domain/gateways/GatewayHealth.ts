import { Schema } from "effect"

export const HealthStatus = Schema.Literals(["healthy", "degraded", "critical", "unknown"])
export type HealthStatus = typeof HealthStatus.Type

/** Misses in a row that make a gateway critical. */
export const missesUntilCritical = 2

/** Failures in a row that open the circuit, how long it stays open, and the successes in a row that close it again. */
export const breakerFailures = 5
export const breakerOpenMillis = 30_000
export const breakerSuccesses = 2

/** Probes that are looked back on for losses, and how many lost ones make a gateway degraded. */
export const lookBack = 20
export const lossesUntilDegraded = 3

/** What the last probes say of a gateway's health; lives in memory alone. */
export interface ProbeRecord {
  readonly health: HealthStatus
  readonly missesInRow: number
  readonly successesInRow: number
  /** Newest last; true: an answer came. At most {@link lookBack}. */
  readonly recent: ReadonlyArray<boolean>
  readonly breaker: "closed" | "open" | "halfOpen"
  readonly openUntilMillis: number
}

export const noProbes = (health: HealthStatus): ProbeRecord => ({
  health,
  missesInRow: 0,
  successesInRow: 0,
  recent: [],
  breaker: "closed",
  openUntilMillis: 0
})

const lossesOf = (recent: ReadonlyArray<boolean>): number => recent.filter((alive) => !alive).length

/**
 * The next health. It gets worse at once and better late: out of `critical` only by successes in a row, out of `degraded`
 * only when every loss has gone out of sight, so that a gateway on the edge does not flap.
 */
const healthOf = (before: ProbeRecord, missesInRow: number, successesInRow: number, recent: ReadonlyArray<boolean>) => {
  if (missesInRow >= missesUntilCritical) return "critical"
  const losses = lossesOf(recent)
  switch (before.health) {
    case "critical":
      return successesInRow >= breakerSuccesses ? "healthy" : "critical"
    case "degraded":
      return losses === 0 ? "healthy" : "degraded"
    case "healthy":
      return losses >= lossesUntilDegraded ? "degraded" : "healthy"
    case "unknown":
      return successesInRow > 0 ? "healthy" : "unknown"
  }
}

const breakerOf = (before: ProbeRecord, alive: boolean, missesInRow: number, successesInRow: number) => {
  if (alive) return before.breaker === "closed" || successesInRow >= breakerSuccesses ? "closed" : "halfOpen"
  return before.breaker !== "closed" || missesInRow >= breakerFailures ? "open" : "closed"
}

export const afterProbe = (before: ProbeRecord, alive: boolean, nowMillis: number): ProbeRecord => {
  const missesInRow = alive ? 0 : before.missesInRow + 1
  const successesInRow = alive ? before.successesInRow + 1 : 0
  const recent = [...before.recent, alive].slice(-lookBack)
  const breaker = breakerOf(before, alive, missesInRow, successesInRow)
  const health = healthOf(before, missesInRow, successesInRow, recent)
  const recovered = health === "healthy" && before.health === "critical"
  return {
    health,
    missesInRow,
    successesInRow,
    // The losses of an outage that is over say nothing of the line's quality.
    recent: recovered ? [] : recent,
    breaker,
    openUntilMillis: breaker === "open" ? nowMillis + breakerOpenMillis : 0
  }
}

/** How long until the next probe: as long as the circuit is open, nothing is sent. */
export const waitMillis = (record: ProbeRecord, everyMillis: number, nowMillis: number): number =>
  record.breaker === "open" ? Math.max(everyMillis, record.openUntilMillis - nowMillis) : everyMillis
