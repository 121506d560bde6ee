import { Effect } from "effect"
import { Backorder } from "../entities/Backorder.ts"
import { Order } from "../entities/Order.ts"
import { PhoneNumber } from "../entities/PhoneNumber.ts"
import { makeCertificateRpcHandlers } from "./CertificateRpcHandlers.ts"
import { askEntity } from "./EntityCall.ts"
import { makeFraudRpcHandlers } from "./FraudRpcHandlers.ts"
import { scopedKey } from "./RpcCommandKey.ts"
import { TandemRpcs } from "./RpcContract.ts"

export const RpcHandlersLive = TandemRpcs.toLayer(
  Effect.gen(function* () {
    const numberOf = yield* PhoneNumber.client
    const backorderOf = yield* Backorder.client
    const orderOf = yield* Order.client
    const ofFraud = yield* makeFraudRpcHandlers
    const ofCertificates = yield* makeCertificateRpcHandlers
    return TandemRpcs.of({
      ...ofFraud,
      ...ofCertificates,
      "PhoneNumber.Get": ({ e164 }) => askEntity(numberOf(e164).Get()),
      "PhoneNumber.Block": ({ e164, commandKey }) =>
        Effect.flatMap(scopedKey(commandKey), (key) => askEntity(numberOf(e164).Block({ commandKey: key }))),
      "PhoneNumber.Unblock": ({ e164, commandKey }) =>
        Effect.flatMap(scopedKey(commandKey), (key) => askEntity(numberOf(e164).Unblock({ commandKey: key }))),
      "PhoneNumber.Release": ({ e164, commandKey, reason }) =>
        Effect.flatMap(scopedKey(commandKey), (key) => askEntity(numberOf(e164).Release({ commandKey: key, reason }))),
      "Backorder.Get": ({ backorderId }) => askEntity(backorderOf(backorderId).Get()),
      "Backorder.CheckNow": ({ backorderId, commandKey }) =>
        Effect.flatMap(scopedKey(commandKey), (key) =>
          askEntity(backorderOf(backorderId).CheckNow({ commandKey: key, trigger: "operator" }))
        ),
      "Backorder.Cancel": ({ backorderId, commandKey, reason }) =>
        Effect.flatMap(scopedKey(commandKey), (key) =>
          askEntity(backorderOf(backorderId).Cancel({ commandKey: key, reason }))
        ),
      "Order.Get": ({ orderId }) => askEntity(orderOf(orderId).Get())
    })
  })
)
