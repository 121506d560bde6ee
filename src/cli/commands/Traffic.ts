import { Clock, Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import { VerdictAction } from "../../domain/fraud/Finding.ts"
import { fraudLabels } from "../../simulators/traffic/Labels.ts"
import type { FraudLabel, GeneratedCall, TrafficOptions } from "../../simulators/traffic/Traffic.ts"
import {
  callsMax,
  defaultTraffic,
  generateTraffic,
  subscribersMax,
  trafficMillis
} from "../../simulators/traffic/Traffic.ts"
import { toCallRecords, toLabelled, toSippCsv, toSwitchRequests } from "../../simulators/traffic/TrafficText.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { output, printRows } from "../Output.ts"
import type { Column } from "../Table.ts"
import type { VerdictRow } from "../TrafficPlay.ts"
import { playTraffic } from "../TrafficPlay.ts"

const linesPerWrite = 500
const rateMax = 10_000
/** No generated call lasts longer, so a run that ended this long ago has no end in the future. */
const longestCallMillis = 2.1 * 3_600_000

const writers = { jsonl: toSwitchRequests, cdr: toCallRecords, sipp: toSippCsv, labelled: toLabelled }

const between = (minimum: number, maximum: number) => Schema.isBetween({ minimum, maximum })

const flags = {
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("The same seed and flags give the same calls"),
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    Flag.withDefault(defaultTraffic.seed)
  ),
  calls: Flag.Int("calls").pipe(
    Flag.withDescription("How many calls"),
    Flag.withSchema(Schema.Int.check(between(1, callsMax))),
    Flag.withDefault(10_000)
  ),
  format: Flag.Literals("format", ["jsonl", "cdr", "sipp", "labelled"]).pipe(
    Flag.withDescription("Switch requests, call records, SIPp's injection file, or whole calls with the truth"),
    Flag.withDefault("jsonl")
  ),
  kind: Flag.Literals("kind", fraudLabels).pipe(
    Flag.withDescription("Only this kind of fraud, amid honest calls; may be given more than once"),
    Flag.atLeast(0)
  ),
  prevalence: Flag.Finite("prevalence").pipe(
    Flag.withDescription("Share of fraudulent calls, 0 to 1"),
    Flag.withSchema(Schema.Finite.check(between(0, 1))),
    Flag.withDefault(defaultTraffic.prevalence)
  ),
  start: Flag.Date("start").pipe(
    Flag.withDescription("When the first call comes, ISO 8601; with --send such that the last one ended just now"),
    Flag.optional
  ),
  subscribers: Flag.Int("subscribers").pipe(
    Flag.withDescription("How many subscribers there are"),
    Flag.withSchema(Schema.Int.check(between(10, subscribersMax))),
    Flag.withDefault(defaultTraffic.subscribers)
  ),
  callsPerSecond: Flag.Finite("calls-per-second").pipe(
    Flag.withDescription("In the calls' own time; without it, seven calls a day of each subscriber"),
    Flag.withSchema(Schema.Finite.check(between(0.01, 100_000))),
    Flag.optional
  ),
  send: Flag.String("send").pipe(
    Flag.withDescription("Play the calls against the switch port at this address, and count its verdicts"),
    Flag.withSchema(Schema.String.check(Schema.isPattern(/^https?:\/\/[^\s/?#]+\/?$/))),
    Flag.optional
  ),
  rate: Flag.Finite("rate").pipe(
    Flag.withDescription("With --send: calls a second, on average"),
    Flag.withSchema(Schema.Finite.check(between(0.1, rateMax))),
    Flag.withDefault(200)
  ),
  output
}

const columns: ReadonlyArray<Column<VerdictRow>> = [
  { title: "kind", cell: (row) => row.kind },
  { title: "calls", cell: (row) => row.calls, right: true },
  ...VerdictAction.literals.toReversed().map((action): Column<VerdictRow> => ({
    title: action === "penalty_billing" ? "penalty" : action,
    cell: (row) => row.actions[action],
    right: true
  })),
  { title: "errors", cell: (row) => row.errors, right: true }
]

/** Waits until the reader has room again, so that a slow one does not fill the memory. */
const write = (text: string) =>
  Effect.callback<void>((resume) => {
    process.stdout.write(text, () => resume(Effect.void))
  })

const printLines = Effect.fnUntraced(function* (lines: Iterable<string>) {
  let waiting: Array<string> = []
  for (const line of lines) {
    if (waiting.push(line) < linesPerWrite) continue
    yield* write(`${waiting.join("\n")}\n`)
    waiting = []
  }
  if (waiting.length > 0) yield* write(`${waiting.join("\n")}\n`)
})

/** The latest start for which all calls have ended by now. The day's curve makes a run's length depend on its start. */
const startBefore = (options: TrafficOptions, nowMillis: number): number => {
  const end = nowMillis - longestCallMillis
  let startAtMillis = end
  for (let attempt = 0; attempt < 32; attempt++) {
    const excess = startAtMillis + trafficMillis({ ...options, startAtMillis }) - end
    if (excess <= 0) break
    startAtMillis -= Math.ceil(excess)
  }
  return startAtMillis
}

const send = Effect.fnUntraced(function* (
  options: TrafficOptions,
  calls: Iterable<GeneratedCall>,
  to: { readonly baseUrl: string; readonly rate: number }
) {
  const naturalSeconds = trafficMillis(options) / 1000
  const speed = Math.max(naturalSeconds / (options.calls / to.rate), 1e-6)
  yield* Console.error(`playing ${options.calls} calls, ${speed.toPrecision(3)} times as fast as they come`)
  const played = yield* playTraffic({ calls, baseUrl: to.baseUrl, startMillis: options.startAtMillis, speed }).pipe(
    Effect.provide(FetchHttpClient.layer)
  )
  const rate = options.calls / Math.max(played.seconds, 0.001)
  yield* Console.error(`${options.calls} calls in ${played.seconds.toFixed(1)} s, ${rate.toFixed(0)} a second`)
  return played
})

export const traffic = Command.make(
  "traffic",
  flags,
  Effect.fnUntraced(function* (input) {
    const chosen = new Set<FraudLabel>(input.kind.length === 0 ? fraudLabels : input.kind)
    const mix = { ...defaultTraffic.mix }
    for (const label of fraudLabels) mix[label] = chosen.has(label) ? 1 : 0
    const options: TrafficOptions = {
      ...defaultTraffic,
      seed: input.seed,
      calls: input.calls,
      prevalence: input.prevalence,
      subscribers: input.subscribers,
      callsPerSecond: Option.getOrNull(input.callsPerSecond),
      mix
    }
    const baseUrl = Option.getOrUndefined(input.send)?.replace(/\/$/, "")
    const start = Option.getOrUndefined(input.start)?.getTime()
    const now = yield* Clock.currentTimeMillis
    const untimed = baseUrl === undefined ? defaultTraffic.startAtMillis : startBefore(options, now)
    const timed = { ...options, startAtMillis: start ?? untimed }
    const calls = generateTraffic(timed)
    if (baseUrl === undefined) return yield* printLines(writers[input.format](calls))
    const { rows, unreached } = yield* send(timed, calls, { baseUrl, rate: input.rate })
    yield* printRows(input.output, columns, rows)
    if (unreached > 0) {
      return yield* CliFailure.of(exitCodes.unreachable, `${unreached} requests reached nobody at ${baseUrl}`)
    }
  })
).pipe(
  Command.withDescription("Generate labelled calls of a Nigerian switch, honest and fraudulent; print or play them"),
  Command.withExamples([
    { command: "tandem traffic --seed 7 --calls 10000 --format sipp > calls.csv", description: "A file for SIPp" },
    { command: "tandem traffic --kind sim_box --prevalence 0.02", description: "SIM boxes amid honest calls" },
    { command: "tandem traffic --send http://127.0.0.1:8070 --rate 200", description: "What does a switch port say?" }
  ])
)
