import { operatorOf } from "../../numbering/NigerianNumbering.ts"
import { costlyRange, doubtAbout, isAbroad, isAccountable, isVouchedFor, sourceOf } from "../CallTraits.ts"
import type { ruleParameters } from "../rules/RuleParameters.ts"
import { sourceGroups } from "../SourceGroups.ts"
import type { Detector } from "./Detection.ts"
import { detection, minutes } from "./Detection.ts"

/** So many more numbers make a pattern when there are gaps between them. */
const gapsWant = 2

/** Sequential spoofing: one source shows consecutive numbers, one after the other. */
export const detectSequentialSpoofing: Detector<typeof ruleParameters.sequential_spoofing.Type> = (
  call,
  { source },
  parameters
) => {
  if (source === undefined) return undefined
  const isRun = source.run >= parameters.runLength
  if (!isRun && source.near < parameters.runLength + gapsWant) return undefined
  const numbers = isRun ? source.run : source.near
  const regulars = source.regulars / source.near
  // A company's exchange shows its own block of numbers, under the one identity that its carrier asserts and bills.
  const oneCustomer = call.assertedNumber === "" ? 0 : source.sameIdentity / source.near
  const confidence =
    0.95 *
    (1 - 0.9 * regulars) *
    (1 - 0.9 * oneCustomer) *
    (isAccountable(call) ? 0.4 : isVouchedFor(call) ? 0.8 : 1) *
    (isRun ? 1 : 0.8)
  return detection(
    "SEQUENTIAL_SPOOFING",
    numbers >= 5 ? "HIGH" : "MEDIUM",
    confidence,
    sourceOf(call),
    `${sourceOf(call)} showed ${numbers} ${isRun ? "consecutive" : "close"} caller numbers around ${call.aNumber} within ` +
      `${parameters.windowSeconds} s; it uses ${source.regulars} of them regularly`,
    { aNumberCount: numbers, windowMillis: parameters.windowSeconds * 1000 }
  )
}

/** Local hour of an instant at a fixed offset from UTC. */
export const localHour = (atMillis: number, utcOffsetHours: number): number =>
  (((Math.floor(atMillis / 3_600_000) + utcOffsetHours) % 24) + 24) % 24

const isNight = (hour: number, from: number, to: number): boolean =>
  from <= to ? hour >= from && hour < to : hour >= from || hour < to

/** PBX hacking: at night, one customer's switch begins to call abroad. */
export const detectPbxHacking: Detector<typeof ruleParameters.pbx_hacking.Type> = (call, { source }, parameters) => {
  if (source === undefined || source.expensive < parameters.calls) return undefined
  if (call.sourceGroup === sourceGroups.internationalGateway || !isAbroad(call.bNumber, "+234")) return undefined
  // Subscribers' mobiles are no company's exchange.
  if (operatorOf(call.aNumber) !== undefined) return undefined
  const hour = localHour(call.atMillis, parameters.utcOffsetHours)
  if (!isNight(hour, parameters.nightFromHour, parameters.nightToHour)) return undefined
  const share = source.expensive / Math.max(1, source.calls)
  const costly = costlyRange(call.bNumber, []) !== undefined
  if (share < 0.5) return undefined
  const windowMillis = parameters.windowMinutes * 60_000
  const evidence =
    `${sourceOf(call)} made ${source.expensive} calls abroad in ${minutes(windowMillis)} at ${hour}:00 local time, ` +
    `${Math.round(share * 100)} % of its traffic`
  return detection("PBX_HACKING", "HIGH", costly ? 0.95 : 0.7, sourceOf(call), evidence, { windowMillis })
}

/** Flash calls: rings that carry a code in the caller's number, each with another caller, so that no SMS is paid. */
export const detectFlashCall: Detector<typeof ruleParameters.flash_call.Type> = (call, { source }, parameters) => {
  if (source === undefined || source.flashes < parameters.calls) return undefined
  const share = source.flashes / Math.max(source.calls, source.flashes)
  if (share < 0.5 || source.flashCallers < source.flashes * 0.5 || source.flashCallees < source.flashes * 0.5) {
    return undefined
  }
  const windowMillis = parameters.windowMinutes * 60_000
  const evidence =
    `${sourceOf(call)} rang about ${source.flashCallees} numbers for at most ${parameters.maxRingSeconds} s each in ` +
    `${minutes(windowMillis)}, with about ${source.flashCallers} caller numbers`
  const confidence = 0.9 * doubtAbout(call)
  return detection("FLASH_CALL", "MEDIUM", confidence, sourceOf(call), evidence, {
    aNumberCount: source.flashCallers,
    windowMillis
  })
}

/** A source whose answered calls end at once: numbers that do not answer what was called, or a machine at work. */
export const detectAcd: Detector<typeof ruleParameters.acd_threshold.Type> = (call, { source }, parameters) => {
  if (source === undefined || source.answered < parameters.minCalls) return undefined
  if (source.averageSeconds > parameters.maxAverageSeconds) return undefined
  const windowMillis = parameters.windowMinutes * 60_000
  const evidence =
    `${source.answered} answered calls of ${sourceOf(call)} lasted ${source.averageSeconds.toFixed(1)} s on average in ` +
    `${minutes(windowMillis)}`
  return detection("ANOMALOUS_PATTERN", "HIGH", 0.9 * doubtAbout(call), sourceOf(call), evidence, {
    windowMillis
  })
}

/** Who calls a hospital or an office is often brief; calls that earn by the minute are not. */
const mostlyLong = 0.7

/** So many times the needed duration no family talks on average. */
const veryLong = 3

/** Traffic pumping: long calls to one range of numbers, whose owner is paid for them. */
export const detectTrafficPumping: Detector<typeof ruleParameters.traffic_pumping.Type> = (
  call,
  { called },
  parameters
) => {
  if (called === undefined || called.longShare < mostlyLong) return undefined
  // Of very long calls half as many are enough, since few have ended before the last one has begun.
  const isVeryLong = called.longAverageSeconds >= parameters.minAverageSeconds * veryLong
  if (called.longCalls * (isVeryLong ? 2 : 1) < parameters.calls) return undefined
  if (called.longAverageSeconds < parameters.minAverageSeconds) return undefined
  // Ranges that are known to cost much have a rule of their own.
  if (costlyRange(call.bNumber, []) !== undefined) return undefined
  const range = parameters.rangeDigits === 0 ? call.bNumber : `${call.bNumber.slice(0, -parameters.rangeDigits)}…`
  const windowMillis = parameters.windowMinutes * 60_000
  const evidence =
    `${called.longCalls} calls to ${range} lasted ${Math.round(called.longAverageSeconds)} s on average in ` +
    `${minutes(windowMillis)}`
  return detection("TRAFFIC_PUMPING", "MEDIUM", 0.8, range, evidence, { windowMillis })
}
