import { costlyRanges } from "../CallTraits.ts"
import type { RuleSet } from "../rules/RuleSet.ts"

/** How long the windows are and how much they hold: what the rules in force ask for. */
export interface WindowSettings {
  readonly maskingMillis: number
  readonly maskingTracked: number
  readonly sequentialMillis: number
  readonly sequentialRun: number
  readonly geographyMillis: number
  readonly simBoxMillis: number
  readonly shortRingMillis: number
  readonly wangiriMillis: number
  readonly highCostMillis: number
  /** A number is in a range that it costs much to call. */
  readonly isCostly: (e164: string) => boolean
  readonly pbxMillis: number
  readonly pumpingMillis: number
  readonly pumpingMinSeconds: number
  readonly pumpingRange: number
  readonly flashRingMillis: number
  readonly flashMillis: number
  readonly robocallMillis: number
  readonly acdMillis: number
  readonly homePrefix: string
}

const minute = 60_000

export const windowSettings = (rules: RuleSet): WindowSettings => ({
  maskingMillis: rules.call_masking.parameters.windowSeconds * 1000,
  maskingTracked: rules.call_masking.parameters.maxTracked,
  sequentialMillis: rules.sequential_spoofing.parameters.windowSeconds * 1000,
  sequentialRun: rules.sequential_spoofing.parameters.runLength,
  geographyMillis: rules.impossible_geography.parameters.windowMillis,
  simBoxMillis: rules.sim_box.parameters.windowHours * 60 * minute,
  shortRingMillis: rules.wangiri.parameters.maxRingSeconds * 1000,
  wangiriMillis: rules.wangiri.parameters.windowMinutes * minute,
  highCostMillis: rules.irsf.parameters.windowMinutes * minute,
  isCostly: costlyRanges(rules.irsf.parameters.prefixes),
  pbxMillis: rules.pbx_hacking.parameters.windowMinutes * minute,
  pumpingMillis: rules.traffic_pumping.parameters.windowMinutes * minute,
  pumpingMinSeconds: rules.traffic_pumping.parameters.minAverageSeconds,
  pumpingRange: 10 ** rules.traffic_pumping.parameters.rangeDigits,
  flashRingMillis: rules.flash_call.parameters.maxRingSeconds * 1000,
  flashMillis: rules.flash_call.parameters.windowMinutes * minute,
  robocallMillis: rules.robocall.parameters.windowMinutes * minute,
  acdMillis: rules.acd_threshold.parameters.windowMinutes * minute,
  homePrefix: rules.cli_mask.parameters.homePrefix
})
