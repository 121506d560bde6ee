import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Backorder } from "../../src/entities/Backorder.ts"
import { Order } from "../../src/entities/Order.ts"
import type { FaultRule } from "../../src/simulators/faults/FaultRule.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"
import { eventually } from "../fixtures/PlaneRequests.ts"

export const vendorOrders = Effect.gen(function* () {
  return (yield* (yield* Sandbox).ledger).inteliquent.backorders
})

export const vendorOrder = Effect.flatMap(vendorOrders, ([order]) => {
  assert(order)
  return Effect.succeed(order)
})

export const openOrders = Effect.map(vendorOrders, (orders) => orders.filter((order) => order.status === "Pending"))

/** The comments that tell of a back-order, oldest first. */
export const comments = Effect.gen(function* () {
  const { zendesk } = yield* (yield* Sandbox).ledger
  return (zendesk.tickets[0]?.comments ?? []).map(({ body }) => body).filter((body) => body.includes("tandem-bo-"))
})

export const commentWith = (text: string) => eventually(comments, (all) => all.some((body) => body.includes(text)))

export const e164s = (tns: ReadonlyArray<string>) => tns.map((tn) => `+1${tn}`)

/** A ticket for 7 numbers that nobody has for sale: all are back-ordered, under faults if there are any. */
export const sevenWanted = Effect.fnUntraced(function* (faults: ReadonlyArray<FaultRule> = []) {
  const sandbox = yield* Sandbox
  yield* sandbox.setStock("plivo", { npa: "212", count: 0 })
  yield* sandbox.setStock("inteliquent", { npa: "212", count: 0 })
  yield* sandbox.setFaults(faults)
  const ticket = yield* sandbox.openTicket({
    subject: "Number order",
    description: "Hello, please order 7 numbers in area code 212."
  })
  const orderId = String(ticket.id)
  const backorder = (yield* Backorder.client)(`${orderId}-1`)
  const order = (yield* Order.client)(orderId)
  const isStatus = (wanted: string) =>
    eventually(Effect.option(backorder.Get()), (state) => Option.isSome(state) && state.value.status === wanted)
  const orderIs = (wanted: string) =>
    eventually(Effect.option(order.Get()), (state) => Option.isSome(state) && state.value.status === wanted)
  return { sandbox, orderId, backorder, order, isStatus, orderIs }
})

/** The same once the vendor has taken the back-order; it tells us nothing more of it by itself. */
export const placed = Effect.gen(function* () {
  const all = yield* sevenWanted()
  yield* all.orderIs("backordered")
  yield* all.sandbox.setWebhooks({ inteliquent: null })
  return { ...all, vendorOrderId: (yield* vendorOrder).orderId }
})
