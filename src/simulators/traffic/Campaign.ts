import type { FraudLabel, HonestGroup } from "./Labels.ts"
import type { Scenario } from "./Scenario.ts"

/** A fraud campaign, or one day's work of an honest caller that looks like one. */
export interface Campaign {
  /** Id of who acts. A fraud campaign has one of its own; an honest caller has the same one every time. */
  readonly actor: string
  readonly label: FraudLabel | null
  readonly group: HonestGroup | null
  readonly scenario: Scenario
  readonly identity: number
  readonly startMillis: number
  readonly spanMillis: number
  readonly size: number
  readonly difficulty: number
  /** Its own stream of chance, so that it does the same whatever happens beside it. */
  readonly stream: number
}
