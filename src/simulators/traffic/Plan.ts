import type { Campaign } from "./Campaign.ts"
import { localOffsetMillis } from "./DayCurve.ts"
import type { FraudLabel, HonestGroup } from "./Labels.ts"
import type { Rng } from "./Rng.ts"
import type { Scenario } from "./Scenario.ts"
import { hourMillis } from "./Scenario.ts"

const dayMillis = 24 * hourMillis
const triesForHour = 24

/** Streams below this one belong to the ordinary traffic and to the planning itself. */
export const firstCampaignStream = 16

export interface Share<Kind extends string> {
  readonly kind: Kind
  readonly weight: number
  readonly scenario: Scenario
}

interface Slot<Kind extends string> {
  readonly share: Share<Kind>
  readonly size: number
}

interface Tally<Kind extends string> {
  readonly share: Share<Kind>
  planned: number
}

const due = (tally: Tally<string>) => tally.planned / tally.share.weight

/**
 * Divides a number of calls among kinds by weight, into campaigns of their own sizes. The kind that is furthest behind is
 * next. A rest that shows nothing of any kind is left over.
 */
export const divide = <Kind extends string>(
  rng: Rng,
  budget: number,
  shares: ReadonlyArray<Share<Kind>>
): ReadonlyArray<Slot<Kind>> => {
  const wanted = shares.filter(({ weight }) => weight > 0)
  const whole = wanted.reduce((sum, { weight }) => sum + weight, 0)
  const all = wanted.reduce((sum, { scenario }) => sum + scenario.least, 0)
  // When all fit, the large ones choose first; when they do not, more kinds fit with the small ones first.
  const order = all <= budget ? -1 : 1
  const tallies = wanted
    .map((share): Tally<Kind> => ({ share, planned: 0 }))
    .sort((one, other) => order * (one.share.scenario.least - other.share.scenario.least))
  const slots: Array<Slot<Kind>> = []
  let left = budget
  for (;;) {
    let next: Tally<Kind> | undefined
    for (const tally of tallies) {
      if (tally.share.scenario.least <= left && (next === undefined || due(tally) < due(next))) next = tally
    }
    if (next === undefined) return slots
    const { least, size } = next.share.scenario
    const typical = size(rng)
    const limit = next.planned === 0 ? (budget * next.share.weight) / whole : left
    const taken = Math.max(least, Math.floor(Math.min(typical, limit, left)))
    slots.push({ share: next.share, size: taken })
    next.planned += taken
    left -= taken
  }
}

/** When it begins: at one of its hours when the run has such an hour with enough time after it, else at any time. */
const beginning = (rng: Rng, scenario: Scenario, startMillis: number, roomMillis: number): number => {
  const hours = scenario.hours ?? []
  const midnight = Math.floor((startMillis + localOffsetMillis) / dayMillis) * dayMillis - localOffsetMillis
  const days = Math.ceil(roomMillis / dayMillis) + 1
  for (let attempt = 0; attempt < triesForHour && hours.length > 0; attempt++) {
    const [from, to] = hours[rng.below(hours.length)] ?? [0, 24]
    const at = midnight + rng.below(days) * dayMillis + rng.within(from, to) * hourMillis
    if (at >= startMillis && at <= startMillis + roomMillis) return at
  }
  return startMillis + rng.within(0, roomMillis)
}

export interface Run {
  readonly startMillis: number
  readonly durationMillis: number
  readonly difficulty: readonly [least: number, most: number]
}

/** A campaign must end with the run, so in a short run it hurries. */
const longestShare = 0.9

const timed = <Kind extends string>(rng: Rng, run: Run, { share, size }: Slot<Kind>, fraud: boolean) => {
  const difficulty = fraud ? rng.within(...run.difficulty) : 0
  const longest = run.durationMillis * longestShare
  const spanMillis = Math.min(share.scenario.spanMillis(rng, size, difficulty), longest)
  const startMillis = beginning(rng, share.scenario, run.startMillis, run.durationMillis - spanMillis)
  return { scenario: share.scenario, size, difficulty, spanMillis, startMillis }
}

/** How many different honest callers of a group there are, for so many campaigns: each one comes back some days. */
const honestCallers = (campaigns: number) => Math.max(3, Math.ceil(campaigns / 3))

export const fraudCampaigns = (
  rng: Rng,
  run: Run,
  budget: number,
  shares: ReadonlyArray<Share<FraudLabel>>,
  firstStream: number
): ReadonlyArray<Campaign> =>
  divide(rng, budget, shares).map((slot, index) => ({
    ...timed(rng, run, slot, true),
    actor: `${slot.share.kind}-${index + 1}`,
    label: slot.share.kind,
    group: null,
    identity: index + 1,
    stream: firstStream + index
  }))

export const honestCampaigns = (
  rng: Rng,
  run: Run,
  budget: number,
  shares: ReadonlyArray<Share<HonestGroup>>,
  firstStream: number
): ReadonlyArray<Campaign> => {
  const slots = divide(rng, budget, shares)
  const callers = honestCallers(slots.length / Math.max(1, shares.length))
  return slots.map((slot, index) => {
    const identity = 1 + rng.below(callers)
    return {
      ...timed(rng, run, slot, false),
      actor: `${slot.share.kind}-${identity}`,
      label: null,
      group: slot.share.kind,
      identity,
      stream: firstStream + index
    }
  })
}
