import type { AlertResolution } from "../alerts/FraudAlert.ts"
import type { Finding, Verdict, VerdictAction } from "../Finding.ts"
import type { SubjectCount } from "./FrequentSubjects.ts"
import { FrequentSubjects } from "./FrequentSubjects.ts"

/** What may become of a call by other rules. Flagged is everything between being let through and being refused. */
export const verdictChanges = ["newlyBlocked", "newlyFlagged", "noLongerBlocked", "noLongerFlagged"] as const
export type VerdictChange = (typeof verdictChanges)[number]

export const changeOf = (before: VerdictAction, after: VerdictAction): VerdictChange | undefined => {
  if (before === after) return undefined
  if (after === "block") return "newlyBlocked"
  if (before === "block") return "noLongerBlocked"
  if (before === "allow") return "newlyFlagged"
  return after === "allow" ? "noLongerFlagged" : undefined
}

/** Call ids that are kept of each change. */
const maxSamples = 20

/** Subjects that are told of each change. */
const maxSubjects = 10

/** What people had said of calls; `unknown`: no alert of theirs is resolved. */
export type Resolutions = Readonly<Record<AlertResolution | "unknown", number>>

export interface ChangeReport {
  readonly calls: number
  /** The first of them. */
  readonly callIds: ReadonlyArray<string>
  /** Whom most of the findings are about that brought it about. */
  readonly subjects: ReadonlyArray<SubjectCount>
  readonly resolutions: Resolutions
}

class Change {
  calls = 0
  readonly callIds: Array<string> = []
  readonly subjects = new FrequentSubjects()
  readonly resolutions: Record<AlertResolution | "unknown", number> = {
    unknown: 0,
    confirmed_fraud: 0,
    false_positive: 0,
    escalated: 0,
    whitelisted: 0
  }
}

/** A call as both rule sets judged it. */
export interface Compared {
  readonly before: Verdict
  readonly after: Verdict
  /** A finding's subject as the analyst knows it. */
  readonly subjectOf: (finding: Finding) => string
  readonly resolution: AlertResolution | undefined
}

/** Gathers the calls that would have had another verdict. */
export class VerdictChanges {
  readonly #changes: Readonly<Record<VerdictChange, Change>> = {
    newlyBlocked: new Change(),
    newlyFlagged: new Change(),
    noLongerBlocked: new Change(),
    noLongerFlagged: new Change()
  }

  add({ after, before, resolution, subjectOf }: Compared): void {
    const name = changeOf(before.action, after.action)
    if (name === undefined) return
    const change = this.#changes[name]
    const { findings } = name === "newlyBlocked" || name === "newlyFlagged" ? after : before
    change.calls += 1
    change.resolutions[resolution ?? "unknown"] += 1
    if (change.callIds.length < maxSamples) change.callIds.push(after.callId)
    const subjects = new Set(findings.filter(({ shadow }) => !shadow).map(subjectOf))
    for (const subject of subjects) change.subjects.add(subject, after.callId)
  }

  report(): Readonly<Record<VerdictChange, ChangeReport>> {
    const one = (name: VerdictChange): ChangeReport => {
      const { callIds, calls, resolutions, subjects } = this.#changes[name]
      return { calls, callIds: [...callIds], subjects: subjects.top(maxSubjects), resolutions: { ...resolutions } }
    }
    return {
      newlyBlocked: one("newlyBlocked"),
      newlyFlagged: one("newlyFlagged"),
      noLongerBlocked: one("noLongerBlocked"),
      noLongerFlagged: one("noLongerFlagged")
    }
  }
}
