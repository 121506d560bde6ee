import { operatorOf } from "../../numbering/NigerianNumbering.ts"
import type { CallAttempt } from "../CallAttempt.ts"
import { costlyRange, isAbroad, isAccountable, isMismatched, isVouchedFor } from "../CallTraits.ts"
import type { CallFeatures } from "../detectors/Detection.ts"

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
  "range_long_share"
] as const

const internationalGateway = 10

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole))

/** 0: a subscriber's mobile, 1: another number at home, 2: abroad, 3: abroad and costly to call back, 4: withheld. */
const callerKind = ({ aNumber }: CallAttempt): number => {
  if (aNumber === "") return 4
  if (isAbroad(aNumber, "+234")) return costlyRange(aNumber, []) === undefined ? 2 : 3
  return operatorOf(aNumber) === undefined ? 1 : 0
}

/** The features of one call; what no window knows is 0. */
export const modelFeatures = (call: CallAttempt, { called, caller, source }: CallFeatures): ReadonlyArray<number> => [
  ratio(caller?.answeredHour ?? 0, caller?.endedHour ?? 0),
  caller?.averageSecondsHour ?? 0,
  ratio(called?.callers ?? 0, called?.calls ?? 0),
  isMismatched(call) ? 1 : 0,
  called?.callers ?? 0,
  called?.rate ?? 0,
  ratio(caller?.shortHour ?? 0, caller?.answeredHour ?? 0),
  caller?.attemptsDay ?? 0,
  isAccountable(call) ? 2 : isVouchedFor(call) ? 1 : 0,
  callerKind(call),
  (caller?.highCost ?? 0) > 0 && costlyRange(call.bNumber, []) !== undefined ? 1 : 0,
  isAbroad(call.bNumber, "+234") ? 1 : 0,
  ratio(caller?.receivedDay ?? 0, caller?.attemptsDay ?? 0),
  caller?.destinationsHour ?? 0,
  ratio(caller?.destinationsSimBox ?? 0, caller?.attemptsDay ?? 0),
  caller?.shortRings ?? 0,
  caller?.highCost ?? 0,
  caller?.highCostDay ?? 0,
  Math.min(3600, (caller?.movedMillis ?? 0) / 1000),
  caller?.regionSwitchesHour ?? 0,
  ratio(called?.vouched ?? 0, called?.callers ?? 0),
  called?.sources ?? 0,
  call.sourceGroup === internationalGateway ? 1 : 0,
  source?.run ?? 0,
  ratio(source?.sameIdentity ?? 0, source?.run ?? 0),
  ratio(source?.flashes ?? 0, source?.calls ?? 0),
  ratio(source?.expensive ?? 0, source?.calls ?? 0),
  source?.calleesHour ?? 0,
  source?.averageSecondsHour ?? 0,
  called?.longCalls ?? 0,
  called?.longShare ?? 0
]
