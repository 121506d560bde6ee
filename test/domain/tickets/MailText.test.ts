import { assert, describe, it } from "@effect/vitest"
import { splitMail } from "../../../src/domain/tickets/QuotedTrail.ts"
import { withoutBullets } from "../../../src/domain/tickets/Sentences.ts"
import { withoutSignature } from "../../../src/domain/tickets/Signature.ts"
import { rewriteTables } from "../../../src/domain/tickets/Tables.ts"
import { maxTicketLength, plainText, unwrapped } from "../../../src/domain/tickets/TicketText.ts"

const own = (text: string): string => splitMail(text, false).own.trim()
const unsigned = (text: string): string => withoutSignature(text).trim()

describe("quoted trails", () => {
  it("end a mail", () => {
    assert.strictEqual(own("Yes.\n\nOn Mon, Bob <b@example.com> wrote:\n> 5 numbers"), "Yes.")
    assert.strictEqual(own("Yes.\n\nOn Mon, 5 Jan 2026 at 9:00, Bob\n<b@example.com>\nwrote:\n\n5 numbers"), "Yes.")
    assert.strictEqual(own("Yes.\n-----Original Message-----\nFrom: Bob\n5 numbers"), "Yes.")
    assert.strictEqual(own("Yes.\nFrom: Bob\nSent: Monday\nTo: Ann\nSubject: x\n\n5 numbers"), "Yes.")
    assert.strictEqual(own("Yes.\n##- Please type your reply above this line -##\n5 numbers"), "Yes.")
  })

  it("may stand above the answer", () => {
    assert.strictEqual(own("On Mon, Bob wrote:\n> How many?\n\nFive."), "Five.")
    assert.strictEqual(own("> How many?\nFive.\n> Where?\nIn 212."), "Five.\nIn 212.")
  })

  it("are not seen where there is none", () => {
    const text = "On Monday we need 5 numbers.\nFrom: our Chicago office\nThanks"
    assert.strictEqual(own(text), text)
  })

  it("are passed on when they are forwarded", () => {
    const forwarded = "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\nSubject: x\n\n5 numbers in 212\n> old"
    assert.strictEqual(splitMail(forwarded, false).forwarded.trim(), "5 numbers in 212")
    assert.strictEqual(
      splitMail("From: Bob\nSent: x\nTo: y\nSubject: z\n\n5 numbers", false).forwarded.trim(),
      "5 numbers"
    )
    assert.strictEqual(
      splitMail("See below\n-----Original Message-----\nFrom: Bob\n\n5 numbers", true).forwarded.trim(),
      "5 numbers"
    )
  })
})

describe("signatures", () => {
  it("are taken off with all that follows", () => {
    assert.strictEqual(unsigned("Order 5 in 212.\n-- \nBob\nTel: 212-555-0123"), "Order 5 in 212.")
    assert.strictEqual(unsigned("Order 5 in 212.\n\nKind regards,\nBob\nExample Inc."), "Order 5 in 212.")
    assert.strictEqual(unsigned("Order 5 in 212.\nThanks, Bob"), "Order 5 in 212.")
  })

  it("leave what is asked for below them", () => {
    assert.include(unsigned("Order 5 in 212.\nThanks,\nBob\n\nPS: and 2 in 646"), "2 in 646")
    assert.include(unsigned("Order these.\nThanks\n\n212 - 5\n646 - 10"), "646 - 10")
    assert.include(unsigned("Thanks!\n\nWe need 5 numbers in 212."), "5 numbers")
  })

  it("are known by contacts and addresses without any mark", () => {
    assert.strictEqual(unsigned("Order 5 in 212.\nc: 212-555-0123\nAustin, TX 78701"), "Order 5 in 212.")
    assert.include(unsigned("We need 3 numbers in Beverly Hills, CA 90210"), "3 numbers")
  })

  it("are not greetings, which go as well", () => assert.strictEqual(unsigned("Hi Austin,\nOrder 5."), "Order 5."))
})

describe("layout", () => {
  it("of tables becomes sentences", () => {
    assert.strictEqual(rewriteTables("NPA | Qty\n--|--\n212 | 5\n646 | 0"), "5 numbers in area code 212\n")
    assert.strictEqual(
      rewriteTables("City\tState\tQty\nReno\tNV\t5\nTotal\t\t5"),
      "5 numbers in Reno, NV\nTotal: 5 numbers"
    )
    assert.strictEqual(rewriteTables("Type,Qty\nToll-free,3"), "3 toll-free numbers")
    assert.strictEqual(rewriteTables("a | b\n1 | 2"), "a | b\n1 | 2")
  })

  it("of lists loses bullets and counters, not quantities", () => {
    assert.strictEqual(withoutBullets("- 5 in 212\n* 6 in 646\n1. a\n2) b\n5. c"), "5 in 212\n6 in 646\na\nb\n5. c")
  })

  it("of wrapped lines is undone", () => {
    const wrapped =
      "We would like to order ten new telephone numbers for our office in\nNew York, please.\n212 - 5\n646 - 6"
    assert.deepStrictEqual(unwrapped(wrapped).split("\n").length, 3)
  })

  it("of HTML, Unicode and Markdown is made plain", () => {
    assert.strictEqual(plainText("<p>10\u201315&nbsp;<b>numbers</b><br/>in **212**"), " 10-15  numbers \nin 212")
    assert.strictEqual(plainText("x".repeat(2 * maxTicketLength)).length, maxTicketLength)
  })
})
