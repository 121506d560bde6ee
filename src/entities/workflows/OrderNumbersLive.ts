import { Cause, Effect, Option, Schedule, Schema, Tracer } from "effect"
import type { OrderEvent, Ticket } from "../../domain/orders/Order.ts"
import { hasBought } from "../../domain/orders/Order.ts"
import type { LineOutcome } from "../../domain/orders/TicketReply.ts"
import { answerText, failureText, markers, questionText } from "../../domain/orders/TicketReply.ts"
import { TicketAnalysis } from "../../domain/tickets/TicketAnalysis.ts"
import { DeadLetters } from "../../layers/storage/DeadLetters.ts"
import { callEntity } from "../EntityCalls.ts"
import { StepFailed, stepFailed } from "../StepFailed.ts"
import { Order } from "../Order.ts"
import { TicketDesk } from "../TicketDesk.ts"
import { analyseTicket } from "./AnalyseTicket.ts"
import { durableStep, triesWithAlternative } from "./DurableStep.ts"
import { orderLine } from "./OrderLine.ts"
import { OrderNumbers } from "./OrderNumbers.ts"
import { letterOf, parkedDetail } from "./ParkedRun.ts"
import { releaseReserved } from "./ReleaseReserved.ts"

/** How often a run that died of a defect is taken up again before it is parked. */
const maxTakeUps = 4

type Run = typeof OrderNumbers.payloadSchema.Type

const recorder = Effect.fnUntraced(function* (orderId: string, generation: number) {
  const orderOf = yield* Order.client
  return (key: string, event: OrderEvent) =>
    callEntity(orderOf(orderId).Record({ commandKey: `${generation}:${key}`, event })).pipe(Effect.mapError(stepFailed))
})

type Record = Effect.Success<ReturnType<typeof recorder>>

const orderState = Effect.fnUntraced(function* (orderId: string) {
  const orderOf = yield* Order.client
  return yield* callEntity(orderOf(orderId).Get()).pipe(Effect.mapError(stepFailed))
})

/** What the ticket was bought for before holds for a replay too; the model might read it otherwise today. */
const boughtFor = Effect.fnUntraced(function* (orderId: string) {
  const order = yield* orderState(orderId)
  return hasBought(order) && order.analysis?._tag === "NumbersRequested" ? order.analysis : undefined
})

const analyse = (ticket: Ticket, record: Record) =>
  durableStep({
    name: "analyse",
    success: TicketAnalysis,
    execute: Effect.gen(function* () {
      const before = yield* boughtFor(ticket.ticketId)
      const { analysedBy, analysis } = before
        ? { analysis: before, analysedBy: "model" as const }
        : yield* analyseTicket(ticket)
      yield* record(
        analysis._tag === "NoNumbersRequested" ? "ignored" : "analysed",
        analysis._tag === "NoNumbersRequested"
          ? { _tag: "OrderIgnored", reason: "not a number request" }
          : { _tag: "TicketAnalysed", analysis, analysedBy }
      )
      return analysis
    })
  })

const answer = (run: Run, record: Record, kind: string, body: (marker: string) => string, maxTries?: number) =>
  durableStep({
    name: `answer-${kind}`,
    success: Schema.Void,
    maxTries,
    execute: Effect.gen(function* () {
      const desk = yield* TicketDesk
      const marker = markers.answer(run.ticket.ticketId, run.generation)
      yield* desk.post({ ticketId: run.ticket.ticketId, marker, body: body(marker), forCustomer: kind !== "question" })
      yield* record(`answered:${kind}`, { _tag: "TicketAnswered", kind, marker })
    })
  })

const tellFailure = Effect.fnUntraced(function* (run: Run, record: Record, detail: string, maxTries?: number) {
  const bought = yield* durableStep({
    name: "bought-so-far",
    success: Schema.Array(Schema.String),
    execute: Effect.map(orderState(run.ticket.ticketId), (order) => order.ordered)
  })
  yield* answer(run, record, "failure", (marker) => failureText(detail, bought, marker), maxTries)
})

