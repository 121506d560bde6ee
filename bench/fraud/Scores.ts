import type { GeneratedCall, HonestGroup } from "../../src/simulators/traffic/Traffic.ts"
import type { FraudLabel } from "../../src/simulators/traffic/Labels.ts"
import { fraudLabels, honestGroups } from "../../src/simulators/traffic/Labels.ts"

/** What a detector said of one call, at its set-up or at its end. */
export interface Opinion {
  readonly flagged: boolean
  readonly blocked: boolean
  /** Kinds of fraud that it names; empty when it does not tell them apart. */
  readonly kinds: ReadonlyArray<string>
}

interface Campaign {
  readonly label: FraudLabel
  readonly firstMillis: number
  calls: number
  /** Calls that were flagged as what they are, at their set-up or at their end; and the first of these. */
  found: number
  atSetUp: number
  foundAfterMillis: number
  foundAfterCalls: number
}

const allGroups = ["ordinary", ...honestGroups] as const
type Group = HonestGroup | "ordinary"

const dayMillis = 86_400_000

const labels: ReadonlySet<string> = new Set(fraudLabels)

const sumOf = (counts: ReadonlyArray<readonly [string, number]>) => counts.reduce((sum, [, count]) => sum + count, 0)

const mostFirst = (counts: ReadonlyMap<string, number> | undefined): ReadonlyArray<readonly [string, number]> =>
  [...(counts ?? [])].sort((one, other) => other[1] - one[1])

/** One more of a campaign's calls was flagged as what it is. */
const find = (campaign: Campaign, atMillis: number): void => {
  campaign.found += 1
  if (campaign.found > 1) return
  campaign.foundAfterMillis = atMillis - campaign.firstMillis
  campaign.foundAfterCalls = campaign.calls
}

const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** One row of the table by kind of fraud. Times are seconds; what cannot be told is NaN. */
export interface KindScore {
  readonly kind: string
  readonly campaigns: number
  readonly found: number
  readonly calls: number
  readonly recallByCampaign: number
  readonly recallByCall: number
  /** Share of the calls that were flagged as what they are before they were set up; NaN for who speaks later. */
  readonly recallAtSetUp: number
  /** Share of the calls that were named this kind and are of it; and that are fraud of any kind. */
  readonly precision: number
  readonly fraudShare: number
  /** What else was named this kind, most calls first; and what was rightly so, being part of another fraud. */
  readonly mistaken: ReadonlyArray<readonly [truth: string, calls: number]>
  readonly besides: ReadonlyArray<readonly [truth: string, calls: number]>
  readonly medianSeconds: number
  readonly p90Seconds: number
  readonly medianCalls: number
}

export interface GroupScore {
  readonly group: string
  readonly calls: number
  readonly flagged: number
  readonly blocked: number
  readonly falsePositiveRate: number
}

/** Counts what one detector found of what was there, and whom it hurt. */
export class Scores {
  readonly name: string
  /** It says which fraud a call is, so that a right alarm for a wrong reason is wrong. */
  readonly tellsKinds: boolean
  /** When it speaks: as a call is set up, or at the end of the day. */
  readonly speaks: "set-up" | "day"
  readonly #campaigns = new Map<string, Campaign>()
  /** Calls that were named a kind of fraud, by what they were; and those that were this kind as well. */
  readonly #named = new Map<string, Map<string, number>>()
  readonly #besides = new Map<string, Map<string, number>>()
  readonly #groups = new Map<Group, { calls: number; flagged: number; blocked: number }>()
  readonly #hurt = new Set<string>()
  readonly #hurtInGroups = new Set<string>()
  #subscriberDays = 0
  #right = 0
  #wrong = 0
  #fraudCalls = 0

  constructor(name: string, speaks: "set-up" | "day", tellsKinds: boolean) {
    this.name = name
    this.speaks = speaks
    this.tellsKinds = tellsKinds
  }

  addSubscriberDays(days: number): void {
    this.#subscriberDays += days
  }

  /** What was said as the call was set up. */
  add(seed: number, generated: GeneratedCall, opinion: Opinion): void {
    const { label } = generated
    for (const kind of opinion.kinds) this.#addNamed(kind, generated)
    if (label === null) this.#addHonest(seed, generated, opinion)
    else this.#addFraud(`${seed}/${generated.actor}`, label, generated, opinion)
  }

  /** What was said as the call ended, beyond what was said of it before. */
  addEnd(seed: number, generated: GeneratedCall, before: Opinion, { flagged, kinds }: Opinion): void {
    const { actor, call, group, label } = generated
    const fresh = kinds.filter((kind) => !before.kinds.includes(kind))
    for (const kind of fresh) this.#addNamed(kind, generated)
    const isNews = flagged && !before.flagged
    if (label === null) {
      if (isNews) this.#wrong += 1
      const counted = this.#groups.get(group ?? "ordinary")
      if (isNews && counted !== undefined) counted.flagged += 1
      return
    }
    if (isNews) this.#right += 1
    const campaign = this.#campaigns.get(`${seed}/${actor}`)
    if (campaign !== undefined && fresh.includes(label)) find(campaign, call.endedAtMillis)
  }

