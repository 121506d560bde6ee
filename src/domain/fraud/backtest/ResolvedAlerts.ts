import type { AlertResolution } from "../alerts/FraudAlert.ts"
import type { Finding } from "../Finding.ts"
import type { FraudType } from "../FraudType.ts"

/** What is known of an alert that somebody closed: its pattern, when calls of it were seen, and what it was. */
export interface ResolvedAlert {
  readonly type: FraudType
  readonly subject: string
  readonly firstSeenAtMillis: number
  readonly lastSeenAtMillis: number
  readonly resolution: AlertResolution
}

const patternOf = ({ subject, type }: Pick<ResolvedAlert, "type" | "subject">) => `${type} ${subject}`

/** What people said of calls, by way of the alerts that gathered them. */
export class ResolvedAlerts {
  readonly #byPattern = new Map<string, Array<ResolvedAlert>>()

  constructor(alerts: Iterable<ResolvedAlert>) {
    for (const alert of alerts) {
      const pattern = patternOf(alert)
      const known = this.#byPattern.get(pattern)
      if (known === undefined) this.#byPattern.set(pattern, [alert])
      else known.push(alert)
    }
  }

  /** What somebody found out about a call with these findings, if anybody did; confirmed fraud before all else. */
  resolutionOf(findings: Iterable<Finding>, atMillis: number): AlertResolution | undefined {
    let found: AlertResolution | undefined
    for (const finding of findings) {
      for (const { firstSeenAtMillis, lastSeenAtMillis, resolution } of this.#byPattern.get(patternOf(finding)) ?? []) {
        if (atMillis < firstSeenAtMillis || atMillis > lastSeenAtMillis) continue
        if (resolution === "confirmed_fraud") return resolution
        found = resolution
      }
    }
    return found
  }
}
