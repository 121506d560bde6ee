import { Effect, Layer } from "effect"
import { TestRunner } from "effect/cluster"
import { JournalUnavailable } from "../../../src/domain/journal/CommandErrors.ts"
import { unknownOrder } from "../../../src/domain/orders/Order.ts"
import { Order } from "../../../src/entities/Order.ts"
import type { Receive } from "../../../src/entities/Order.ts"

type Received = typeof Receive.payloadSchema.Type

/** Orders that remember in memory what reached them, with the answers that the contract promises. */
export class TestOrders {
  readonly received: Array<Received> = []
  /** Tickets whose order cannot commit. */
  readonly unavailable = new Set<string>()
  /** Tickets whose order has a bug. */
  readonly broken = new Set<string>()
  /** Tickets whose order never answers. */
  readonly silent = new Set<string>()
  private readonly answers = new Map<string, { readonly status: "received"; readonly first: boolean }>()
  private readonly known = new Set<string>()

  private receive(payload: Received) {
    const { ticketId } = payload.ticket
    if (this.unavailable.has(ticketId)) return Effect.fail(new JournalUnavailable({ detail: "no database" }))
    if (this.broken.has(ticketId)) return Effect.die(new Error("secret detail"))
    if (this.silent.has(ticketId)) return Effect.never
    this.received.push(payload)
    const key = `${ticketId} ${payload.commandKey}`
    const answer = this.answers.get(key) ?? { status: "received" as const, first: !this.known.has(ticketId) }
    this.known.add(ticketId)
    this.answers.set(key, answer)
    return Effect.succeed(answer)
  }

  get layer() {
    return Order.toLayer(
      Order.of({
        Receive: ({ payload }) => Effect.suspend(() => this.receive(payload)),
        Replay: () => Effect.succeed(unknownOrder("")),
        Record: () => Effect.void,
        Get: () => Effect.succeed(unknownOrder("")),
        Wake: () => Effect.void
      }),
      { disableFatalDefects: true }
    ).pipe(Layer.provideMerge(TestRunner.layer))
  }
}
