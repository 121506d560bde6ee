import { Effect, Result } from "effect"
import { ScreeningPolicy } from "../../layers/fraud/ScreeningPolicy.ts"
import { detectAnswer, errorBody, eventAnswer } from "./SwitchAnswers.ts"
import type { EndReceipt } from "./SwitchDesk.ts"
import { maxBatch, SwitchDesk } from "./SwitchDesk.ts"

export interface SwitchReply {
  readonly status: number
  readonly body: unknown
  readonly retryAfterSeconds?: number
}

type Respond = (reply: SwitchReply) => void

/** Answers one request whose body was read as JSON. */
export type SwitchRoute = (body: unknown, respond: Respond) => void

/** Longest bodies, in bytes. */
export const oneCallBytes = 64 * 1024
export const batchBytes = 4 * 1024 * 1024

const ok = 200
const accepted = 202
const badRequest = 400
const tooMany = 413
const unavailable = 503

const listOf = (body: unknown, name: string): ReadonlyArray<unknown> | undefined => {
  const value: unknown =
    typeof body === "object" && body !== null && !Array.isArray(body)
      ? Object.entries(body).find(([key]) => key === name)?.[1]
      : body
  return Array.isArray(value) ? value : undefined
}

/** The entries of a batch, or why it is refused whole. */
const batchOf = (body: unknown, name: string): Result.Result<ReadonlyArray<unknown>, SwitchReply> => {
  const list = listOf(body, name)
  if (list === undefined) {
    const details = [{ field: name, message: "must be a list" }]
    return Result.fail({ status: badRequest, body: errorBody("VALIDATION_ERROR", "the list is missing", details) })
  }
  if (list.length <= maxBatch) return Result.succeed(list)
  const details = [{ field: name, message: `has ${list.length} entries, more than ${maxBatch}` }]
  return Result.fail({ status: tooMany, body: errorBody("VALIDATION_ERROR", "the list is too long", details) })
}

const receiptBody = (receipt: EndReceipt) =>
  receipt.status === "refused"
    ? { call_id: receipt.callId, status: "refused", details: receipt.problems }
    : { call_id: receipt.callId, status: "accepted", duplicate: receipt.status === "duplicate" }

const attemptRoutes = Effect.gen(function* () {
  const desk = yield* SwitchDesk
  const policy = yield* ScreeningPolicy

  const detect: SwitchRoute = (body, respond) =>
    desk.ask(body, (asked) => {
      if (asked.ok) return respond({ status: ok, body: detectAnswer(asked.call, asked.screened) })
      const problem = errorBody("VALIDATION_ERROR", "the call cannot be understood", asked.problems)
      respond({ status: badRequest, body: problem })
    })

  const eventOf = (body: unknown, done: (ok: boolean, body: unknown) => void) =>
    desk.ask(body, (asked) => {
      if (!asked.ok) return done(false, errorBody("VALIDATION_ERROR", "the event cannot be understood", asked.problems))
      const { threshold } = policy.current().rules.call_masking.parameters
      done(true, eventAnswer(asked.screened, threshold))
    })

  const event: SwitchRoute = (body, respond) =>
    eventOf(body, (isOk, answer) => respond({ status: isOk ? accepted : badRequest, body: answer }))

  const events: SwitchRoute = (body, respond) => {
    const batch = batchOf(body, "events")
    if (Result.isFailure(batch)) return respond(batch.failure)
    const list = batch.success
    const results: Array<unknown> = []
    let open = list.length
    if (open === 0) return respond({ status: accepted, body: { results } })
    list.forEach((each, i) =>
      eventOf(each, (_, answer) => {
        results[i] = answer
        open -= 1
        if (open === 0) respond({ status: accepted, body: { results } })
      })
    )
  }

  return { detect, event, events }
})

const sendAgain: SwitchReply = {
  status: unavailable,
  body: errorBody("SERVICE_UNAVAILABLE", "call records cannot be written now; send the same again"),
  retryAfterSeconds: 1
}

const endRoutes = Effect.gen(function* () {
  const desk = yield* SwitchDesk
  const run = Effect.runForkWith(yield* Effect.context<never>())

  const ends = (
    bodies: ReadonlyArray<unknown>,
    respond: Respond,
    answer: (receipts: ReadonlyArray<EndReceipt>) => void
  ) =>
    void run(
      desk.end(bodies).pipe(
        Effect.map(answer),
        Effect.catchCause((cause) =>
          Effect.andThen(
            Effect.logWarning("CDRs could not be kept; the switch is told to send them again", cause),
            Effect.sync(() => respond(sendAgain))
          )
        )
      )
    )

  const cdr: SwitchRoute = (body, respond) =>
    ends([body], respond, ([receipt]) => {
      if (receipt === undefined || receipt.status !== "refused") {
        return respond({ status: accepted, body: receipt === undefined ? {} : receiptBody(receipt) })
      }
      const problem = errorBody("VALIDATION_ERROR", "the CDR cannot be understood", receipt.problems)
      respond({ status: badRequest, body: problem })
    })

  const cdrs: SwitchRoute = (body, respond) => {
    const batch = batchOf(body, "cdrs")
    if (Result.isFailure(batch)) return respond(batch.failure)
    const list = batch.success
    ends(list, respond, (receipts) => respond({ status: accepted, body: { results: receipts.map(receiptBody) } }))
  }

  return { cdr, cdrs }
})

/** The routes of the switch port, by path; all take POST. */
export const switchRoutes = Effect.gen(function* () {
  const { detect, event, events } = yield* attemptRoutes
  const { cdr, cdrs } = yield* endRoutes
  return new Map<string, { readonly route: SwitchRoute; readonly maxBytes: number }>([
    ["/api/v1/fraud/detect", { route: detect, maxBytes: oneCallBytes }],
    ["/detect", { route: detect, maxBytes: oneCallBytes }],
    ["/event", { route: event, maxBytes: oneCallBytes }],
    ["/api/v1/fraud/event", { route: event, maxBytes: oneCallBytes }],
    ["/api/v1/fraud/events", { route: event, maxBytes: oneCallBytes }],
    ["/api/v1/fraud/events/batch", { route: events, maxBytes: batchBytes }],
    ["/api/v1/fraud/cdr", { route: cdr, maxBytes: oneCallBytes }],
    ["/api/v1/fraud/cdr/batch", { route: cdrs, maxBytes: batchBytes }]
  ])
})
