import { Context, Effect, Layer } from "effect"
import { Entity } from "effect/cluster"
import {
  BackorderActionRefused,
  BackorderStatusRefused,
  BackorderUnknown,
  unknownBackorder
} from "../../../src/domain/backorders/Backorder.ts"
import { AlertStatusRefused, unknownAlert } from "../../../src/domain/fraud/alerts/FraudAlert.ts"
import { CommandParked, JournalUnavailable } from "../../../src/domain/journal/CommandErrors.ts"
import {
  NumberActionRefused,
  NumberNotAvailable,
  NumberStatusRefused,
  NumberUnknown,
  unknownNumber
} from "../../../src/domain/numbers/PhoneNumber.ts"
import { OrderStatusRefused, OrderUnknown, unknownOrder } from "../../../src/domain/orders/Order.ts"
import { Backorder } from "../../../src/entities/Backorder.ts"
import { FraudAlert } from "../../../src/entities/FraudAlert.ts"
import { Order } from "../../../src/entities/Order.ts"
import { PhoneNumber } from "../../../src/entities/PhoneNumber.ts"

/** One command that reached an actor. */
export interface Received {
  readonly entityId: string
  readonly command: string
  readonly payload: { readonly commandKey: string; readonly reason?: string; readonly by?: string }
}

export class Commands extends Context.Service<Commands, Array<Received>>()("test/http/api/Commands") {
  static readonly layer = Layer.sync(Commands, () => [])
}

/** What an actor refuses, by the last digits of its number. */
const numberRefusals = {
  "0001": (e164: string) => new NumberUnknown({ e164 }),
  "0002": (e164: string) => new NumberNotAvailable({ e164, heldBy: "77" }),
  "0003": (e164: string) => new NumberStatusRefused({ e164, status: "reserved", command: "Block" }),
  "0004": (e164: string) => new NumberActionRefused({ e164, action: "Block", detail: "tool is down", retryable: true }),
  "0005": (e164: string) =>
    new CommandParked({ entityType: "PhoneNumber", entityId: e164, command: "Block", deadLetterId: "9" }),
  "0006": (_: string) => new JournalUnavailable({ detail: "postgres://user:secret@host is away" })
}

const numberRefusal = (e164: string) => {
  const suffix = e164.slice(-4)
  return suffix in numberRefusals ? numberRefusals[suffix as keyof typeof numberRefusals](e164) : undefined
}

const recorded = Effect.gen(function* () {
  const commands = yield* Commands
  const { entityId } = yield* Entity.CurrentAddress
  const record = (command: string, payload: Received["payload"]) => {
    commands.push({ entityId, command, payload })
  }
  return { entityId: String(entityId), record }
})

const TestNumber = PhoneNumber.toLayer(
  Effect.gen(function* () {
    const { entityId, record } = yield* recorded
    const answer = (command: string, status: "blocked" | "active" | "released") =>
      Effect.fnUntraced(function* ({ payload }: { readonly payload: Received["payload"] }) {
        record(command, payload)
        const refusal = numberRefusal(entityId)
        if (refusal !== undefined) return yield* refusal
        return { ...unknownNumber(entityId), status }
      })
    const never = () => Effect.never
    return PhoneNumber.of({
      Reserve: never,
      Order: never,
      RecordOrdered: never,
      RecordInventory: never,
      Block: answer("Block", "blocked"),
      Unblock: answer("Unblock", "active"),
      Settle: never,
      Release: answer("Release", "released"),
      Get: never
    })
  })
)

const TestBackorder = Backorder.toLayer(
  Effect.gen(function* () {
    const { entityId, record } = yield* recorded
    const answer = (command: string, status: "checking" | "cancelled") =>
      Effect.fnUntraced(function* ({ payload }: { readonly payload: Received["payload"] }) {
        record(command, payload)
        if (entityId === "404-1") return yield* new BackorderUnknown({ backorderId: entityId })
        if (entityId === "409-1") {
          return yield* new BackorderStatusRefused({ backorderId: entityId, status: "filled", command })
        }
        if (entityId === "502-1") {
          return yield* new BackorderActionRefused({
            backorderId: entityId,
            action: command,
            detail: "no",
            retryable: false
          })
        }
        return { ...unknownBackorder(entityId), status }
      })
    return Backorder.of({
      Place: () => Effect.never,
      CheckNow: answer("CheckNow", "checking"),
      Cancel: answer("Cancel", "cancelled"),
      Get: () => Effect.never,
      Wake: () => Effect.void
    })
  })
)

const TestOrder = Order.toLayer(
  Effect.gen(function* () {
    const { entityId, record } = yield* recorded
    return Order.of({
      Receive: () => Effect.never,
      Replay: Effect.fnUntraced(function* ({ payload }) {
        record("Replay", payload)
        if (entityId === "4041") return yield* new OrderUnknown({ orderId: entityId })
        if (entityId === "4091") {
          return yield* new OrderStatusRefused({ orderId: entityId, status: "completed", command: "Replay" })
        }
        return { ...unknownOrder(entityId), status: "received" as const, ticket: payload.ticket, generation: 2 }
      }),
      Record: () => Effect.never,
      Get: () => Effect.never,
      Wake: () => Effect.void
    })
  })
)

const TestAlert = FraudAlert.toLayer(
  Effect.gen(function* () {
    const { entityId, record } = yield* recorded
    const state = { ...unknownAlert(entityId), status: "acknowledged" as const }
    const answer = (command: string) =>
      Effect.fnUntraced(function* ({ payload }: { readonly payload: Received["payload"] }) {
        record(command, payload)
        if (entityId.endsWith("409")) {
          return yield* new AlertStatusRefused({ alertId: entityId, status: "resolved", command })
        }
        return state
      })
    return FraudAlert.of({
      Report: () => Effect.never,
      Acknowledge: answer("Acknowledge"),
      Investigate: answer("Investigate"),
      Assign: answer("Assign"),
      Comment: answer("Comment"),
      Resolve: answer("Resolve"),
      Reopen: answer("Reopen"),
      ReportedToNcc: answer("ReportedToNcc"),
      Get: () => Effect.succeed(state)
    })
  })
)

/** Actors that answer at once, refuse what their id says, and note what they were asked. */
export const layer = Layer.mergeAll(TestNumber, TestBackorder, TestOrder, TestAlert)
