import type { CallAttempt } from "../CallAttempt.ts"
import { costlyRange, isAbroad, isMismatched, isVouchedFor } from "../CallTraits.ts"
import type { CallFeatures } from "../detectors/Detection.ts"

/** What the model sees of a call, in this order; all are numbers of about the size of 1. */
export const modelFeatureNames = [
  "asr",
  "aloc",
  "overlap_ratio",
  "cli_mismatch",
  "distinct_a_count",
  "call_rate",
  "short_call_ratio",
  "high_volume_flag",
  "vouched",
  "caller_abroad",
  "costly_called",
  "costly_caller",
  "called_back_ratio",
  "destinations_hour",
  "short_rings",
  "costly_calls",
  "region_switches",
  "source_concentration",
  "source_run",
  "source_flash_ratio",
  "source_expensive_ratio",
  "range_long_calls"
] as const

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole))
const grown = (count: number): number => Math.log1p(count) / 5

/** The features of one call; what no window knows is 0. */
export const modelFeatures = (call: CallAttempt, { called, caller, source }: CallFeatures): ReadonlyArray<number> => [
  ratio(caller?.answeredHour ?? 0, caller?.endedHour ?? 0),
  grown(caller?.averageSecondsHour ?? 0),
  ratio(called?.callers ?? 0, called?.calls ?? 0),
  isMismatched(call) ? 1 : 0,
  grown(called?.callers ?? 0),
  called?.rate ?? 0,
  ratio(caller?.shortHour ?? 0, caller?.answeredHour ?? 0),
  (caller?.attemptsDay ?? 0) >= 10 ? 1 : 0,
  isVouchedFor(call) ? 1 : 0,
  isAbroad(call.aNumber, "+234") ? 1 : 0,
  costlyRange(call.bNumber, []) === undefined ? 0 : 1,
  costlyRange(call.aNumber, []) === undefined ? 0 : 1,
  ratio(caller?.receivedDay ?? 0, caller?.attemptsDay ?? 0),
  grown(caller?.destinationsHour ?? 0),
  grown(caller?.shortRings ?? 0),
  grown(caller?.highCost ?? 0),
  grown(caller?.regionSwitchesHour ?? 0),
  ratio(1, called?.sources ?? 1),
  grown(source?.run ?? 0),
  ratio(source?.flashes ?? 0, source?.calls ?? 0),
  ratio(source?.expensive ?? 0, source?.calls ?? 0),
  grown(called?.longCalls ?? 0)
]