  #addNamed(kind: string, { also, group, label }: GeneratedCall): void {
    const counts = also === kind && label !== kind ? this.#besides : this.#named
    const named = counts.get(kind) ?? new Map<string, number>()
    const truth = label ?? group ?? "ordinary"
    named.set(truth, (named.get(truth) ?? 0) + 1)
    counts.set(kind, named)
  }

  #addFraud(id: string, label: FraudLabel, { call }: GeneratedCall, opinion: Opinion): void {
    const none = { calls: 0, found: 0, atSetUp: 0, foundAfterMillis: 0, foundAfterCalls: 0 }
    const campaign = this.#campaigns.get(id) ?? { label, firstMillis: call.atMillis, ...none }
    this.#campaigns.set(id, campaign)
    campaign.calls += 1
    this.#fraudCalls += 1
    if (opinion.flagged) this.#right += 1
    if (!opinion.flagged || (this.tellsKinds && !opinion.kinds.includes(label))) return
    campaign.atSetUp += 1
    find(campaign, call.atMillis)
  }

  #addHonest(seed: number, { actor, call, group }: GeneratedCall, { blocked, flagged }: Opinion): void {
    const name = group ?? "ordinary"
    const counted = this.#groups.get(name) ?? { calls: 0, flagged: 0, blocked: 0 }
    this.#groups.set(name, counted)
    counted.calls += 1
    if (!flagged) return
    counted.flagged += 1
    this.#wrong += 1
    if (!blocked) return
    counted.blocked += 1
    const hurt = `${seed}/${actor}/${Math.floor(call.atMillis / dayMillis)}`
    this.#hurtInGroups.add(hurt)
    if (name === "ordinary") this.#hurt.add(hurt)
  }

  kinds(): ReadonlyArray<KindScore> {
    return fraudLabels.map((kind) => {
      const campaigns = [...this.#campaigns.values()].filter(({ label }) => label === kind)
      const found = campaigns.filter((campaign) => campaign.found > 0)
      const calls = campaigns.reduce((sum, campaign) => sum + campaign.calls, 0)
      const named = mostFirst(this.#named.get(kind))
      const besides = mostFirst(this.#besides.get(kind))
      const right = (this.#named.get(kind)?.get(kind) ?? 0) + sumOf(besides)
      const all = sumOf(named) + sumOf(besides)
      const fraud = sumOf(named.filter(([truth]) => labels.has(truth))) + sumOf(besides)
      const timed = this.speaks === "set-up" ? found : []
      const seconds = timed.map(({ foundAfterMillis }) => foundAfterMillis / 1000)
      return {
        kind,
        campaigns: campaigns.length,
        found: found.length,
        calls,
        recallByCampaign: found.length / campaigns.length,
        recallByCall: found.reduce((sum, campaign) => sum + campaign.found, 0) / calls,
        recallAtSetUp: this.speaks === "day" ? NaN : found.reduce((sum, campaign) => sum + campaign.atSetUp, 0) / calls,
        precision: right / all,
        fraudShare: fraud / all,
        mistaken: named.filter(([truth]) => truth !== kind),
        besides,
        medianSeconds: quantile(seconds, 0.5),
        p90Seconds: quantile(seconds, 0.9),
        medianCalls: quantile(
          timed.map(({ foundAfterCalls }) => foundAfterCalls),
          0.5
        )
      }
    })
  }

  groups(): ReadonlyArray<GroupScore> {
    return allGroups.map((group) => {
      const { blocked, calls, flagged } = this.#groups.get(group) ?? { calls: 0, flagged: 0, blocked: 0 }
      return { group, calls, flagged, blocked, falsePositiveRate: flagged / calls }
    })
  }

  /** Of all calls, whatever fraud was named. */
  overall() {
    const honest = this.groups().reduce((sum, { calls }) => sum + calls, 0)
    const perDays = (hurt: number) => (hurt * 100_000) / this.#subscriberDays
    return {
      calls: honest + this.#fraudCalls,
      fraudCalls: this.#fraudCalls,
      precision: this.#right / (this.#right + this.#wrong),
      recall: this.#right / this.#fraudCalls,
      falsePositiveRate: this.#wrong / honest,
      subscriberDays: this.#subscriberDays,
      blockedPer100kDays: perDays(this.#hurt.size),
      blockedPer100kDaysWithGroups: perDays(this.#hurtInGroups.size)
    }
  }
}
