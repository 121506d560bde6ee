import { durationOf } from "./DayCurve.ts"
import type { GeneratedCall } from "./GeneratedCall.ts"
import type { FraudLabel, HonestGroup } from "./Labels.ts"
import { fraudLabels, honestGroups } from "./Labels.ts"
import { labelledCalls } from "./LabelledCalls.ts"
import { firstCampaignStream, fraudCampaigns, honestCampaigns } from "./Plan.ts"
import { Population } from "./Population.ts"
import { Rng } from "./Rng.ts"
import { fraudScenarios, honestScenarios } from "./Scenarios.ts"

export type { GeneratedCall } from "./GeneratedCall.ts"
export type { FraudLabel, HonestGroup } from "./Labels.ts"

export interface TrafficOptions {
  readonly seed: number
  /** Calls at most. */
  readonly calls: number
  /** Calls end this long after the start; null: when all are made. */
  readonly durationMillis: number | null
  readonly startAtMillis: number
  /** On the average of a day; null: about seven calls a day of each subscriber. */
  readonly callsPerSecond: number | null
  readonly subscribers: number
  /** Share of fraudulent calls among all, 0 to 1. */
  readonly prevalence: number
  /** Share of calls by the hard honest groups among all, 0 to 1. */
  readonly honestShare: number
  /** Weights of the kinds of fraud; 0 leaves one out. */
  readonly mix: Readonly<Record<FraudLabel, number>>
  /** Weights of the honest groups; 0 leaves one out. */
  readonly groups: Readonly<Record<HonestGroup, number>>
  /** Between which difficulties each campaign's is drawn. */
  readonly difficulty: readonly [least: number, most: number]
}

export const callsMax = 100_000_000
export const subscribersMax = 10_000_000
const callsPerSubscriberAndDay = 7
const secondsPerDay = 86_400
/** No run is planned for longer, however slow its calls are. */
const durationMaxMillis = 366 * secondsPerDay * 1000

const even = <Kind extends string>(kinds: ReadonlyArray<Kind>) =>
  Object.fromEntries(kinds.map((kind) => [kind, 1])) as Record<Kind, number>

export const defaultTraffic: TrafficOptions = {
  seed: 1,
  calls: 100_000,
  durationMillis: null,
  startAtMillis: Date.UTC(2026, 0, 5, 6),
  callsPerSecond: null,
  subscribers: 100_000,
  prevalence: 0.005,
  honestShare: 0.12,
  mix: even(fraudLabels),
  groups: even(honestGroups),
  difficulty: [0, 1]
}

const sharesOf = <Kind extends string, Scenario>(
  kinds: ReadonlyArray<Kind>,
  weights: Readonly<Record<Kind, number>>,
  scenarios: Readonly<Record<Kind, Scenario>>
) => kinds.map((kind) => ({ kind, weight: weights[kind], scenario: scenarios[kind] }))

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

const measured = (options: TrafficOptions) => {
  const perSecond = options.callsPerSecond ?? (options.subscribers * callsPerSubscriberAndDay) / secondsPerDay
  const wanted = within(Math.floor(options.calls), 0, callsMax)
  const longest = Math.min(options.durationMillis ?? durationMaxMillis, durationMaxMillis)
  const calls = Math.min(wanted, Math.floor((perSecond * longest) / 1000))
  return { calls, durationMillis: Math.min(durationOf(options.startAtMillis, calls, perSecond), longest) }
}

/** How long the run takes in its own time, from its start to its last call. */
export const trafficMillis = (options: TrafficOptions): number => measured(options).durationMillis

const planned = (options: TrafficOptions) => {
  const startMillis = options.startAtMillis
  const { calls, durationMillis } = measured(options)
  const rng = new Rng(options.seed, 1)
  const run = { startMillis, durationMillis, difficulty: options.difficulty }
  const fraudShares = sharesOf(fraudLabels, options.mix, fraudScenarios)
  const fraud = fraudCampaigns(rng, run, Math.round(calls * options.prevalence), fraudShares, firstCampaignStream)
  const honestBudget = Math.round(calls * within(options.honestShare, 0, 1 - options.prevalence))
  const honestShares = sharesOf(honestGroups, options.groups, honestScenarios)
  const honest = honestCampaigns(rng, run, honestBudget, honestShares, firstCampaignStream + fraud.length)
  return { calls, startMillis, durationMillis, campaigns: [...fraud, ...honest] }
}

/**
 * Labelled calls of a Nigerian switch, in order of time. The same options give the same calls, byte for byte. They are made
 * one by one as they are asked for: what is kept is the plan of campaigns, and one call of each that is under way.
 */
export const generateTraffic = (options: TrafficOptions): Iterable<GeneratedCall> => ({
  [Symbol.iterator]: () => {
    const population = new Population(options.seed, within(Math.floor(options.subscribers), 10, subscribersMax))
    return labelledCalls({ seed: options.seed, population, ...planned(options) })
  }
})
