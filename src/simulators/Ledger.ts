import { tenDigits } from "./numbers/NanpDigits.ts"
import type { Order } from "./inteliquent/InteliquentState.ts"
import type { SandboxCore } from "./SandboxCore.ts"
import { isoTime } from "./wire/Vendor.ts"

const orderEntry = (order: Order) => ({
  orderId: order.orderId,
  reference: order.reference,
  status: order.status,
  quantity: order.quantity,
  npa: order.npa,
  at: order.at,
  closedAt: order.closedAt,
  tns: order.items.map(({ number }) => tenDigits(number))
})

const plivoLedger = (core: SandboxCore) => {
  const rows = core.plivo.rented.values()
  return {
    rented: rows.filter((row) => row.releasedAt === null),
    released: rows.filter((row) => row.releasedAt !== null),
    calls: core.calls.countOf("plivo")
  }
}

const inteliquentLedger = (core: SandboxCore) => {
  const orders = core.inteliquent.orders.values()
  return {
    orders: orders.filter(({ kind }) => kind === "tnOrder").map(orderEntry),
    backorders: orders
      .filter(({ kind }) => kind === "tnRequest")
      .map((order) => ({ ...orderEntry(order), filled: order.items.length })),
    reserved: core.inteliquent.reservations.values().map(({ number, untilMillis }) => ({
      tn: tenDigits(number),
      number,
      until: isoTime(untilMillis)
    })),
    sold: core.inteliquent.sold.values().map((row) => ({ tn: tenDigits(row.number), ...row })),
    calls: core.calls.countOf("inteliquent")
  }
}

const mcpLedger = (core: SandboxCore) => ({
  inventory: core.mcp.inventory.values(),
  blockCalls: core.mcp.blockCalls.values(),
  blocked: core.mcp.blocked.keys().map((number) => ({ number, at: core.mcp.blocked.get(number) ?? "" })),
  calls: core.calls.countOf("mcp")
})

const zendeskLedger = (core: SandboxCore) => ({
  tickets: core.tickets.list().map((ticket) => ({ ...ticket, comments: core.tickets.comments(ticket.id) })),
  calls: core.calls.countOf("zendesk")
})

/** What the vendors sold and to which reference: the truth that a test compares with. */
export const ledgerOf = (core: SandboxCore) => ({
  plivo: plivoLedger(core),
  inteliquent: inteliquentLedger(core),
  mcp: mcpLedger(core),
  zendesk: zendeskLedger(core),
  openai: { calls: core.calls.countOf("openai"), questions: core.openai.questions() },
  notifications: { waiting: core.outbox.waiting(), ended: core.outbox.outcomes() }
})

export type Ledger = ReturnType<typeof ledgerOf>
