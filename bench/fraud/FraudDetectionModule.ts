import type { GeneratedCall } from "../../src/simulators/traffic/Traffic.ts"
import type { Opinion } from "./Scores.ts"

type Threshold = readonly [warning: number, critical: number]

interface Rule {
  readonly prefix: string
  readonly callsPerMinute: Threshold
  readonly seconds: Threshold
  readonly totalCalls: Threshold
  readonly concurrentCalls: Threshold
  readonly sequentialCalls: Threshold
}

/** The module ships no thresholds; these are what an operator would set: strict abroad, wide at home. */
export const moduleRules: ReadonlyArray<Rule> = [
  {
    prefix: "+234",
    callsPerMinute: [10, 20],
    seconds: [3600, 7200],
    totalCalls: [100, 200],
    concurrentCalls: [5, 10],
    sequentialCalls: [10, 20]
  },
  {
    prefix: "+",
    callsPerMinute: [3, 5],
    seconds: [1800, 3600],
    totalCalls: [16, 32],
    concurrentCalls: [3, 5],
    sequentialCalls: [6, 12]
  }
]

interface Stats {
  minute: number
  inMinute: number
  day: number
  total: number
  concurrent: number
  last: string
  sequential: number
}

const nobody: Opinion = { flagged: false, blocked: false, kinds: [] }
const noStats = (): Stats => ({ minute: 0, inMinute: 0, day: 0, total: 0, concurrent: 0, last: "", sequential: 0 })

/**
 * The logic of OpenSIPS' `fraud_detection` module after its documentation: five figures of each caller and called prefix,
 * each with a warning (here: the call is flagged) and a critical threshold (here: it is blocked). It names no kind of fraud.
 */
export const makeModule = (tell: (generated: GeneratedCall, opinion: Opinion) => void) => {
  const profiles = new Map<string, Stats>()
  const underWay = new Map<string, Opinion>()
  const known = ({ call }: GeneratedCall) => {
    const rule = moduleRules.find(({ prefix }) => call.bNumber.startsWith(prefix))
    if (rule === undefined) return undefined
    const key = `${call.aNumber || call.sourceIp}/${rule.prefix}`
    const stats = profiles.get(key) ?? noStats()
    profiles.set(key, stats)
    return { rule, stats }
  }
  const levelOf = (value: number, [warning, critical]: Threshold) => (value >= critical ? 2 : value >= warning ? 1 : 0)
  const opinion = (level: number): Opinion =>
    level === 0 ? nobody : { flagged: true, blocked: level === 2, kinds: [] }

  const attempt = (generated: GeneratedCall): void => {
    const profile = known(generated)
    if (profile === undefined) return
    const { rule, stats } = profile
    const { call } = generated
    const minute = Math.floor(call.atMillis / 60_000)
    const day = Math.floor((call.atMillis + 3_600_000) / 86_400_000)
    if (minute !== stats.minute) stats.inMinute = 0
    if (day !== stats.day) stats.total = 0
    stats.minute = minute
    stats.day = day
    stats.inMinute += 1
    stats.total += 1
    stats.concurrent += 1
    stats.sequential = stats.last === call.bNumber ? stats.sequential + 1 : 1
    stats.last = call.bNumber
    const level = Math.max(
      levelOf(stats.inMinute, rule.callsPerMinute),
      levelOf(stats.total, rule.totalCalls),
      levelOf(stats.concurrent, rule.concurrentCalls),
      levelOf(stats.sequential, rule.sequentialCalls)
    )
    underWay.set(call.callId, opinion(level))
  }

  const ended = (generated: GeneratedCall): void => {
    const profile = known(generated)
    const told = underWay.get(generated.call.callId) ?? nobody
    underWay.delete(generated.call.callId)
    if (profile !== undefined) profile.stats.concurrent -= 1
    const tooLong = profile !== undefined && generated.call.durationMillis / 1000 >= profile.rule.seconds[0]
    // How long a call took is known when it is over: too late to block it.
    tell(generated, tooLong ? { ...told, flagged: true } : told)
  }

  return { attempt, ended }
}
