import type { CallEnd } from "../CallAttempt.ts"
import type { CallRecord } from "../calls/CallRecord.ts"
import { standInOf } from "../calls/HashedNumber.ts"
import type { Finding, RuleName, VerdictAction } from "../Finding.ts"
import type { RuleSet } from "../rules/RuleSet.ts"
import { ruleNames } from "../Screening.ts"
import type { WindowCapacity } from "../windows/NumberSlice.ts"
import { BinaryHeap } from "./BinaryHeap.ts"
import { hasHashedCaller, Replay } from "./Replay.ts"
import type { ResolvedAlerts } from "./ResolvedAlerts.ts"
import type { ChangeReport, VerdictChange } from "./VerdictChanges.ts"
import { VerdictChanges } from "./VerdictChanges.ts"

/** Most calls that are up at once; when there are more, the one that ends first is ended early. */
export const maxCallsUp = 200_000

export interface BacktestOptions {
  readonly before: RuleSet
  readonly after: RuleSet
  /** Calls that started earlier only fill the windows. */
  readonly countFromMillis: number
  /** Of `before`: only verdicts by this version are compared with those of the replay. */
  readonly rulesVersion: number
  readonly alerts: ResolvedAlerts
  readonly capacity?: WindowCapacity
  readonly maxCallsUp?: number
}

export interface Comparison {
  readonly before: number
  readonly after: number
}

export interface BacktestReport {
  /** Calls that were counted. */
  readonly calls: number
  /** Calls before them, which filled the windows. */
  readonly warmUpCalls: number
  /** Calls that a gateway was not allowed to bring; no rule was asked about them, so they are left out. */
  readonly overloadCalls: number
  /** Calls of callers whose number is kept as a hash, to which the rules about numbers themselves were not applied. */
  readonly hashedCalls: number
  /** Calls whose end was told early, since too many were up. */
  readonly endedEarly: number
  /** How true the replay is: verdicts by the same rules, and those among them that it repeated. */
  readonly fidelity: { readonly verdicts: number; readonly same: number }
  /** Calls in which a rule found something, at their start or their end. */
  readonly rules: Readonly<Record<RuleName, Comparison>>
  readonly verdicts: Readonly<Record<VerdictAction, Comparison>>
  readonly changes: Readonly<Record<VerdictChange, ChangeReport>>
}

interface Up {
  readonly end: CallEnd
  readonly isCounted: boolean
  readonly foundBefore: ReadonlyArray<Finding>
  readonly foundAfter: ReadonlyArray<Finding>
}

type Side = keyof Comparison

const none = () => ({ before: 0, after: 0 })

/** A gateway that brought too many calls: refused without any finding. */
const isOverload = ({ judged }: CallRecord): boolean =>
  judged !== null &&
  judged.verdict.action === "block" &&
  judged.verdict.listed === null &&
  judged.verdict.findings.length === 0

/**
 * Judges stored calls by two rule sets, each with windows of its own, and counts what differs. Calls come in order of
 * their starts; each end is told at its own time. What is remembered is bounded, however many calls there are. Ends are
 * replayed as they were: a call that only the new rules refuse keeps its conversation.
 */
export class Backtest {
  readonly #options: BacktestOptions
  readonly #before: Replay
  readonly #after: Replay
  readonly #up = new BinaryHeap<Up>()
  readonly #changes = new VerdictChanges()
  readonly #rules = Object.fromEntries(ruleNames.map((rule) => [rule, none()])) as Record<
    RuleName,
    { before: number; after: number }
  >
  readonly #verdicts: Record<VerdictAction, { before: number; after: number }> = {
    allow: none(),
    flag: none(),
    penalty_billing: none(),
    redirect: none(),
    block: none()
  }
  readonly #counts = { calls: 0, warmUpCalls: 0, overloadCalls: 0, hashedCalls: 0, endedEarly: 0 }
  readonly #fidelity = { verdicts: 0, same: 0 }

  constructor(options: BacktestOptions) {
    this.#options = options
    this.#before = new Replay(options.before, options.capacity)
    this.#after = new Replay(options.after, options.capacity)
  }

  add(record: CallRecord): void {
    const { call, ended, judged } = record
    const isCounted = call.atMillis >= this.#options.countFromMillis
    this.#endUntil(call.atMillis)
    if (isOverload(record)) {
      if (isCounted) this.#counts.overloadCalls += 1
      return
    }
    const listed = judged?.verdict.listed ?? undefined
    const before = this.#before.attempt(call, listed)
    const after = this.#after.attempt(call, listed)
    this.#counts[isCounted ? "calls" : "warmUpCalls"] += 1
    if (isCounted) {
      if (hasHashedCaller(call)) this.#counts.hashedCalls += 1
      this.#compareWithRecord(record, before.action)
      this.#verdicts[before.action].before += 1
      this.#verdicts[after.action].after += 1
      this.#found("before", before.findings, [])
      this.#found("after", after.findings, [])
      if (before.action !== after.action) {
        this.#changes.add({ before, after, ...this.#known(record, [...before.findings, ...after.findings]) })
      }
    }
    if (ended === null) return
    const { reportedAtMillis: _, ...end } = ended
    const up = { end: { ...call, ...end }, isCounted, foundBefore: before.findings, foundAfter: after.findings }
    this.#up.push(end.endedAtMillis, up)
    if (this.#up.size <= (this.#options.maxCallsUp ?? maxCallsUp)) return
    this.#counts.endedEarly += 1
    this.#endFirst()
  }

  /** Ends all calls that are up, and tells what was counted. */
  report(): BacktestReport {
    this.#endUntil(Infinity)
    return {
      ...this.#counts,
      fidelity: { ...this.#fidelity },
      rules: this.#rules,
      verdicts: this.#verdicts,
      changes: this.#changes.report()
    }
  }

  #known({ call, judged }: CallRecord, found: ReadonlyArray<Finding>) {
    const subjectOf = ({ subject }: Finding) =>
      subject !== "" && subject === standInOf(call.aNumber) ? call.aNumber : subject
    const named = found.map((finding) => ({ ...finding, subject: subjectOf(finding) }))
    const findings = [...named, ...(judged?.verdict.findings ?? [])].filter(({ shadow }) => !shadow)
    return { subjectOf, resolution: this.#options.alerts.resolutionOf(findings, call.atMillis) }
  }

  #compareWithRecord({ judged }: CallRecord, action: VerdictAction): void {
    if (judged === null || judged.rulesVersion !== this.#options.rulesVersion) return
    this.#fidelity.verdicts += 1
    if (judged.verdict.action === action) this.#fidelity.same += 1
  }

  /** Counts each rule once a call. */
  #found(side: Side, findings: ReadonlyArray<Finding>, earlier: ReadonlyArray<Finding>): void {
    for (const { rule } of findings) {
      if (!earlier.some((finding) => finding.rule === rule)) this.#rules[rule][side] += 1
    }
  }

  #endUntil(atMillis: number): void {
    while (this.#up.size > 0 && this.#up.firstKey <= atMillis) this.#endFirst()
  }

  #endFirst(): void {
    const up = this.#up.pop()
    if (up === undefined) return
    const before = this.#before.ended(up.end)
    const after = this.#after.ended(up.end)
    if (!up.isCounted) return
    this.#found("before", before, up.foundBefore)
    this.#found("after", after, up.foundAfter)
  }
}
