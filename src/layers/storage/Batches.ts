import { type Duration, Effect, Queue, Semaphore } from "effect"

interface Options<Request> {
  readonly sizeOf: (request: Request) => number
  /** Most that one batch holds. */
  readonly maxSize: number
  /** How long it is waited for more. */
  readonly gatherFor: Duration.Duration
  /** With as many requests as this nothing more is waited for, and what is more than that is shared among the writers. */
  readonly enough?: number
  readonly writers?: number
}

/** Takes what comes within a moment, as long as it fits into one batch; a request that does not fit is for the next. */
export const makeBatches = <Request>(queue: Queue.Dequeue<Request>, options: Options<Request>) => {
  const { enough = Number.POSITIVE_INFINITY, gatherFor, maxSize, sizeOf, writers = 1 } = options
  let held: Request | undefined
  const gather = Effect.gen(function* () {
    const first = held ?? (yield* Queue.take(queue))
    held = undefined
    if (Queue.sizeUnsafe(queue) < enough) yield* Effect.sleep(gatherFor)
    const most = Math.max(enough, Math.ceil(Queue.sizeUnsafe(queue) / writers))
    const batch = [first]
    let size = sizeOf(first)
    while (held === undefined && batch.length < most) {
      const next = Queue.takeUnsafe(queue)
      if (next?._tag !== "Success") break
      size += sizeOf(next.value)
      if (size > maxSize) held = next.value
      else batch.push(next.value)
    }
    return batch
  })
  // One writer gathers while the others wait for their commits.
  return Semaphore.makeUnsafe(1).withPermits(1)(gather)
}
