import { Clock, Console, Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { labelledMinute } from "../../simulators/traffic/LabelledMinute.ts"
import type { Column } from "../Table.ts"
import { table } from "../Table.ts"
import type { VerdictRow } from "../TrafficPlay.ts"
import { playTraffic } from "../TrafficPlay.ts"

const seed = 7

/** How much faster than its own time the minute is played. */
const speed = 12

const hourMillis = 3_600_000
const dayMillis = 24 * hourMillis

/** The end of the longest sample call must lie in the past. */
const longestMillis = 3 * hourMillis

/** Two o'clock last night in Lagos: some fraud shows at night alone. */
const lastNight = (nowMillis: number): number => {
  const latest = nowMillis - longestMillis - hourMillis
  return Math.floor(latest / dayMillis) * dayMillis + hourMillis
}

const columns: ReadonlyArray<Column<VerdictRow>> = [
  { title: "calls of", cell: (row) => row.kind },
  { title: "calls", cell: (row) => row.calls, right: true },
  { title: "allow", cell: (row) => row.actions.allow, right: true },
  { title: "flag", cell: (row) => row.actions.flag, right: true },
  { title: "penalty", cell: (row) => row.actions.penalty_billing, right: true },
  { title: "block", cell: (row) => row.actions.block, right: true }
]

/** Plays a minute of calls at the switch port, honest ones and one campaign of each kind of fraud, and tells the verdicts. */
export const tellSampleCalls = Effect.fnUntraced(function* (switchUrl: string) {
  const startMillis = lastNight(yield* Clock.currentTimeMillis)
  const calls = labelledMinute(seed, startMillis)
  yield* Console.log(`A minute of ${calls.length} sample calls asks for verdicts at ${switchUrl}:`)
  const { rows } = yield* playTraffic({ calls, baseUrl: switchUrl, startMillis, speed }).pipe(
    Effect.provide(FetchHttpClient.layer)
  )
  yield* Console.log(table(columns, rows))
})