const failForGood = (run: Run, record: Record, lines: number, detail: string) =>
  Effect.gen(function* () {
    for (let lineNumber = 1; lineNumber <= lines; lineNumber++) {
      yield* durableStep({
        name: `compensate-${lineNumber}`,
        success: Schema.Void,
        execute: releaseReserved(run.ticket.ticketId, lineNumber)
      })
    }
    yield* durableStep({
      name: "failed",
      success: Schema.Void,
      execute: record("failed", { _tag: "OrderFailed", detail })
    })
    yield* tellFailure(run, record, detail)
  })

const isFailed = (outcome: LineOutcome): boolean =>
  typeof outcome.backorder?.failure === "string" && outcome.bought.every((each) => each.numbers.length === 0)

const work = Effect.fnUntraced(function* (run: Run) {
  const record = yield* recorder(run.ticket.ticketId, run.generation)
  const analysis = yield* analyse(run.ticket, record)
  if (analysis._tag === "NoNumbersRequested") return
  if (analysis._tag === "ClarificationNeeded") {
    return yield* answer(run, record, "question", (marker) => questionText(analysis.questions, marker))
  }
  const lines = Effect.gen(function* () {
    const outcomes: Array<LineOutcome> = []
    for (const [index, line] of analysis.lines.entries()) {
      const { generation, ticket } = run
      outcomes.push(yield* orderLine({ orderId: ticket.ticketId, generation, lineNumber: index + 1, line, record }))
    }
    if (outcomes.every(isFailed)) {
      return yield* new StepFailed({ detail: outcomes[0]?.backorder?.failure ?? "nothing ordered", retryable: false })
    }
    yield* answer(run, record, "answer", (marker) => answerText(outcomes, marker))
  })
  yield* lines.pipe(
    Effect.catch((failure: StepFailed) => failForGood(run, record, analysis.lines.length, failure.detail))
  )
})

/**
 * A run that cannot even report its failure, or dies of a defect again and again, is parked; a replay of the ticket goes
 * on from what was bought. The ticket is told if that is possible.
 */
const park = Effect.fnUntraced(function* (run: Run, cause: Cause.Cause<StepFailed>) {
  const letters = yield* DeadLetters
  const record = yield* recorder(run.ticket.ticketId, run.generation)
  const detail = Option.match(Cause.findErrorOption(cause), {
    onNone: () => parkedDetail,
    onSome: (failure) => failure.detail
  })
  yield* durableStep({
    name: "park",
    success: Schema.Void,
    execute: Effect.gen(function* () {
      yield* letters.park(letterOf(run, Cause.pretty(cause))).pipe(Effect.mapError(stepFailed))
      yield* record("failed", { _tag: "OrderFailed", detail })
    })
  })
  yield* tellFailure(run, record, detail, triesWithAlternative).pipe(
    Effect.catch(() => Effect.logError("the ticket could not be told that its order failed"))
  )
})

/** What the workflow does belongs to the trace of the request that brought the ticket, also after a restart. */
const inTraceOf = <A, E, R>(run: Run, effect: Effect.Effect<A, E, R>) =>
  run.requestId !== null && /^[0-9a-f]{32}$/.test(run.requestId)
    ? Effect.withParentSpan(effect, Tracer.externalSpan({ traceId: run.requestId, spanId: run.requestId.slice(0, 16) }))
    : effect

/** What could not be sent to the cluster's storage comes as a defect; finished steps are kept, so the run goes on from there. */
const throughDefects = <R>(effect: Effect.Effect<void, StepFailed, R>) =>
  effect.pipe(
    Effect.catchDefect((defect) =>
      Effect.logWarning("a run of a ticket is taken up again", defect).pipe(
        Effect.andThen(Effect.fail("again" as const))
      )
    ),
    Effect.retry({
      schedule: Schedule.exponential("1 second", 3),
      times: maxTakeUps,
      while: (error) => error === "again"
    }),
    Effect.catchIf(
      (error): error is "again" => error === "again",
      () => Effect.die(new Error("the run died again and again"))
    )
  )

export const OrderNumbersLive = OrderNumbers.toLayer((run) =>
  inTraceOf(run, throughDefects(work(run))).pipe(
    Effect.annotateLogs({ ticketId: run.ticket.ticketId }),
    Effect.catchCause((cause) =>
      // A suspended workflow is interrupted on purpose.
      Cause.hasInterrupts(cause) ? Effect.failCause(cause as Cause.Cause<never>) : Effect.orDie(park(run, cause))
    )
  )
)
