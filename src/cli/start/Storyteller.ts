import { Console, Deferred, Effect, Schedule } from "effect"
import type { OrderState } from "../../domain/orders/Order.ts"
import { Journal } from "../../layers/storage/Journal.ts"
import { makeNarrator } from "./Narration.ts"

/** Events that are read again at a start, so that what follows is told with what came before in mind. */
export const maxRemembered = 20_000

const pageSize = 1_000
const lookMillis = 150

const settled: ReadonlySet<OrderState["status"]> = new Set(["completed", "ignored", "clarification", "failed"])

/** The plane has done for this ticket what it could. */
export const isSettled = (order: OrderState | undefined): boolean => order !== undefined && settled.has(order.status)

/**
 * Follows the journal and prints a line for what is worth telling after a position, until the scope closes. Knows all
 * orders of a journal that is not too long; of a longer one, those that something happens to from then on.
 */
export const makeStoryteller = Effect.fnUntraced(function* (afterPosition: number) {
  const journal = yield* Journal
  const narrator = makeNarrator()
  let position = Math.max(0, afterPosition - maxRemembered)
  const waiting = new Map<Deferred.Deferred<void>, ReadonlyArray<string>>()

  const page = Effect.suspend(() => journal.follow({ afterPosition: position, limit: pageSize }))
  while (position < afterPosition) {
    const events = (yield* page).filter((event) => event.position <= afterPosition)
    for (const event of events) narrator.tell(event)
    position = events.at(-1)?.position ?? afterPosition
  }

  const look = Effect.gen(function* () {
    for (const event of yield* page) {
      position = event.position
      const line = narrator.tell(event)
      if (line !== undefined) yield* Console.log(line)
    }
    for (const [done, ticketIds] of waiting) {
      if (ticketIds.every((id) => isSettled(narrator.orders.get(id)))) yield* Deferred.succeed(done, undefined)
    }
  })
  yield* look.pipe(
    Effect.catch((error) => Effect.logWarning("the story waits for the journal", error)),
    Effect.repeat(Schedule.spaced(lookMillis)),
    Effect.forkScoped
  )

  return {
    orders: narrator.orders,
    /** Ends when each of the tickets is answered, or is found not to need it. */
    untilSettled: Effect.fnUntraced(function* (ticketIds: ReadonlyArray<string>) {
      const done = yield* Deferred.make<void>()
      waiting.set(done, ticketIds)
      yield* Deferred.await(done)
      waiting.delete(done)
    })
  }
})
