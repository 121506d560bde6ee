import { Clock, Duration, Effect, FiberSet, Layer, Metric, Queue } from "effect"
import { SecureRandom } from "effect/crypto"
import { DeliveryBook, type Underway } from "../domain/messaging/DeliveryBook.ts"
import type { DeliveryOutcome } from "../domain/messaging/DeliveryOutcome.ts"
import type { QueueChange } from "../domain/messaging/Queue.ts"
import type { MessageRoute } from "../layers/storage/MessageDomains.ts"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import type { SealedMessage } from "../layers/storage/messages/MessageQueue.ts"
import { leaseSeconds, MessageQueue } from "../layers/storage/messages/MessageQueue.ts"
import { makeMessageDelivery } from "./MessageDelivery.ts"
import { supervised } from "./Supervision.ts"

/** Messages that one node sends at the same time, and to one destination. */
export const maxInFlight = 128
export const maxPerDestination = 64

/** How often new messages are looked for, routes are read again, and leases are renewed. */
const pollInterval = Duration.millis(100)
const routesMillis = 1_000
const leaseInterval = Duration.seconds(1)

/** Outcomes that one statement writes. */
const maxEnded = 1_000

/** How long a node that stops waits for the answers to what it has sent. */
const stopMillis = 5_000

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })

const processed = counter("worker_messages_processed_total", "Attempts to deliver messages, by worker and outcome")
const delivered = counter("worker_messages_delivered_total", "Messages that a receiver took")
const failed = counter("worker_messages_failed_total", "Messages that were refused for good or are dead, by reason")
const retried = counter("worker_messages_retried_total", "Attempts after which a message goes again later")
const activeWorkers = Metric.gauge("worker_active_workers", { description: "Attempts that this node makes now" })
const processing = Metric.gauge("worker_processing_messages", {
  description: "Messages of this node that are being sent or whose outcome is not yet written down"
})

type Sent = Underway<SealedMessage>

interface Ended {
  readonly sent: Sent
  readonly outcome: DeliveryOutcome
}

const started = ({ lease, message }: Sent): QueueChange => ({
  ...lease,
  seq: message.seq,
  status: "processing",
  dueAtMillis: null,
  error: null
})

const ended = ({ outcome, sent: { lease, message } }: Ended): QueueChange => ({
  ...lease,
  seq: message.seq,
  status: outcome.status,
  dueAtMillis: outcome.status === "queued" ? outcome.dueAtMillis : null,
  error: outcome.status === "delivered" ? null : outcome.error
})

const count = Effect.fnUntraced(function* (owner: string, outcome: DeliveryOutcome) {
  yield* Metric.update(Metric.withAttributes(processed, { worker_id: owner, status: outcome.status }), 1)
  if (outcome.status === "delivered") return yield* Metric.update(delivered, 1)
  if (outcome.status === "queued") return yield* Metric.update(retried, 1)
  yield* Metric.update(Metric.withAttributes(failed, { reason: outcome.reason }), 1)
})

/** What a courier has in its hands. */
const makeDesk = Effect.fnUntraced(function* (owner: string) {
  return {
    owner,
    queue: yield* MessageQueue,
    domains: yield* MessageDomains,
    delivery: yield* makeMessageDelivery,
    couriers: yield* FiberSet.make<void>(),
    nudges: yield* Queue.sliding<void>(1),
    book: new DeliveryBook<SealedMessage>(),
    ended: new Array<Ended>(),
    routes: new Map<string, MessageRoute>(),
    routesReadAtMillis: Number.NEGATIVE_INFINITY,
    replays: -1,
    /** Nothing is sent after this instant: the lanes may be somebody else's by then. */
    leasedUntilMillis: 0,
    isStopping: false
  }
})

type Desk = Effect.Success<ReturnType<typeof makeDesk>>

/** The attempt comes to nothing, and the message is asked for again later. */
const putBack = ({ book }: Desk, sent: Sent, untilMillis: number | null) => {
  book.end(sent, untilMillis)
  book.settled(sent)
}

const send = Effect.fnUntraced(function* (desk: Desk, sent: Sent, attempts: number) {
  const { book, delivery } = desk
  const route = desk.routes.get(sent.message.domain)
  const nowMillis = yield* Clock.currentTimeMillis
  if (nowMillis >= desk.leasedUntilMillis) book.drop(sent.lease)
  if (nowMillis >= desk.leasedUntilMillis || route === undefined) return putBack(desk, sent, nowMillis + routesMillis)
  const outcome = yield* delivery.attempt(route, sent.message, attempts)
  book.end(sent, outcome.status === "queued" ? outcome.dueAtMillis : null)
  desk.ended.push({ outcome, sent })
  yield* count(desk.owner, outcome)
  yield* Queue.offer(desk.nudges, undefined)
})

/** Destinations that are in trouble are left alone, and tried again by one message. */
const lookAtCircuits = Effect.fnUntraced(function* ({ book, delivery }: Desk) {
  for (const domain of new Set([...book.eager(), ...book.troubled()])) {
    const { is, untilMillis } = yield* delivery.state(domain)
    if (untilMillis !== undefined) book.shut(domain, untilMillis)
    else if (is === "Closed") book.reopen(domain)
  }
})

/**
 * Writes down what has ended and what begins, in one statement, and sends the latter after its commit: a message that
 * may be on its way is always known as such.
 */
