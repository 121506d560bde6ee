import type { Locality, RequestedLine } from "../numbers/RequestedLine.ts"
import type { NumberVendor } from "../numbers/PhoneNumber.ts"
import type { Delivery, FailedNumber } from "./Order.ts"

/** What became of one line of a ticket. */
export interface LineOutcome {
  readonly line: RequestedLine
  readonly bought: ReadonlyArray<{
    readonly vendor: NumberVendor
    readonly numbers: ReadonlyArray<string>
    readonly vendorOrderIds: ReadonlyArray<string>
  }>
  readonly skippedVendors: ReadonlyArray<{ readonly vendor: NumberVendor; readonly detail: string }>
  readonly delivery: Delivery
  /** Why what was bought could not be carried into the inventory at all. */
  readonly deliveryFailure: string | null
  /** `failure`: the vendor took no back-order, and why. */
  readonly backorder: {
    readonly vendorOrderId: string | null
    readonly quantity: number
    readonly failure: string | null
  } | null
}

const vendorNames: Record<NumberVendor, string> = { plivo: "Plivo", inteliquent: "Inteliquent" }

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

/** `212`, `212-555`, `Austin, TX`, `TX` or `toll-free`. */
export const placeName = (locality: Locality): string => {
  if (locality.npa !== undefined) return locality.nxx === undefined ? locality.npa : `${locality.npa}-${locality.nxx}`
  if (locality.city !== undefined) return `${locality.city}, ${locality.region ?? ""}`
  return locality.region ?? "toll-free"
}

const list = (numbers: ReadonlyArray<string>) => numbers.map((e164) => `  ${e164}`)

const failures = (failed: ReadonlyArray<FailedNumber>) => failed.map(({ detail, e164 }) => `  ${e164}: ${detail}`)

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [title, ...lines]

const overallResult = (delivery: Delivery): string => {
  const wrong = delivery.addFailed.length + delivery.blockFailed.length
  if (wrong === 0) return "success"
  return delivery.added.length === 0 ? "failed" : "partial"
}

/** The lines of a ticket comment that tell what was added and blocked, and what was not and why. */
export const deliveryText = (delivery: Delivery): ReadonlyArray<string> => [
  `Result: ${overallResult(delivery)}. Added to inventory: ${delivery.added.length}, not added: ${delivery.addFailed.length}, ` +
    `blocked: ${delivery.blocked.length}, not blocked: ${delivery.blockFailed.length}.`,
  ...(delivery.inventoryLogId === null ? [] : [`Inventory log: ${delivery.inventoryLogId}`]),
  ...section("Added to inventory and blocked:", list(delivery.blocked)),
  ...section("Added to inventory but not blocked:", failures(delivery.blockFailed)),
  ...section("Not added to inventory:", failures(delivery.addFailed))
]

const backorderText = (backorder: LineOutcome["backorder"], place: string): ReadonlyArray<string> => {
  if (backorder === null) return []
  const what = `${plural(backorder.quantity, "number")} in ${place}`
  if (backorder.failure !== null) return [`Not ordered: ${what} could not be back-ordered (${backorder.failure}).`]
  const order = backorder.vendorOrderId === null ? "" : `, order ${backorder.vendorOrderId}`
  return [`Back-ordered: ${what}${order}. This ticket is updated when they arrive.`]
}

const lineText = (outcome: LineOutcome): ReadonlyArray<string> => {
  const { backorder, bought, delivery, deliveryFailure, line, skippedVendors } = outcome
  const place = placeName(line.locality)
  if (line.kind === "tollFree") {
    return [`${place}: ${plural(line.quantity, "number")} asked for. Toll-free numbers are not ordered automatically.`]
  }
  const total = bought.reduce((sum, each) => sum + each.numbers.length, 0)
  return [
    `${place} (${line.country}): ${plural(line.quantity, "number")} asked for, ${total} ordered, ${backorder?.failure === null ? backorder.quantity : 0} back-ordered.`,
    ...bought
      .filter((each) => each.numbers.length > 0)
      .map((each) => {
        const ids = each.vendorOrderIds.length === 0 ? "" : ` (order ${each.vendorOrderIds.join(", ")})`
        return `Ordered from ${vendorNames[each.vendor]}: ${each.numbers.length}${ids}`
      }),
    ...skippedVendors.map((each) => `${vendorNames[each.vendor]} could not be used: ${each.detail}`),
    ...(total === 0 || deliveryFailure !== null ? [] : deliveryText(delivery)),
    ...section(
      `Bought, but not carried into the inventory (${deliveryFailure}):`,
      deliveryFailure === null ? [] : list(bought.flatMap((each) => each.numbers))
    ),
    ...backorderText(backorder, place)
  ]
}

const withMarker = (lines: ReadonlyArray<string>, marker: string) => [...lines, "", `Ref: ${marker}`].join("\n")

/** Each comment carries a reference of its own, by which it is found again; the full stop keeps 1 apart from 12. */
export const markers = {
  answer: (orderId: string, generation: number) => `tandem-${orderId}-answer-${generation}.`,
  delivery: (backorderId: string, receivedBefore: number) => `tandem-bo-${backorderId}-delivery-${receivedBefore}.`,
  status: (backorderId: string, count: number) => `tandem-bo-${backorderId}-status-${count}.`,
  end: (backorderId: string) => `tandem-bo-${backorderId}-end.`
}

export const answerText = (outcomes: ReadonlyArray<LineOutcome>, marker: string): string =>
  withMarker(
    ["Your number order:", "", ...outcomes.flatMap((outcome) => [...lineText(outcome), ""])].slice(0, -1),
    marker
  )

export const questionText = (questions: ReadonlyArray<string>, marker: string): string =>
  withMarker(
    [
      "This looks like an order of phone numbers, but a person has to answer first:",
      ...questions.map((question) => `- ${question}`)
    ],
    marker
  )

export const failureText = (detail: string, bought: ReadonlyArray<string>, marker: string): string =>
  withMarker(
    [
      "This order could not be completed automatically and needs a person.",
      `Reason: ${detail}`,
      ...section("Bought so far:", list(bought))
    ],
    marker
  )

interface BackorderFacts {
  readonly vendorOrderId: string | null
  readonly place: string
  readonly quantity: number
  readonly received: number
}

const backorderName = (facts: BackorderFacts) =>
  `Back-order ${facts.vendorOrderId ?? "(not yet placed)"} for ${plural(facts.quantity, "number")} in ${facts.place}`

export const backorderDeliveryText = (
  facts: BackorderFacts,
  numbers: ReadonlyArray<string>,
  delivery: Delivery,
  marker: string
): string =>
  withMarker(
    [
      `${backorderName(facts)}: ${plural(numbers.length, "number")} arrived, ${facts.received} of ${facts.quantity} in all.`,
      ...deliveryText(delivery)
    ],
    marker
  )

export const backorderStatusText = (
  facts: BackorderFacts & { readonly status: string; readonly dueAt: string | null; readonly nextCheckAt: string },
  marker: string
): string =>
  withMarker(
    [
      `${backorderName(facts)}: status ${facts.status.toUpperCase()}, ${facts.received} of ${facts.quantity} received.`,
      `Estimated completion: ${facts.dueAt ?? "not given by the vendor"}. Next check: ${facts.nextCheckAt}.`
    ],
    marker
  )

export const backorderEndText = (facts: BackorderFacts, outcome: string, marker: string): string =>
  withMarker([`${backorderName(facts)} ${outcome}: ${facts.received} of ${facts.quantity} received.`], marker)
