import { Effect, Layer, Option, Redacted } from "effect"
import { TestRunner } from "effect/cluster"
import type { ApiRole } from "../../../src/domain/access/ApiRole.ts"
import { BackorderStatusRefused, unknownBackorder } from "../../../src/domain/backorders/Backorder.ts"
import type { PhoneNumberState } from "../../../src/domain/numbers/PhoneNumber.ts"
import { NumberUnknown, unknownNumber } from "../../../src/domain/numbers/PhoneNumber.ts"
import { OrderUnknown } from "../../../src/domain/orders/Order.ts"
import { Backorder } from "../../../src/entities/Backorder.ts"
import { Order } from "../../../src/entities/Order.ts"
import { PhoneNumber } from "../../../src/entities/PhoneNumber.ts"
import { RpcLive } from "../../../src/http/RpcLive.ts"
import { ApiKeys } from "../../../src/layers/storage/ApiKeys.ts"
import { serving } from "../server/TestServer.ts"
import type { Noted } from "./FraudActors.ts"
import { fraudEntities, fraudServices } from "./FraudActors.ts"

/** Number that no actor holds, and number whose actor has a bug. */
export const unknownE164 = "+12125550199"
export const brokenE164 = "+12125550166"

export const commands: Noted = []

const numbers = PhoneNumber.toLayer(
  Effect.sync(() => {
    let status: PhoneNumberState["status"] = "active"
    const stateOf = (e164: string) => {
      if (e164 === brokenE164) return Effect.die(new Error("secret detail"))
      if (e164 === unknownE164) return Effect.fail(new NumberUnknown({ e164 }))
      return Effect.succeed<PhoneNumberState>({ ...unknownNumber(e164), status, vendor: "plivo" })
    }
    const change =
      (command: string, next: PhoneNumberState["status"]) =>
      (request: {
        readonly payload: { readonly commandKey: string }
        readonly address: { readonly entityId: string }
      }) =>
        Effect.suspend(() => {
          commands.push([command, request.address.entityId, request.payload.commandKey])
          status = next
          return stateOf(request.address.entityId)
        })
    return PhoneNumber.of({
      Reserve: change("Reserve", "reserved"),
      Order: change("Order", "ordered"),
      RecordOrdered: change("RecordOrdered", "ordered"),
      RecordInventory: change("RecordInventory", "active"),
      Block: change("Block", "blocked"),
      Unblock: change("Unblock", "active"),
      Settle: change("Settle", "ordered"),
      Release: change("Release", "released"),
      Get: ({ address }) => stateOf(address.entityId)
    })
  }),
  { disableFatalDefects: true }
)

const backorders = Backorder.toLayer(
  Effect.sync(() => {
    const state = ({ address }: { readonly address: { readonly entityId: string } }) =>
      Effect.succeed(unknownBackorder(address.entityId))
    return Backorder.of({
      Place: state,
      CheckNow: state,
      Cancel: ({ address: { entityId } }) =>
        Effect.fail(new BackorderStatusRefused({ backorderId: entityId, status: "closed", command: "Cancel" })),
      Get: state,
      Wake: () => Effect.void
    })
  })
)

const orders = Order.toLayer(
  Effect.sync(() => {
    const unknown = ({ address: { entityId } }: { readonly address: { readonly entityId: string } }) =>
      Effect.fail(new OrderUnknown({ orderId: entityId }))
    return Order.of({ Receive: unknown, Replay: unknown, Record: unknown, Get: unknown, Wake: () => Effect.void })
  })
)

/** Keys are named like their roles. */
export const keyOf = (role: ApiRole) => Redacted.make(`tdm_${role}`)

const keys: ApiKeys["Service"] = {
  create: () => Effect.die("not here"),
  list: Effect.succeed([]),
  revoke: () => Effect.succeed(false),
  verify: (key) => {
    const role = Redacted.value(key).slice(4)
    return Effect.succeed(
      role === "viewer" || role === "operator" || role === "admin"
        ? Option.some({ id: `id-of-${role}`, name: role, role })
        : Option.none()
    )
  }
}

/** Serves the RPCs over actors that live in memory; gives the address. */
export const servingRpcs = Effect.suspend(() => {
  commands.length = 0
  const entities = Layer.mergeAll(numbers, backorders, orders, fraudEntities(commands)).pipe(
    Layer.provideMerge(TestRunner.layer)
  )
  return serving(RpcLive.pipe(Layer.provide([entities, fraudServices]), Layer.provide(Layer.succeed(ApiKeys, keys))))
})
