import type { VendorName } from "../wire/Vendor.ts"
import { type FaultKind, type FaultRule, maxFaultRules } from "./FaultRule.ts"

/** A rule, and how often it struck. */
export interface ArmedFault {
  readonly rule: FaultRule
  readonly struck: number
}

interface Armed {
  readonly rule: FaultRule
  readonly pattern: RegExp | undefined
  struck: number
}

/** What a fault is asked about: a call to a vendor or a notification from one. */
export interface FaultTarget {
  readonly vendor: VendorName
  readonly operation: string
  /** `METHOD /path`. */
  readonly line: string
}

const notificationKinds: ReadonlySet<FaultKind> = new Set(["duplicateNotification", "lostNotification"])

const patternOf = (text: string | undefined): RegExp | undefined => {
  if (text === undefined) return undefined
  try {
    return new RegExp(text)
  } catch {
    return undefined
  }
}

/** The faults that are switched on. Rules are tried in their order, and the first that strikes wins. */
export class Faults {
  readonly #chance: () => number
  #armed: Array<Armed> = []

  /** `chance` gives numbers from 0 to 1. */
  constructor(chance: () => number) {
    this.#chance = chance
  }

  replace(rules: ReadonlyArray<FaultRule>): void {
    this.#armed = rules.slice(0, maxFaultRules).map((rule) => ({ rule, pattern: patternOf(rule.operation), struck: 0 }))
  }

  /** False when there would be more rules than `maxFaultRules`. */
  add(rules: ReadonlyArray<FaultRule>): boolean {
    if (this.#armed.length + rules.length > maxFaultRules) return false
    this.#armed.push(...rules.map((rule) => ({ rule, pattern: patternOf(rule.operation), struck: 0 })))
    return true
  }

  list(): ReadonlyArray<ArmedFault> {
    return this.#armed.map(({ rule, struck }) => ({ rule, struck }))
  }

  /** The delay that a `slow` rule asks for. */
  strikeSlow(target: FaultTarget): FaultRule | undefined {
    return this.#strike(target, (kind) => kind === "slow")
  }

  strikeCall(target: FaultTarget): FaultRule | undefined {
    return this.#strike(target, (kind) => kind !== "slow" && !notificationKinds.has(kind))
  }

  strikeNotification(target: FaultTarget): FaultRule | undefined {
    return this.#strike(target, (kind) => notificationKinds.has(kind))
  }

  #strike(target: FaultTarget, wanted: (kind: FaultKind) => boolean): FaultRule | undefined {
    for (const armed of this.#armed) {
      const { rule } = armed
      if (!wanted(rule.kind) || (rule.vendor !== "*" && rule.vendor !== target.vendor)) continue
      if (rule.operation !== undefined && rule.operation !== target.operation && !armed.pattern?.test(target.line)) {
        continue
      }
      if (rule.times !== undefined && armed.struck >= rule.times) continue
      if (rule.probability !== undefined && this.#chance() >= rule.probability) continue
      armed.struck += 1
      return rule
    }
    return undefined
  }
}
