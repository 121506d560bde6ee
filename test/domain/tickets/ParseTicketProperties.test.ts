import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { countryOfAreaCode, geographicAreaCodes } from "../../../src/domain/numbers/AreaCodes.ts"
import { parseTicket } from "../../../src/domain/tickets/ParseTicket.ts"
import { heldOutTickets } from "./fixtures/HeldOutTickets.ts"
import { shownAnalysis } from "./fixtures/LabelledTicket.ts"
import { layoutTickets } from "./fixtures/LayoutTickets.ts"
import { noRequestTickets } from "./fixtures/NoRequestTickets.ts"
import { placeTickets } from "./fixtures/PlaceTickets.ts"
import { quantityTickets } from "./fixtures/QuantityTickets.ts"

const bare = (description: string): boolean =>
  !/^(?:--\s*|.*(?:regards|thanks|wrote|original message|forwarded).*)$/im.test(description)
const tickets = [...quantityTickets, ...placeTickets, ...layoutTickets, ...noRequestTickets, ...heldOutTickets].filter(
  (ticket) => ticket.description !== "" && bare(ticket.description)
)

const aTicket = fc.constantFrom(...tickets)
const aCode = fc.constantFrom(...geographicAreaCodes)
const digits = (length: number) => fc.integer({ min: 10 ** (length - 1), max: 10 ** length - 1 }).map(String)
const aPhone = fc
  .tuple(aCode, digits(3), digits(4), fc.constantFrom(" ", "-", "."))
  .map(([npa, nxx, line, mark]) => [npa, nxx, line].join(mark))
const aName = fc.constantFrom("John Smith", "Ann Lee", "Austin Dallas", "Maria de la Cruz", "J. R. Boston")

const aSignature = fc
  .record({
    mark: fc.constantFrom("-- ", "Regards,", "Best regards,", "Thanks,", "Kind regards", "Sincerely,", "Thank you,"),
    name: aName,
    phone: aPhone,
    mobile: aPhone,
    zip: digits(5),
    label: fc.constantFrom("Tel:", "T:", "Mobile:", "c:", "Phone", "Office:", "Fax:")
  })
  .map(({ label, mark, mobile, name, phone, zip }) =>
    [
      `${mark}`,
      name,
      "VP of 25 Numbers, Example Inc.",
      `${label} ${phone} ext. 12`,
      `+1 ${mobile}`,
      `350 Fifth Avenue, Suite 300, New York, NY ${zip}`
    ].join("\n")
  )

const aQuote = fc.constantFrom(
  "We need 25 numbers in 212.",
  "Please order 10 DIDs in Chicago.",
  "Cancel 5 numbers in 646.",
  "Tel: 212-555-0123"
)
const aTrail = fc.tuple(aQuote, aQuote, fc.nat(3)).map(([first, second, kind]) => {
  if (kind === 0) return `On Mon, Jan 5, 2026 at 3:14 PM, Support <help@example.com> wrote:\n> ${first}\n>\n> ${second}`
  if (kind === 1) return `-----Original Message-----\nFrom: Support\nSent: Monday\n\n${first}\n${second}`
  if (kind === 2)
    return `________________________________\nFrom: Support <help@example.com>\nSent: Monday, March 2, 2026\nTo: Ann\nSubject: RE: numbers\n\n${first}\n${second}`
  return `On Mon, 5 Jan 2026 Support\n<help@example.com> wrote:\n\n${first}\n${second}`
})

/** What the ticket says with something below it, and without. */
const unchangedBelow = (below: fc.Arbitrary<string>): void =>
  fc.assert(
    fc.property(aTicket, below, ({ description, subject }, text) => {
      const expected = shownAnalysis(parseTicket({ subject, description }))
      assert.strictEqual(shownAnalysis(parseTicket({ subject, description: `${description}\n\n${text}` })), expected)
    }),
    { numRuns: 300 }
  )

