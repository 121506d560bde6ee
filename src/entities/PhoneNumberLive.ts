import { Effect, Result } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import {
  decideActivated,
  decideActivationFailed,
  decideOrdered,
  decideReserve,
  decideUnblock,
  evolveNumber,
  NumberUnknown
} from "../domain/numbers/PhoneNumber.ts"
import * as Contract from "./PhoneNumber.ts"
import type { Decide } from "./PhoneNumberCommands.ts"
import { makePhoneNumberCommands } from "./PhoneNumberCommands.ts"
import { parkingPoison } from "./Supervision.ts"

/** Held and bought in one step, as the numbers of a vendor order over many are. */
const reserveAndOrder =
  ({ hold, vendorOrderId }: typeof Contract.RecordOrdered.payloadSchema.Type): Decide =>
  (state) =>
    Result.flatMap(decideReserve(state, hold), (reserved) =>
      Result.map(decideOrdered(reserved.reduce(evolveNumber, state), vendorOrderId), (ordered) => [
        ...reserved,
        ...ordered
      ])
    )

const inventoryOutcome =
  ({ failure, inventoryLogId }: typeof Contract.RecordInventory.payloadSchema.Type): Decide =>
  (state) =>
    failure === null ? decideActivated(state, inventoryLogId) : decideActivationFailed(state, failure)

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const number = yield* makePhoneNumberCommands(entityId)

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "PhoneNumber", entityId, command }, payload, run)
  const recorded = (command: string, payload: { readonly commandKey: string }, decide: Decide) =>
    guarded(command, payload, number.record(command, payload, decide))

  return Contract.PhoneNumber.of({
    Reserve: ({ payload }) => recorded("Reserve", payload, (state) => decideReserve(state, payload.hold)),
    Order: ({ payload }) => guarded("Order", payload, number.order(payload)),
    RecordOrdered: ({ payload }) => recorded("RecordOrdered", payload, reserveAndOrder(payload)),
    RecordInventory: ({ payload }) => recorded("RecordInventory", payload, inventoryOutcome(payload)),
    Block: ({ payload }) => guarded("Block", payload, number.block(payload)),
    Unblock: ({ payload }) =>
      guarded("Unblock", payload, number.act("Unblock", payload, decideUnblock, number.unblocking)),
    Settle: ({ payload }) => guarded("Settle", payload, number.settle(payload)),
    Release: ({ payload }) => guarded("Release", payload, number.release(payload)),
    Get: () =>
      number.state.pipe(
        Effect.filterOrFail(
          (state) => state.status !== "unknown",
          () => new NumberUnknown({ e164: entityId })
        ),
        Rpc.fork
      )
  })
})

/** Largest number of commands that one phone number lets wait. */
const mailboxCapacity = 256

export const PhoneNumberLive = Contract.PhoneNumber.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