const turn = Effect.fnUntraced(function* (desk: Desk) {
  const { book, couriers, queue } = desk
  yield* lookAtCircuits(desk)
  const troubled = new Set(book.troubled())
  const room = desk.isStopping ? 0 : maxInFlight - book.inFlight
  const starts = book.pick(room, (domain) => (troubled.has(domain) ? 1 : maxPerDestination))
  const ends = desk.ended.splice(0, maxEnded)
  yield* Metric.update(activeWorkers, book.inFlight)
  yield* Metric.update(processing, book.inFlight + ends.length)
  if (starts.length + ends.length === 0) return
  const undo = Effect.map(Clock.currentTimeMillis, (nowMillis) => {
    desk.ended.unshift(...ends)
    for (const sent of starts) putBack(desk, sent, nowMillis + routesMillis)
  })
  const result = yield* queue.write([...ends.map(ended), ...starts.map(started)]).pipe(
    Effect.onExit((exit) => (exit._tag === "Failure" ? undo : Effect.void)),
    Effect.result
  )
  if (result._tag === "Failure") {
    return yield* Effect.asVoid(Effect.delay(Queue.offer(desk.nudges, undefined), Duration.millis(250)))
  }
  const { attempts, held } = result.success
  for (const { lease } of [...ends.map(({ sent }) => sent), ...starts]) if (!held.has(lease.lane)) book.drop(lease)
  for (const { sent } of ends) book.settled(sent)
  for (const sent of starts) {
    const attempt = attempts.get(sent.message.seq)
    if (attempt === undefined) putBack(desk, sent, null)
    else yield* FiberSet.run(couriers, send(desk, sent, attempt))
  }
  yield* Queue.offer(desk.nudges, undefined)
})

const readRoutes = Effect.fnUntraced(function* (desk: Desk, nowMillis: number) {
  if (nowMillis - desk.routesReadAtMillis < routesMillis) return
  const routes = yield* desk.domains.routes
  desk.routes = new Map(routes.map((route) => [route.domain, route]))
  desk.book.route(desk.routes.keys())
  desk.routesReadAtMillis = nowMillis
})

/** Looks for messages once; true when there are more. */
const look = Effect.fnUntraced(function* (desk: Desk) {
  const { book } = desk
  const nowMillis = yield* Clock.currentTimeMillis
  yield* readRoutes(desk, nowMillis)
  const question = book.question(nowMillis)
  if (question === undefined) return false
  const { messages, replays, sight } = yield* desk.queue
    .load(question)
    .pipe(
      Effect.onExit((exit) => (exit._tag === "Failure" ? Effect.sync(() => book.unanswered(question)) : Effect.void))
    )
  const isMore = book.add(question, messages, sight, nowMillis)
  if (replays !== desk.replays) book.rescan()
  desk.replays = replays
  if (messages.length > 0) yield* Queue.offer(desk.nudges, undefined)
  return isMore
})

const lease = Effect.fnUntraced(function* (desk: Desk) {
  const { book, queue } = desk
  const askedAtMillis = yield* Clock.currentTimeMillis
  const { lanes, share } = yield* queue.lease(desk.owner)
  desk.leasedUntilMillis = askedAtMillis + leaseSeconds * 1_000
  book.hold(lanes)
  book.drain(lanes.length - share)
  const drained = book.drained()
  for (const each of drained) book.drop(each)
  yield* queue.release(drained)
})

/** Sends nothing more, waits a while for what is under way, and gives the lanes back. */
const stop = Effect.fnUntraced(function* (desk: Desk) {
  desk.isStopping = true
  const untilMillis = (yield* Clock.currentTimeMillis) + stopMillis
  while (desk.book.inFlight + desk.ended.length > 0 && (yield* Clock.currentTimeMillis) < untilMillis) {
    yield* turn(desk)
    yield* Effect.sleep(Duration.millis(20))
  }
  // A lane of which something is under way stays ours until its lease is over.
  yield* desk.queue.release(desk.book.idle)
  yield* desk.queue.leave(desk.owner)
})

const warned = (what: string) => Effect.catch((error: unknown) => Effect.logWarning(what, error))

const courier = Effect.gen(function* () {
  const random = yield* SecureRandom.SecureRandom
  const desk = yield* makeDesk(yield* random.uuidV4())
  yield* Effect.addFinalizer(() => stop(desk).pipe(warned("the lanes of messages could not be given back")))
  const leases = lease(desk).pipe(
    warned("the lanes of messages could not be leased"),
    Effect.andThen(Effect.sleep(leaseInterval)),
    Effect.forever
  )
  const looks = look(desk).pipe(
    Effect.catch((error) => Effect.as(Effect.logWarning("messages could not be looked for", error), false)),
    Effect.flatMap((isMore) => (isMore ? Effect.yieldNow : Effect.sleep(pollInterval))),
    Effect.forever
  )
  const turns = Queue.take(desk.nudges).pipe(Effect.andThen(Effect.suspend(() => turn(desk))), Effect.forever)
  return yield* Effect.raceFirst(leases, Effect.raceFirst(looks, turns))
}).pipe(Effect.scoped)

/**
 * Delivers messages, on every runner. Each lane is one node's at a time, and in a lane each sender's messages go one after
 * the other. A message is sent again when a node dies before its outcome is written down: the receiver knows it by its id.
 */
export const MessageCourierLive = Layer.effectDiscard(supervised("MessageCourier", courier)).pipe(
  Layer.provide(SecureRandom.layerWebCrypto)
)
