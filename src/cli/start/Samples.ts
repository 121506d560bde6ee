import { Effect } from "effect"
import type { StockChange } from "../../simulators/numbers/Stock.ts"
import type { Sandbox } from "../../simulators/Sandbox.ts"

type SandboxService = Sandbox["Service"]

interface Sample {
  /** By which the ticket is known when it was opened before. */
  readonly tag: string
  readonly subject: string
  readonly description: string
  readonly plivo: StockChange
  readonly inteliquent: StockChange
}

/** So long after it was placed, the sandbox fills the sample's back-order. */
export const fillAfterMillis = 4_000

const samples: ReadonlyArray<Sample> = [
  {
    tag: "tandem_sample_plivo",
    subject: "The new office",
    description: "Hello, please order 5 local numbers with area code 212 for our new office. Thank you!",
    plivo: { npa: "212", count: 20 },
    inteliquent: { npa: "212", count: 20 }
  },
  {
    tag: "tandem_sample_shortfall",
    subject: "More numbers for the campaign",
    description: "We need ten long codes in the 646 area for the autumn campaign.",
    plivo: { npa: "646", count: 6 },
    inteliquent: { npa: "646", count: 20 }
  },
  {
    tag: "tandem_sample_backorder",
    subject: "Alaska",
    description: "Could we get four local phone numbers with the area code 907, please?",
    plivo: { npa: "907", count: 1 },
    inteliquent: { npa: "907", count: 0 }
  }
]

const ticketOf = Effect.fnUntraced(function* (sandbox: SandboxService, tag: string) {
  const { zendesk } = yield* sandbox.ledger
  return zendesk.tickets.find((ticket) => ticket.tags.includes(tag))
})

/** Opens one ticket, with vendors that have just what it shall show; one that was opened before stays as it is. */
const openOnce = Effect.fnUntraced(function* (sandbox: SandboxService, sample: Sample) {
  const known = yield* ticketOf(sandbox, sample.tag)
  if (known !== undefined) return { ticketId: String(known.id), opened: false }
  yield* sandbox.setStock("plivo", sample.plivo)
  yield* sandbox.setStock("inteliquent", sample.inteliquent)
  const ticket = yield* sandbox.openTicket({
    subject: sample.subject,
    description: sample.description,
    tags: [sample.tag]
  })
  return { ticketId: String(ticket.id), opened: true }
})

/** The three tickets that show what Tandem does: one for Plivo alone, one that needs both vendors, one that must wait. */
export const openSamples = (sandbox: SandboxService) => Effect.forEach(samples, (sample) => openOnce(sandbox, sample))
