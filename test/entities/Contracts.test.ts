import { assert, describe, it } from "@effect/vitest"
import type { Schema } from "effect"
import { SchemaBinary } from "effect/encoding"
import { Rpc } from "effect/rpc"
import { Backorder } from "../../src/entities/Backorder.ts"
import { FraudAlert } from "../../src/entities/FraudAlert.ts"
import { FraudRules } from "../../src/entities/FraudRules.ts"
import { FraudWatch } from "../../src/entities/FraudWatch.ts"
import { Gateway } from "../../src/entities/Gateway.ts"
import { GatewayRules } from "../../src/entities/GatewayRules.ts"
import { ListEntry } from "../../src/entities/ListEntry.ts"
import { Order } from "../../src/entities/Order.ts"
import { PhoneNumber } from "../../src/entities/PhoneNumber.ts"

const entities = [Backorder, FraudAlert, FraudRules, FraudWatch, Gateway, GatewayRules, ListEntry, Order, PhoneNumber]

const refusalOf = (schema: Schema.Top): string | undefined => {
  try {
    SchemaBinary.toCodec(schema)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** An actor on another node is asked in a binary form that some schemas do not have; one on the same node never shows it. */
describe("what actors are asked and answer", () => {
  for (const { protocol, type } of entities) {
    it(`can be sent from node to node: ${type}`, () => {
      for (const [name, rpc] of protocol.requests) {
        assert.isUndefined(refusalOf(rpc.payloadSchema), `${name}'s payload`)
        assert.isUndefined(refusalOf(Rpc.exitSchema(rpc)), `${name}'s answer`)
      }
    })
  }
})
