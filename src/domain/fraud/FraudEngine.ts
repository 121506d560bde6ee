import { isEmergency } from "../numbering/NigerianNumbering.ts"
import type { CallAttempt, CallEnd } from "./CallAttempt.ts"
import type { CallFeatures } from "./detectors/Detection.ts"
import type { Finding, ListMatch, RuleName, Verdict } from "./Finding.ts"
import type { RuleSet } from "./rules/RuleSet.ts"
import { findingsOf, judge } from "./Screening.ts"
import { groupMatch } from "./SourceGroups.ts"
import type { WindowCapacity } from "./windows/NumberSlice.ts"
import { defaultCapacity, NumberSlice, SourceSlice } from "./windows/NumberSlice.ts"
import { windowSettings } from "./windows/WindowSettings.ts"

/** Emergency numbers are dialled as they are, or after the country's code. */
export const isEmergencyCall = ({ bNumber }: CallAttempt): boolean =>
  bNumber.length <= 8 && isEmergency(bNumber.replace(/^\+(234)?/, ""))

/** Rules to which the end of a call may be news; the others have said all they have to say of the attempt. */
const rulesOfEnds: { readonly [Part in "caller" | "called"]: ReadonlyArray<RuleName> } = {
  caller: ["sim_box", "wangiri", "robocall"],
  called: ["traffic_pumping"]
}

const nothingKnown: CallFeatures = { caller: undefined, called: undefined, source: undefined }

/** What the end of a call tells of its caller, or of the range of its called number. */
export const findingsOfEnd = <Part extends "caller" | "called">(
  end: CallEnd,
  part: Part,
  known: CallFeatures[Part],
  rules: RuleSet
): ReadonlyArray<Finding> => findingsOf(end, { ...nothingKnown, [part]: known }, rules, rulesOfEnds[part])

/**
 * All of screening in one process, for replays, benchmarks and tests: the same windows and detectors as the actors have,
 * with the clock of the calls themselves.
 */
export class FraudEngine {
  readonly #numbers: NumberSlice
  readonly #sources: SourceSlice
  readonly #rules: RuleSet

  constructor(rules: RuleSet, capacity: WindowCapacity = defaultCapacity) {
    const settings = windowSettings(rules)
    this.#rules = rules
    this.#numbers = new NumberSlice(capacity, settings)
    this.#sources = new SourceSlice(capacity, settings)
  }

  features(call: CallAttempt): CallFeatures {
    return {
      caller: this.#numbers.attemptOfCaller(call),
      called: this.#numbers.attemptToCalled(call),
      source: this.#sources.attempt(call)
    }
  }

  attempt(call: CallAttempt, listed: ListMatch | undefined = groupMatch(call)): Verdict {
    const emergency = isEmergencyCall(call)
    const features = listed === undefined && !emergency ? this.features(call) : nothingKnown
    return judge(call, features, { rules: this.#rules, listed, degraded: false, emergency })
  }

  /** Notes how a call ended; findings are those about its caller and the range of its called number. */
  ended(end: CallEnd): ReadonlyArray<Finding> {
    const caller = this.#numbers.endOfCaller(end)
    const called = this.#numbers.endToCalled(end)
    this.#sources.end(end)
    const ofCaller = findingsOfEnd(end, "caller", caller, this.#rules)
    return called === undefined ? ofCaller : [...ofCaller, ...findingsOfEnd(end, "called", called, this.#rules)]
  }

  /** Keys that are remembered. */
  get sizes(): { readonly callers: number; readonly callees: number; readonly sources: number } {
    return {
      callers: this.#numbers.callers.size,
      callees: this.#numbers.called.size,
      sources: this.#sources.sources.size
    }
  }
}
