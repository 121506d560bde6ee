import { isPossibleNigerian, operatorOf } from "../../numbering/NigerianNumbering.ts"
import type { CallAttempt } from "../CallAttempt.ts"
import { costlyRange, doubtAbout, isAbroad, isAccountable, isVouchedFor, sourceOf } from "../CallTraits.ts"
import type { Severity } from "../FraudType.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import type { CallerFeatures } from "../windows/CallerWindows.ts"
import type { SourceFeatures } from "../windows/SourceWindows.ts"
import type { Detector } from "./Detection.ts"
import { detection, minutes, nameOfCaller } from "./Detection.ts"

const hourMillis = 3_600_000

/** Nobody is in another region so soon. */
const hurryMillis = 60_000

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
  // Between the calls of a clone its owner calls from where they are: that is a change of region too, and no hurry.
  const confidence = caller.movedMillis > 0 && caller.movedMillis <= hurryMillis ? 0.7 : 0.4
  return detection("IMPOSSIBLE_GEOGRAPHY", "MEDIUM", confidence, call.aNumber, evidence, { windowMillis: hourMillis })
}

/** A number that is called back less than this share of its own calls belongs to a machine. */
const calledBackShare = 0.05

/** Calls of its first ones that the count of destinations leaves out. */
const uncounted = 5

/** From this share of calls on that go to new numbers, a caller knows nobody. */
const strangersShare = 0.9

/** Average seconds up to which a whole source's calls are a robot's. */
const mostOfRobot = 15

/** One SIM makes one call at a time, so it cannot make more than this within a minute. */
const mostOfOneSim = 10

const isCalledBack = (caller: CallerFeatures): boolean => caller.receivedDay >= caller.attemptsDay * calledBackShare

const simBoxSeverity = (destinations: number, averageSeconds: number): Severity =>
  destinations >= 200 && averageSeconds <= 1.5
    ? "CRITICAL"
    : (destinations >= 100 && averageSeconds <= 2) || destinations >= 75 || averageSeconds <= 1
      ? "HIGH"
      : "MEDIUM"

/** Answered calls below which an average says nothing. */
const minAnswered = 5

/** What a SIM in a box looks like: very short calls all day, short calls in one hour, or strangers and nobody else. */
const simBoxPattern = (caller: CallerFeatures, parameters: typeof ruleParameters.sim_box.Type) => {
  const { answeredHour, answeredSimBox, averageSecondsHour, averageSecondsSimBox } = caller
  const { destinationsHour, destinationsSimBox } = caller
  const day = {
    destinations: destinationsSimBox,
    average: averageSecondsSimBox,
    windowMillis: parameters.windowHours * hourMillis
  }
  if (
    destinationsSimBox > parameters.minDestinations &&
    answeredSimBox >= minAnswered &&
    averageSecondsSimBox < parameters.maxAverageSeconds
  ) {
    return { ...day, confidence: 0.95 }
  }
  if (
    destinationsHour >= parameters.hourDestinations &&
    answeredHour >= minAnswered &&
    averageSecondsHour <= parameters.hourAverageSeconds
  ) {
    return { destinations: destinationsHour, average: averageSecondsHour, windowMillis: hourMillis, confidence: 0.9 }
  }
  const knowsNobody = destinationsSimBox >= strangersShare * (caller.attemptsDay - uncounted)
  return destinationsSimBox >= parameters.strangers && knowsNobody && caller.receivedDay === 0
    ? { ...day, confidence: 0.7 }
    : undefined
}

/** Calls in an hour to numbers that a forged number may make before it is looked at, and that are enough to judge a source. */
const hourly = 40
const judged = 10

const hurriedBySource = (source: SourceFeatures | undefined, maxAverageSeconds: number): boolean =>
  source !== undefined &&
  source.calleesHour >= hourly &&
  source.answeredHour >= judged &&
  source.averageSecondsHour <= maxAverageSeconds

/** It speaks as long as it is listened to: longer than a box whose calls are cut off, and not as people talk. */
const isRobot = (caller: CallerFeatures, { maxAverageSeconds }: typeof ruleParameters.sim_box.Type): boolean =>
  caller.answeredSimBox > 0 &&
  caller.averageSecondsSimBox >= maxAverageSeconds &&
  caller.averageSecondsSimBox <= mostOfRobot

/** SIM box: one SIM that calls very many numbers, briefly, and that nobody calls back. */
export const detectSimBox: Detector<typeof ruleParameters.sim_box.Type> = (call, { caller, source }, parameters) => {
  if (caller === undefined || call.aNumber === "" || caller.destinationsHour === 0) return undefined
  const pattern = simBoxPattern(caller, parameters)
  if (pattern === undefined) return undefined
  const { average, confidence, destinations, windowMillis } = pattern
  // The SIMs are genuine, so that their carrier vouches for them; fixed lines and forged numbers are other stories.
  const isSim =
    operatorOf(call.aNumber) !== undefined &&
    isPossibleNigerian(call.aNumber) &&
    (call.attestation === "A" ||
      (isVouchedFor(call) && !hurriedBySource(source, mostOfRobot) && !isRobot(caller, parameters)))
  const doubt =
    (isCalledBack(caller) ? 0.3 : 1) *
    (isSim ? 1 : isAccountable(call) ? 0.1 : 0.5) *
    (caller.attemptsMinute > mostOfOneSim ? 0.5 : 1)
  return detection(
    "SIM_BOX",
    simBoxSeverity(destinations, average),
    confidence * doubt,
    call.aNumber,
    `${call.aNumber} called about ${destinations} numbers in ${minutes(windowMillis)}, ${average.toFixed(1)} s on average, ` +
      `and was called ${caller.receivedDay} times`,
    { windowMillis }
  )
}

