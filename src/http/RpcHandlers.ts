import { Effect } from "effect"
import { Backorder } from "../entities/Backorder.ts"
import { Order } from "../entities/Order.ts"
import { PhoneNumber } from "../entities/PhoneNumber.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { askEntity } from "./EntityCall.ts"
import { TandemRpcs } from "./RpcContract.ts"

/** Callers choose their keys freely: they can neither hit each other's nor those that the plane itself gives. */
const scoped = (commandKey: string) => Effect.map(CurrentCaller, ({ id }) => `rpc:${id}:${commandKey}`)

export const RpcHandlersLive = TandemRpcs.toLayer(
  Effect.gen(function* () {
    const numberOf = yield* PhoneNumber.client
    const backorderOf = yield* Backorder.client
    const orderOf = yield* Order.client
    return TandemRpcs.of({
      "PhoneNumber.Get": ({ e164 }) => askEntity(numberOf(e164).Get()),
      "PhoneNumber.Block": ({ e164, commandKey }) =>
        Effect.flatMap(scoped(commandKey), (key) => askEntity(numberOf(e164).Block({ commandKey: key }))),
      "PhoneNumber.Unblock": ({ e164, commandKey }) =>
        Effect.flatMap(scoped(commandKey), (key) => askEntity(numberOf(e164).Unblock({ commandKey: key }))),
      "PhoneNumber.Release": ({ e164, commandKey, reason }) =>
        Effect.flatMap(scoped(commandKey), (key) => askEntity(numberOf(e164).Release({ commandKey: key, reason }))),
      "Backorder.Get": ({ backorderId }) => askEntity(backorderOf(backorderId).Get()),
      "Backorder.CheckNow": ({ backorderId, commandKey }) =>
        Effect.flatMap(scoped(commandKey), (key) =>
          askEntity(backorderOf(backorderId).CheckNow({ commandKey: key, trigger: "operator" }))
        ),
      "Backorder.Cancel": ({ backorderId, commandKey, reason }) =>
        Effect.flatMap(scoped(commandKey), (key) =>
          askEntity(backorderOf(backorderId).Cancel({ commandKey: key, reason }))
        ),
      "Order.Get": ({ orderId }) => askEntity(orderOf(orderId).Get())
    })
  })
)
