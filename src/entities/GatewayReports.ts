import { Clock, Context, Effect, Layer, Random, Schedule } from "effect"
import type { CallTally } from "../domain/gateways/CallTally.ts"
import { addTallies, emptyTally } from "../domain/gateways/CallTally.ts"
import { callEntity } from "./EntityCalls.ts"
import { Gateway, maxReportedSeconds } from "./Gateway.ts"

/** How often a node tells the gateways' actors what it saw. */
const reportEvery = "1 second"

/** Longest wait for an actor's answer; the report is sent again, and counts once. */
const answerTimeout = "5 seconds"

/** Gateways that one node reports on at once. */
const maxGateways = 10_000

/** While calls are under way an actor hears of them at least this often, even when nothing else happens. */
const repeatAfterMillis = 5_000

interface Book {
  readonly open: Map<number, CallTally>
  sent:
    { readonly sequence: number; readonly seconds: ReadonlyArray<{ atMillis: number; tally: CallTally }> } | undefined
  sequence: number
  concurrent: number
  reportedConcurrent: number
  reportedAtMillis: number
}

const emptyBook = (): Book => ({
  open: new Map(),
  sent: undefined,
  sequence: 0,
  concurrent: 0,
  reportedConcurrent: 0,
  reportedAtMillis: 0
})

/** Whether there is something to tell now. */
const isDue = (book: Book, nowMillis: number): boolean =>
  book.sent !== undefined ||
  book.open.size > 0 ||
  book.concurrent !== book.reportedConcurrent ||
  (book.concurrent > 0 && nowMillis - book.reportedAtMillis >= repeatAfterMillis)

/** Moves what is open into the report that is sent next; one that was not answered is sent again as it was. */
const takeReport = (book: Book) => {
  if (book.sent === undefined) {
    book.sequence += 1
    book.sent = { sequence: book.sequence, seconds: [...book.open].map(([atMillis, tally]) => ({ atMillis, tally })) }
    book.open.clear()
  }
  return book.sent
}

/**
 * What this node saw of each gateway's calls, added up by the second and told to its actor once a second. Taking note is
 * synchronous and never waits.
 */
export class GatewayReports extends Context.Service<
  GatewayReports,
  {
    /** Adds what one call (or probe) brought. The caller sees to it that each call comes once. */
    readonly note: (gatewayId: string, tally: CallTally, atMillis: number) => void
    /** How many of the gateway's calls are under way on this node. */
    readonly concurrent: (gatewayId: string, calls: number) => void
    /** Sends what is due; a fiber does so every second. */
    readonly flush: Effect.Effect<void>
  }
>()("tandem/entities/GatewayReports") {
  static readonly layer = Layer.effect(
    GatewayReports,
    Effect.gen(function* () {
      const clientOf = yield* Gateway.client
      const source = `node-${(yield* Random.nextInt).toString(36)}-${(yield* Random.nextInt).toString(36)}`
      const books = new Map<string, Book>()

      const bookOf = (gatewayId: string): Book | undefined => {
        const known = books.get(gatewayId)
        if (known !== undefined || books.size >= maxGateways) return known
        const fresh = emptyBook()
        books.set(gatewayId, fresh)
        return fresh
      }

      const send = Effect.fnUntraced(function* (gatewayId: string, book: Book) {
        const { seconds, sequence } = takeReport(book)
        const { concurrent } = book
        yield* callEntity(clientOf(gatewayId).RecordCalls({ source, sequence, concurrent, seconds })).pipe(
          Effect.timeout(answerTimeout)
        )
        book.sent = undefined
        book.reportedConcurrent = concurrent
        book.reportedAtMillis = yield* Clock.currentTimeMillis
      })

      const flush = Effect.gen(function* () {
        const nowMillis = yield* Clock.currentTimeMillis
        const due = [...books].filter(([, book]) => isDue(book, nowMillis))
        yield* Effect.forEach(
          due,
          ([gatewayId, book]) =>
            send(gatewayId, book).pipe(
              Effect.catchCause((cause) =>
                Effect.logDebug("a gateway's calls could not be reported yet", cause).pipe(
                  Effect.annotateLogs({ gatewayId })
                )
              )
            ),
          { concurrency: 32, discard: true }
        )
      })

      yield* flush.pipe(Effect.repeat(Schedule.spaced(reportEvery)), Effect.forkScoped)
      yield* Effect.addFinalizer(() => flush.pipe(Effect.timeout("2 seconds"), Effect.ignore))

      return GatewayReports.of({
        note: (gatewayId, tally, atMillis) => {
          const book = bookOf(gatewayId)
          if (book === undefined) return
          const second = Math.floor(atMillis / 1_000) * 1_000
          book.open.set(second, addTallies(book.open.get(second) ?? emptyTally, tally))
          const [oldest] = book.open.keys()
          if (book.open.size > maxReportedSeconds && oldest !== undefined) book.open.delete(oldest)
        },
        concurrent: (gatewayId, calls) => {
          const book = bookOf(gatewayId)
          if (book !== undefined) book.concurrent = Math.max(0, calls)
        },
        flush
      })
    })
  )
}