/** Share of one-ring calls from which on a source does nothing else. */
const mostlyRings = 0.5

/**
 * Wangiri: rings once and gives up, again and again at other numbers, in the hope of being called back: one number, or a
 * source with several numbers that it costs much to call.
 */
export const detectWangiri: Detector<typeof ruleParameters.wangiri.Type> = (call, { caller, source }, parameters) => {
  if (caller === undefined) return undefined
  const rings =
    caller.shortRings > 0 && source !== undefined && source.flashes >= mostlyRings * source.calls
      ? Math.max(caller.shortRings, source.flashes)
      : caller.shortRings
  if (rings < parameters.calls) return undefined
  const costly = costlyRange(call.aNumber, [])
  if (costly === undefined && caller.shortRings < parameters.calls) return undefined
  const spread = caller.destinationsRobocall
  const doubt = costly !== undefined ? 1 : doubtAbout(call) * (isAbroad(call.aNumber, "+234") ? 0.95 : 0.85)
  const windowMillis = parameters.windowMinutes * 60_000
  return detection(
    "WANGIRI",
    "HIGH",
    0.95 * doubt,
    nameOfCaller(call),
    `${nameOfCaller(call)} ${rings > caller.shortRings ? "and its source " : ""}rang ${rings} times for at most ${parameters.maxRingSeconds} s in ` +
      `${minutes(windowMillis)}, about ${Math.max(1, spread)} numbers` +
      (costly === undefined ? "" : `; calling back costs much (${costly})`),
    { windowMillis }
  )
}

/** Costly calls of one day that are a habit, and their share from which on the caller does nothing else. */
const habit = 4
const nothingElse = 0.7

/**
 * International revenue share fraud: one number calls costly ranges again and again, or calls nothing else. When it is a
 * fixed line, somebody got into a company's exchange.
 */
export const detectIrsf: Detector<typeof ruleParameters.irsf.Type> = (call, { caller }, parameters) => {
  if (caller === undefined || caller.highCost === 0) return undefined
  const isOften = caller.highCost >= parameters.calls
  if (!isOften && (caller.highCostDay < habit || caller.highCostDay < nothingElse * caller.attemptsDay))
    return undefined
  const range = costlyRange(call.bNumber, parameters.prefixes)
  if (range === undefined) return undefined
  const isLine = call.aNumber.startsWith("+234") && operatorOf(call.aNumber) === undefined
  const windowMillis = isOften ? parameters.windowMinutes * 60_000 : 24 * hourMillis
  const calls = isOften ? caller.highCost : caller.highCostDay
  const evidence = `${nameOfCaller(call)} made ${calls} calls to costly ranges (${range}) in ${minutes(windowMillis)}`
  const confidence = isOften ? Math.min(0.98, 0.7 + 0.07 * (caller.highCost - parameters.calls + 1)) : 0.75
  return detection(isLine ? "PBX_HACKING" : "IRSF", "HIGH", confidence, nameOfCaller(call), evidence, { windowMillis })
}

/** A robot speaks to who answers; what hardly anybody can answer in time is no robocall. */
const leastAnswered = 0.1

/** Robocalls: very many numbers, by one caller or by one source that changes its callers, and hardly anybody listens. */
export const detectRobocall: Detector<typeof ruleParameters.robocall.Type> = (call, { caller, source }, parameters) => {
  if (caller === undefined) return undefined
  const { answeredHour, averageSecondsHour, destinationsHour, destinationsRobocall, endedHour } = caller
  const isHurried =
    answeredHour >= minAnswered &&
    answeredHour >= leastAnswered * endedHour &&
    averageSecondsHour <= parameters.maxAverageSeconds
  const byCaller = isHurried && destinationsRobocall >= parameters.destinations
  const bySource = !isAccountable(call) && hurriedBySource(source, parameters.maxAverageSeconds)
  if (!byCaller && !bySource) return undefined
  const windowMillis = byCaller ? parameters.windowMinutes * 60_000 : hourMillis
  const doubt = doubtAbout(call) * (isCalledBack(caller) ? 0.5 : 1)
  const who = byCaller ? nameOfCaller(call) : sourceOf(call)
  const numbers = byCaller ? destinationsRobocall : (source?.calleesHour ?? destinationsHour)
  const average = byCaller ? averageSecondsHour : (source?.averageSecondsHour ?? 0)
  const evidence = `${who} called about ${numbers} numbers in ${minutes(windowMillis)}, ${average.toFixed(1)} s on average`
  return detection("ROBOCALL", "MEDIUM", 0.9 * doubt, who, evidence, { windowMillis })
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
  const confidence = 0.9 * doubtAbout(call)
  return detection("ANOMALOUS_PATTERN", "MEDIUM", confidence, nameOfCaller(call), evidence, { windowMillis: 60_000 })
}
