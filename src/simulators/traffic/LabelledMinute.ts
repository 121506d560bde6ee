import type { Campaign } from "./Campaign.ts"
import type { GeneratedCall } from "./GeneratedCall.ts"
import type { FraudLabel, HonestGroup } from "./Labels.ts"
import { fraudLabels, honestGroups } from "./Labels.ts"
import { labelledCalls } from "./LabelledCalls.ts"
import { firstCampaignStream } from "./Plan.ts"
import { Population } from "./Population.ts"
import { Rng } from "./Rng.ts"
import { minuteMillis } from "./Scenario.ts"
import { fraudScenarios, honestScenarios } from "./Scenarios.ts"

/** Two o'clock at night in Lagos, when nobody should be in the office. */
const night = Date.UTC(2026, 0, 5, 1)
const subscribers = 5000
const ordinaryCalls = 200
/** Easy to see: this is for showing, not for measuring. */
const difficulty = 0.1
const shareOfMinute = 0.6

const fraudCalls: Readonly<Partial<Record<FraudLabel, number>>> = {
  call_masking: 9,
  cli_mask: 5,
  cli_impossible: 5,
  sim_box: 80,
  irsf: 8,
  flash_call: 30
}
const honestCalls: Readonly<Record<HonestGroup, number>> = {
  call_centre: 20,
  taxi: 5,
  courier: 8,
  hospital: 12,
  otp_sender: 15,
  radio_vote: 40,
  roaming_family: 6,
  church_broadcast: 20,
  offshore_centre: 6,
  transit_carrier: 15
}

const campaignsOf = (rng: Rng, startMillis: number): ReadonlyArray<Campaign> => {
  const spanMillis = minuteMillis * shareOfMinute
  const timed = () => ({
    identity: 1,
    spanMillis,
    startMillis: startMillis + rng.within(0, minuteMillis * (0.9 - shareOfMinute))
  })
  const fraud = fraudLabels.map((label, index): Campaign => {
    const scenario = fraudScenarios[label]
    const size = Math.max(scenario.least, fraudCalls[label] ?? 0)
    const stream = firstCampaignStream + index
    return { ...timed(), actor: `${label}-1`, label, group: null, scenario, size, difficulty, stream }
  })
  const honest = honestGroups.map((group, index): Campaign => {
    const stream = firstCampaignStream + fraudLabels.length + index
    const scenario = honestScenarios[group]
    const size = honestCalls[group]
    return { ...timed(), actor: `${group}-1`, label: null, group, scenario, size, difficulty: 0, stream }
  })
  return [...fraud, ...honest]
}

/** A minute of a few hundred calls: one campaign of each kind of fraud amid honest traffic of every kind. */
export const labelledMinute = (seed: number, startAtMillis = night): ReadonlyArray<GeneratedCall> => {
  const campaigns = campaignsOf(new Rng(seed, 1), startAtMillis)
  const calls = ordinaryCalls + campaigns.reduce((sum, { size }) => sum + size, 0)
  const population = new Population(seed, subscribers)
  return [
    ...labelledCalls({ seed, population, campaigns, calls, startMillis: startAtMillis, durationMillis: minuteMillis })
  ]
}
