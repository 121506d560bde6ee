import type { CallAttempt } from "../CallAttempt.ts"
import { costlyRange, isAbroad, isVouchedFor } from "../CallTraits.ts"
import type { Severity } from "../FraudType.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { CallerFeatures } from "../windows/CallerWindows.ts"
import type { Detector } from "./Detection.ts"
import { detection, minutes, nameOfCaller } from "./Detection.ts"

const hourMillis = 3_600_000

/** One number in two places at once, or in more places than anybody travels. */
export const detectImpossibleGeography: Detector<typeof ruleParameters.impossible_geography.Type> = (
  call,
  { caller },
  parameters
) => {
  if (caller === undefined || call.aNumber === "") return undefined
  if (caller.twoRegions > 0) {
    const evidence = `${call.aNumber} called from ${call.region} within ${parameters.windowMillis} ms of another region`
    const more = { windowMillis: parameters.windowMillis }
    return detection("IMPOSSIBLE_GEOGRAPHY", "HIGH", 0.95, call.aNumber, evidence, more)
  }
  if (caller.regionSwitchesHour <= parameters.switchesPerHour) return undefined
  const evidence = `${call.aNumber} changed its region ${caller.regionSwitchesHour} times within an hour`
  return detection("IMPOSSIBLE_GEOGRAPHY", "MEDIUM", 0.7, call.aNumber, evidence, { windowMillis: hourMillis })
}

/** A number that is called back less than this share of its own calls belongs to a machine. */
const calledBackShare = 0.05

const isCalledBack = (caller: CallerFeatures): boolean => caller.receivedDay >= caller.attemptsDay * calledBackShare

const simBoxSeverity = (destinations: number, averageSeconds: number): Severity =>
  destinations >= 200 && averageSeconds <= 1.5
    ? "CRITICAL"
    : (destinations >= 100 && averageSeconds <= 2) || destinations >= 75 || averageSeconds <= 1
      ? "HIGH"
      : "MEDIUM"

/** Answered calls below which an average says nothing. */
const minAnswered = 5

/** SIM box: one SIM that calls very many numbers, briefly, and that nobody calls back. */
export const detectSimBox: Detector<typeof ruleParameters.sim_box.Type> = (call, { caller }, parameters) => {
  if (caller === undefined || call.aNumber === "" || caller.destinationsHour === 0) return undefined
  const day =
    caller.destinationsSimBox > parameters.minDestinations &&
    caller.answeredSimBox >= minAnswered &&
    caller.averageSecondsSimBox < parameters.maxAverageSeconds
  const hour =
    caller.destinationsHour >= parameters.hourDestinations &&
    caller.answeredHour >= minAnswered &&
    caller.averageSecondsHour <= parameters.hourAverageSeconds
  if (!day && !hour) return undefined
  const destinations = day ? caller.destinationsSimBox : caller.destinationsHour
  const average = day ? caller.averageSecondsSimBox : caller.averageSecondsHour
  const doubt = (isCalledBack(caller) ? 0.3 : 1) * (isVouchedFor(call) ? 0.5 : 1)
  const windowMillis = day ? parameters.windowHours * hourMillis : hourMillis
  return detection(
    "SIM_BOX",
    simBoxSeverity(destinations, average),
    (day ? 0.95 : 0.9) * doubt,
    call.aNumber,
    `${call.aNumber} called about ${destinations} numbers in ${minutes(windowMillis)}, ${average.toFixed(1)} s on average, ` +
      `and was called ${caller.receivedDay} times`,
    { windowMillis }
  )
}

/** Wangiri: rings once and gives up, again and again at other numbers, in the hope of being called back. */
export const detectWangiri: Detector<typeof ruleParameters.wangiri.Type> = (call, { caller }, parameters) => {
  if (caller === undefined || caller.shortRings < parameters.calls) return undefined
  const costly = costlyRange(call.aNumber, [])
  const spread = caller.destinationsRobocall
  const doubt = costly !== undefined ? 1 : isVouchedFor(call) ? 0.45 : isAbroad(call.aNumber, "+234") ? 0.95 : 0.85
  const windowMillis = parameters.windowMinutes * 60_000
  return detection(
    "WANGIRI",
    "HIGH",
    0.95 * doubt,
    nameOfCaller(call),
    `${nameOfCaller(call)} rang ${caller.shortRings} times for at most ${parameters.maxRingSeconds} s in ` +
      `${minutes(windowMillis)}, about ${Math.max(1, spread)} numbers` +
      (costly === undefined ? "" : `; calling back costs much (${costly})`),
    { windowMillis }
  )
}

/** International revenue share fraud: one number calls costly ranges again and again. */
export const detectIrsf: Detector<typeof ruleParameters.irsf.Type> = (call, { caller }, parameters) => {
  const range = costlyRange(call.bNumber, parameters.prefixes)
  if (range === undefined || caller === undefined || caller.highCost < parameters.calls) return undefined
  const windowMillis = parameters.windowMinutes * 60_000
  const evidence = `${nameOfCaller(call)} made ${caller.highCost} calls to costly ranges (${range}) in ${minutes(windowMillis)}`
  const confidence = Math.min(0.98, 0.7 + 0.07 * (caller.highCost - parameters.calls + 1))
  return detection("IRSF", "HIGH", confidence, nameOfCaller(call), evidence, { windowMillis })
}

/** Robocalls: very many numbers within minutes, and hardly anybody listens. */
export const detectRobocall: Detector<typeof ruleParameters.robocall.Type> = (call, { caller }, parameters) => {
  if (caller === undefined || caller.destinationsRobocall < parameters.destinations) return undefined
  if (caller.answeredHour >= minAnswered && caller.averageSecondsHour > parameters.maxAverageSeconds) return undefined
  const windowMillis = parameters.windowMinutes * 60_000
  const doubt = (isVouchedFor(call) ? 0.4 : 1) * (isCalledBack(caller) ? 0.5 : 1)
  const evidence =
    `${nameOfCaller(call)} called about ${caller.destinationsRobocall} numbers in ${minutes(windowMillis)}, ` +
    `${caller.averageSecondsHour.toFixed(1)} s on average`
  return detection("ROBOCALL", "MEDIUM", 0.9 * doubt, nameOfCaller(call), evidence, { windowMillis })
}

/** More calls a minute from one number than a person dials. */
export const detectCpm: Detector<typeof ruleParameters.cpm_threshold.Type> = (
  call: CallAttempt,
  { caller },
  parameters
) => {
  if (caller === undefined || caller.attemptsDay < parameters.minCalls) return undefined
  if (caller.attemptsMinute < parameters.callsPerMinute) return undefined
  const evidence = `${nameOfCaller(call)} made ${caller.attemptsMinute} calls within a minute`
  const confidence = isVouchedFor(call) ? 0.4 : 0.9
  return detection("ANOMALOUS_PATTERN", "MEDIUM", confidence, nameOfCaller(call), evidence, { windowMillis: 60_000 })
}
