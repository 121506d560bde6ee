import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { NanpE164 } from "../domain/numbers/E164.ts"
import * as Backorder from "../entities/Backorder.ts"
import * as Order from "../entities/Order.ts"
import * as PhoneNumber from "../entities/PhoneNumber.ts"
import type { ApiRole } from "../domain/access/ApiRole.ts"
import { RequiredRole } from "./api/Authorization.ts"
import * as Domain from "./api/DomainProblems.ts"
import { BackorderId, OrderId, Reason } from "./api/Parameters.ts"
import { CertificateRpcs } from "./CertificateRpcs.ts"
import { FraudRpcs } from "./FraudRpcs.ts"
import { RpcAuthorization } from "./RpcAuthorization.ts"
import { RpcCommandKey, rpcProblems } from "./RpcCommandKey.ts"

const orderError = Schema.Union([Domain.OrderUnknown, Domain.OrderStatusRefused, ...rpcProblems])

const numberError = Schema.Union([
  Domain.NumberUnknown,
  Domain.NumberNotAvailable,
  Domain.NumberStatusRefused,
  Domain.NumberActionRefused,
  ...rpcProblems
])

const backorderError = Schema.Union([
  Domain.BackorderUnknown,
  Domain.BackorderStatusRefused,
  Domain.BackorderActionRefused,
  ...rpcProblems
])

const number = { e164: NanpE164 }
const numberCommand = { ...number, commandKey: RpcCommandKey }
const backorder = { backorderId: BackorderId }
const backorderCommand = { ...backorder, commandKey: RpcCommandKey }

const viewer: ApiRole = "viewer"
const operator: ApiRole = "operator"

const numbers = RpcGroup.make(
  Rpc.make("PhoneNumber.Get", { payload: number, success: PhoneNumber.Get.successSchema, error: numberError }).annotate(
    RequiredRole,
    viewer
  ),
  Rpc.make("PhoneNumber.Block", {
    payload: numberCommand,
    success: PhoneNumber.Block.successSchema,
    error: numberError
  }).annotate(RequiredRole, operator),
  Rpc.make("PhoneNumber.Unblock", {
    payload: numberCommand,
    success: PhoneNumber.Unblock.successSchema,
    error: numberError
  }).annotate(RequiredRole, operator),
  Rpc.make("PhoneNumber.Release", {
    payload: { ...numberCommand, reason: Reason },
    success: PhoneNumber.Release.successSchema,
    error: numberError
  }).annotate(RequiredRole, operator)
)

const backorders = RpcGroup.make(
  Rpc.make("Backorder.Get", {
    payload: backorder,
    success: Backorder.Get.successSchema,
    error: backorderError
  }).annotate(RequiredRole, viewer),
  Rpc.make("Backorder.CheckNow", {
    payload: backorderCommand,
    success: Backorder.CheckNow.successSchema,
    error: backorderError
  }).annotate(RequiredRole, operator),
  Rpc.make("Backorder.Cancel", {
    payload: { ...backorderCommand, reason: Reason },
    success: Backorder.Cancel.successSchema,
    error: backorderError
  }).annotate(RequiredRole, operator)
)

const orders = RpcGroup.make(
  Rpc.make("Order.Get", {
    payload: { orderId: OrderId },
    success: Order.Get.successSchema,
    error: orderError
  }).annotate(RequiredRole, viewer)
)

/**
 * What internal services may ask the actors, straight and typed: their state, and an operator's commands. What actors and
 * workflows tell each other is not here. Errors are the API's problems.
 */
export class TandemRpcs extends numbers
  .merge(backorders, orders, FraudRpcs, CertificateRpcs)
  .middleware(RpcAuthorization) {}

/** Where they are served, as JSON over HTTP. */
export const rpcPath = "/rpc"