const plural = (quantity: number, noun: string): string => (quantity === 1 ? noun : `${noun}s`)
const aNoun = fc.constantFrom("number", "DID", "TN", "phone number", "long code", "local number")
const phrasings: ReadonlyArray<(quantity: number, noun: string, npa: string) => string> = [
  (quantity, noun, npa) => `We need ${quantity} ${plural(quantity, noun)} in ${npa}.`,
  (quantity, noun, npa) => `Please order ${quantity} ${plural(quantity, noun)} in area code ${npa}, thanks!`,
  (quantity, noun, npa) => `Could you provision ${quantity} new ${plural(quantity, noun)} from the ${npa} area code?`,
  (quantity, noun, npa) => `I'd like to purchase ${quantity} ${plural(quantity, noun)} with NPA ${npa}`,
  (quantity, noun, npa) => `Looking for ${quantity} additional ${plural(quantity, noun)} (${npa}).`,
  (quantity, noun, npa) =>
    `Please add ${plural(quantity, noun)} for our new office\nArea code: ${npa}\nQuantity: ${quantity}`,
  (quantity, noun, npa) => `Please provide ${quantity} ${plural(quantity, noun)} like ${npa}-XXX-XXXX`,
  (quantity, noun, npa) => `Please assign ${plural(2, noun)}:\n\n- ${npa}: ${quantity}`
]

describe("parseTicket on whatever comes", () => {
  it("never throws", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            "need",
            "5",
            "212",
            "numbers",
            "in",
            "and",
            ",",
            "each",
            "\n",
            "(",
            ")",
            "-",
            "New York",
            "not",
            "order",
            "port",
            "|",
            "the rest",
            "split",
            "10-15",
            "toll free",
            ":",
            "or",
            "250"
          ),
          { maxLength: 40 }
        )
        .map((words) => words.join(" "))
    )
    fc.assert(
      fc.property(anyText, anyText, (subject, description) => {
        const analysis = parseTicket({ subject, description })
        if (analysis._tag === "NumbersRequested") assert.isNotEmpty(analysis.lines)
        if (analysis._tag === "ClarificationNeeded") assert.isNotEmpty(analysis.questions)
      }),
      { numRuns: 2000 }
    )
  })

  it("is not changed by a signature", () => unchangedBelow(aSignature))

  it("is not changed by a quoted trail", () => unchangedBelow(aTrail))

  it("is not changed by a signature and a trail", () =>
    unchangedBelow(fc.tuple(aSignature, aTrail).map(([signature, trail]) => `${signature}\n\n${trail}`)))

  it("reads a simple request in any phrasing exactly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 199 }),
        aNoun,
        aCode,
        fc.constantFrom(...phrasings),
        (quantity, noun, npa, phrasing) => {
          const description = phrasing(quantity, noun, npa)
          const country = countryOfAreaCode(npa) === "CA" ? " [CA]" : ""
          assert.strictEqual(
            shownAnalysis(parseTicket({ subject: "", description })),
            `${quantity} ${npa}${country}`,
            description
          )
        }
      ),
      { numRuns: 1000 }
    )
  })

  it("reads two requests of one ticket exactly", () => {
    const aWish = fc.tuple(fc.integer({ min: 1, max: 99 }), aCode)
    fc.assert(
      fc.property(aWish, aWish, fc.constantFrom("and", "\n", ", "), ([first, here], [second, there], joint) => {
        fc.pre(here !== there)
        const analysis = parseTicket({
          subject: "",
          description: `Please order ${first} in ${here} ${joint} ${second} in ${there}`
        })
        const quantities =
          analysis._tag === "NumbersRequested"
            ? analysis.lines.map(({ locality, quantity }) => [locality.npa, quantity])
            : []
        assert.deepStrictEqual(quantities, [
          [here, first],
          [there, second]
        ])
      }),
      { numRuns: 500 }
    )
  })
})
