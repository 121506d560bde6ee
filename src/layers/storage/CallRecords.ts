import { Context, Effect, Layer, type Option, type Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { CallAttempt, CallEnd } from "../../domain/fraud/CallAttempt.ts"
import type { CallRecord, CallRecordsUnavailable, EndOutcome, Judged } from "../../domain/fraud/calls/CallRecord.ts"
import { makeAttemptWriter } from "./calls/AttemptWriter.ts"
import { makeCallQueries } from "./calls/CallQueries.ts"
import type { CallFilter, CallPeriod, CallSummary, StartedBefore } from "./calls/CallQuestions.ts"
import { makeCallSummary } from "./calls/CallSummaries.ts"
import { makeEndWriter } from "./calls/EndWriter.ts"
import { numberForms } from "./calls/HashedNumbers.ts"

/**
 * One row for each screened call: what was asked, what the verdict was and what the CDR said, whichever of them came first.
 * Times must have passed `checkTimes`.
 */
export class CallRecords extends Context.Service<
  CallRecords,
  {
    /**
     * Keeps a call with its verdict, soon: it is written behind the caller's back, and false says that too many wait, so
     * that this one is lost to the records. The first verdict of a call stands.
     */
    readonly recordAttempt: (call: CallAttempt, judged: Judged) => boolean
    /**
     * Answers after the commit, with one outcome for each CDR in order; all of them are kept or none. Many callers share
     * one commit. At most `maxEndsPerRequest`. Whoever is interrupted meanwhile is not told what was counted.
     */
    readonly recordEnds: (
      ends: ReadonlyArray<CallEnd>
    ) => Effect.Effect<ReadonlyArray<EndOutcome>, CallRecordsUnavailable>
    /** The newest call with this id. */
    readonly get: (callId: string) => Effect.Effect<Option.Option<CallRecord>, CallRecordsUnavailable>
    /** Newest first; at most 201. */
    readonly list: (query: {
      readonly filter: CallFilter
      readonly period: CallPeriod
      readonly after: StartedBefore | null
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<CallRecord>, CallRecordsUnavailable>
    /** All calls of the period, oldest first, read page by page: it may be as long as the records are. */
    readonly stream: (period: CallPeriod) => Stream.Stream<CallRecord, CallRecordsUnavailable>
    readonly summary: (period: CallPeriod) => Effect.Effect<CallSummary, CallRecordsUnavailable>
  }
>()("tandem/layers/storage/CallRecords") {
  static readonly layer = Layer.effect(
    CallRecords,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const recordAttempt = yield* makeAttemptWriter(sql)
      const recordEnds = yield* makeEndWriter(sql)
      return CallRecords.of({
        recordAttempt,
        recordEnds,
        ...makeCallQueries(sql, yield* numberForms),
        summary: makeCallSummary(sql)
      })
    })
  )
}
