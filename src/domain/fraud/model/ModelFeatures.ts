import { operatorOf } from "../../numbering/NigerianNumbering.ts"
import type { CallAttempt } from "../CallAttempt.ts"
import { costlyRange, isAbroad, isAccountable, isMismatched, isVouchedFor } from "../CallTraits.ts"
import type { CallFeatures } from "../detectors/Detection.ts"
import { sourceGroups } from "../SourceGroups.ts"

/** What the model sees of a call, in this order. */
export const modelFeatureNames = [
  "asr",
  "aloc",
  "overlap_ratio",
  "cli_mismatch",
  "distinct_a_count",
  "call_rate",
  "short_call_ratio",
  "attempts_day",
  "vouched",
  "caller_kind",
  "costly_called",
  "called_abroad",
  "received_ratio",
  "destinations_hour",
  "destinations_ratio",
  "short_rings",
  "costly_calls",
  "costly_calls_day",
  "moved_seconds",
  "region_switches",
  "vouched_callers_ratio",
  "source_count",
  "international_gateway",
  "source_run",
  "source_same_identity",
  "source_flash_ratio",
  "source_expensive_ratio",
  "source_callees_hour",
  "source_average_seconds_hour",
  "range_long_calls",
  "range_long_share",
  "source_unvouched_ratio",
  "source_elsewhere_ratio"
] as const

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole))

/** 0: a subscriber's mobile, 1: another number at home, 2: abroad, 3: abroad and costly to call back, 4: withheld. */
const callerKind = ({ aNumber }: CallAttempt): number => {
  if (aNumber === "") return 4
  if (isAbroad(aNumber, "+234")) return costlyRange(aNumber, []) === undefined ? 2 : 3
  return operatorOf(aNumber) === undefined ? 1 : 0
}

/** Writes the features of one call; what no window knows is 0. */
export const modelFeatures = (
  call: CallAttempt,
  { called, caller, source }: CallFeatures,
  into: Float64Array = new Float64Array(modelFeatureNames.length)
): Float64Array => {
  // A part that is out of reach leaves its places empty; else all of them are written.
  if (caller === undefined || called === undefined || source === undefined) into.fill(0)
  into[3] = isMismatched(call) ? 1 : 0
  into[8] = isAccountable(call) ? 2 : isVouchedFor(call) ? 1 : 0
  into[9] = callerKind(call)
  into[11] = isAbroad(call.bNumber, "+234") ? 1 : 0
  into[22] = call.sourceGroup === sourceGroups.internationalGateway ? 1 : 0
  if (caller !== undefined) {
    into[0] = ratio(caller.answeredHour, caller.endedHour)
    into[1] = caller.averageSecondsHour
    into[6] = ratio(caller.shortHour, caller.answeredHour)
    into[7] = caller.attemptsDay
    into[10] = caller.highCost > 0 && costlyRange(call.bNumber, []) !== undefined ? 1 : 0
    into[12] = ratio(caller.receivedDay, caller.attemptsDay)
    into[13] = caller.destinationsHour
    into[14] = ratio(caller.destinationsSimBox, caller.attemptsDay)
    into[15] = caller.shortRings
    into[16] = caller.highCost
    into[17] = caller.highCostDay
    into[18] = Math.min(3600, caller.movedMillis / 1000)
    into[19] = caller.regionSwitchesHour
  }
  if (called !== undefined) {
    into[2] = ratio(called.callers, called.calls)
    into[4] = called.callers
    into[5] = called.rate
    into[20] = ratio(called.vouched, called.callers)
    into[21] = called.sources
    into[29] = called.longCalls
    into[30] = called.longShare
  }
  if (source !== undefined) {
    into[23] = source.run
    into[24] = ratio(source.sameIdentity, source.run)
    into[25] = ratio(source.flashes, source.calls)
    into[26] = ratio(source.expensive, source.calls)
    into[27] = source.calleesHour
    into[28] = source.averageSecondsHour
    into[31] = ratio(source.unvouchedHour, source.calleesHour)
    into[32] = ratio(source.elsewhereHour, source.calleesHour)
  }
  return into
}
