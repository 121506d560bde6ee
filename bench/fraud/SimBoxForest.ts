import type { GeneratedCall } from "../../src/simulators/traffic/Traffic.ts"
import { Rng } from "../../src/simulators/traffic/Rng.ts"
import { replay, trafficOf, tuningSeeds } from "./Replay.ts"
import type { Opinion } from "./Scores.ts"
import type { Tree } from "./Tree.ts"
import { binned, growTree, leafOf } from "./Tree.ts"

const dayMillis = 86_400_000
const localOffsetMillis = 3_600_000
const trees = 60
const depth = 8
const nightFrom = 22
const nightTo = 6

/** One day of one caller, with its calls. */
export interface CallerDay {
  readonly caller: string
  readonly features: ReadonlyArray<number>
  readonly calls: ReadonlyArray<GeneratedCall>
}

interface Counting {
  readonly calls: Array<GeneratedCall>
  readonly numbers: Set<string>
  readonly nightNumbers: Set<string>
  minutes: number
  nightCalls: number
  nightMinutes: number
}

const counting = (): Counting => ({
  calls: [],
  numbers: new Set(),
  nightNumbers: new Set(),
  minutes: 0,
  nightCalls: 0,
  nightMinutes: 0
})

/**
 * Gathers the nine figures of each caller and day that papers on SIM boxes classify by (Elmi, Ibrahim and Sallehuddin,
 * "Detecting SIM box fraud using neural network", 2013): calls, numbers called and minutes, the same at night, calls
 * received, numbers a call, minutes a call.
 */
export const makeCallerDays = (tell: (day: CallerDay) => void) => {
  let day = 0
  let callers = new Map<string, Counting>()
  let received = new Map<string, number>()
  const flush = () => {
    for (const [caller, of] of callers) {
      const calls = of.calls.length
      const shares = [of.numbers.size / calls, of.minutes / calls]
      const night = [of.nightCalls, of.nightNumbers.size, of.nightMinutes]
      const features = [calls, of.numbers.size, of.minutes, ...night, received.get(caller) ?? 0, ...shares]
      tell({ caller, features, calls: of.calls })
    }
    callers = new Map()
    received = new Map()
  }
  const attempt = (generated: GeneratedCall): void => {
    const { call } = generated
    const local = call.atMillis + localOffsetMillis
    const today = Math.floor(local / dayMillis)
    if (today !== day) flush()
    day = today
    const caller = callers.get(call.aNumber) ?? counting()
    callers.set(call.aNumber, caller)
    caller.calls.push(generated)
    caller.numbers.add(call.bNumber)
    const minutes = call.durationMillis / 60_000
    caller.minutes += minutes
    received.set(call.bNumber, (received.get(call.bNumber) ?? 0) + 1)
    const hour = Math.floor(local / 3_600_000) % 24
    if (hour >= nightTo && hour < nightFrom) return
    caller.nightCalls += 1
    caller.nightNumbers.add(call.bNumber)
    caller.nightMinutes += minutes
  }
  return { watcher: { attempt, ended: () => {} }, flush }
}

const isSimBox = (day: CallerDay) => day.calls.some(({ label }) => label === "sim_box")

/** A random forest (Breiman 2001): each tree on a bootstrap of the samples, each split among three of the nine features. */
export const trainForest = (callsOfSeed: number, prevalence: number): ReadonlyArray<Tree> => {
  const samples: Array<ReadonlyArray<number>> = []
  const truths: Array<boolean> = []
  for (const seed of tuningSeeds) {
    const days = makeCallerDays((day) => {
      samples.push(day.features)
      truths.push(isSimBox(day))
    })
    replay(trafficOf(seed, callsOfSeed, prevalence), [days.watcher])
    days.flush()
  }
  const data = binned(samples, 9)
  const rng = new Rng(1, 9)
  const gradients = Float64Array.from(truths, (truth) => (truth ? -1 : 0))
  const hessians = new Float64Array(samples.length).fill(1)
  return Array.from({ length: trees }, () => {
    const rows = Int32Array.from({ length: samples.length }, () => rng.below(samples.length))
    return growTree({ data, rows, gradients, hessians, depth, leastHessian: 2, shrinkage: 1, tried: 3, rng })
  })
}

const nothing: Opinion = { flagged: false, blocked: false, kinds: [] }
const suspect: Opinion = { flagged: true, blocked: false, kinds: ["sim_box"] }

/** Judges each caller at the end of the day, and with it all calls of that day. */
export const makeForest = (forest: ReadonlyArray<Tree>, tell: (generated: GeneratedCall, opinion: Opinion) => void) =>
  makeCallerDays(({ calls, features }) => {
    const votes = forest.reduce((sum, tree) => sum + leafOf(tree, features), 0)
    for (const call of calls) tell(call, votes >= 0.5 * forest.length ? suspect : nothing)
  })
