import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { Audit } from "../../src/layers/storage/Audit.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"

interface NumberRow {
  readonly e164: string
  readonly vendor: string
  readonly status: string
  readonly order_id: string
}

interface OrderRow {
  readonly order_id: string
  readonly status: string
  readonly ordered: number
}

const e164 = (digits: string) => (digits.length === 10 ? `+1${digits}` : `+${digits}`)

const sorted = (numbers: Iterable<string>) => [...numbers].sort()

/** How many comments carry the reference of the ticket's answer. */
const answersOf = (ticket: {
  readonly id: number | string
  readonly comments: ReadonlyArray<{ readonly body: string }>
}) => ticket.comments.filter((comment) => comment.body.includes(`Ref: tandem-${ticket.id}-answer-1.`)).length

/** Holds the vendors' ledgers against our journal: what was sold to us is what we know, once, and every ticket is answered. */
export const compareBooks = Effect.fnUntraced(function* (asked: ReadonlyMap<string, number>) {
  const sandbox = yield* Sandbox
  const sql = yield* SqlClient.SqlClient
  const ledger = yield* sandbox.ledger
  const numbers = yield* sql<NumberRow>`SELECT e164, vendor, status, order_id FROM numbers WHERE status <> 'released'`
  const orders = yield* sql<OrderRow>`SELECT order_id, status, ordered FROM orders`

  const oursAt = (vendor: string) => sorted(numbers.filter((row) => row.vendor === vendor).map((row) => row.e164))
  assert.deepStrictEqual(oursAt("plivo"), sorted(ledger.plivo.rented.map((row) => e164(row.number))), "Plivo's books")
  assert(
    ledger.plivo.rented.every((row) => row.times === 1),
    "nothing was bought twice at Plivo"
  )
  assert.deepStrictEqual(
    oursAt("inteliquent"),
    sorted(ledger.inteliquent.sold.map((row) => e164(row.tn))),
    "Inteliquent's books"
  )
  const references = [...ledger.inteliquent.orders, ...ledger.inteliquent.backorders]
    .filter((order) => order.status !== "Canceled")
    .map((order) => order.reference)
  assert.strictEqual(new Set(references).size, references.length, "no order was placed twice")

  assert.deepStrictEqual(
    numbers.filter((row) => row.status !== "blocked").map((row) => `${row.e164} ${row.status}`),
    [],
    "every number went all the way"
  )
  assert.deepStrictEqual(
    sorted(ledger.mcp.inventory.map((row) => e164(row.number))),
    sorted(numbers.map((n) => n.e164))
  )

  for (const [ticketId, quantity] of asked) {
    const order = orders.find((row) => row.order_id === ticketId)
    assert.strictEqual(order?.status, "completed", `ticket ${ticketId}`)
    const held = numbers.filter((row) => row.order_id === ticketId).length
    assert.strictEqual(held, quantity, `numbers of ticket ${ticketId}`)
  }
  const answers = ledger.zendesk.tickets.map((ticket) => [String(ticket.id), answersOf(ticket)] as const)
  assert.deepStrictEqual(
    answers.filter(([, count]) => count !== 1),
    [],
    "every ticket is answered once"
  )
  const report = yield* Effect.flatMap(Audit, (audit) => audit.verify)
  assert.deepStrictEqual(report.findings, [])
  return {
    numbers: numbers.length,
    tickets: orders.length,
    events: report.events,
    backorders: ledger.inteliquent.backorders.length
  }
})
