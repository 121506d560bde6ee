import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { isMessageId, longestBody, readSubmission } from "../../../src/domain/messaging/MessageSubmission.ts"

const good = { sender_number: "+2348031234567", message_body: "Your code is 4711" }

const fieldsOf = (body: unknown) => {
  const read = readSubmission(body)
  return Result.isFailure(read) ? read.failure.map(({ field }) => field) : []
}

const valid = fc.record(
  {
    sender_number: fc.stringMatching(/^\+[1-9]\d{1,14}$/),
    message_body: fc
      .string({ unit: "binary", minLength: 1, maxLength: longestBody })
      .filter((text) => text.trim() !== "" && !text.includes("\0")),
    message_id: fc.option(fc.uuid({ version: 4 })),
    metadata: fc.option(
      fc.record(
        { timestamp: fc.string(), client_id: fc.option(fc.string()), domain: fc.string() },
        { requiredKeys: [] }
      )
    )
  },
  { requiredKeys: ["sender_number", "message_body"] }
)

describe("a submission", () => {
  it("is read", () => {
    const messageId = "7F000001-8ABC-4DEF-8123-0123456789AB"
    const read = readSubmission({
      ...good,
      message_id: messageId,
      metadata: { client_id: "bank", timestamp: null, campaign: "ignored" },
      more: "ignored"
    })
    assert.deepStrictEqual(Result.getOrThrow(read), {
      messageId: messageId.toLowerCase(),
      senderNumber: good.sender_number,
      body: good.message_body,
      metadata: { clientId: "bank" }
    })
    assert.deepStrictEqual(fieldsOf({ ...good, metadata: null, message_id: null }), [])
  })

  it("of any valid kind is read as it was written", () => {
    fc.assert(
      fc.property(valid, (submission) => {
        const read = Result.getOrThrow(readSubmission(submission))
        assert.strictEqual(read.body, submission.message_body)
        assert.strictEqual(read.senderNumber, submission.sender_number)
        assert.isTrue(read.messageId === null || isMessageId(read.messageId))
        assert.strictEqual(read.metadata === null, (submission.metadata ?? null) === null)
      })
    )
  })

  it("has characters counted as people count them", () => {
    assert.deepStrictEqual(fieldsOf({ ...good, message_body: "😀".repeat(longestBody) }), [])
    assert.deepStrictEqual(fieldsOf({ ...good, message_body: "😀".repeat(longestBody + 1) }), ["message_body"])
    assert.deepStrictEqual(fieldsOf({ ...good, message_body: "a".repeat(longestBody + 1) }), ["message_body"])
  })

  it("that is wrong names each wrong field once, and no value", () => {
    const secret = "+23480312345678901234"
    const read = readSubmission({ sender_number: secret, message_body: " \n\t", message_id: "1", metadata: "m" })
    assert(Result.isFailure(read))
    assert.deepStrictEqual(
      read.failure.map(({ field }) => field),
      ["sender_number", "message_body", "metadata", "message_id"]
    )
    assert.notInclude(JSON.stringify(read.failure), secret)
    for (const { message } of read.failure) assert.match(message, /^Expected /)
    assert.deepStrictEqual(fieldsOf({}), ["sender_number", "message_body"])
    assert.deepStrictEqual(fieldsOf({ ...good, metadata: { domain: "d".repeat(256), client_id: 7 } }), [
      "metadata.client_id",
      "metadata.domain"
    ])
    for (const nothing of [null, undefined, "text", [], 7]) assert.isNotEmpty(fieldsOf(nothing))
  })

  it("holds no character that is not a text's", () => {
    for (const text of ["a\0b", "\ud800", "half \udc00 pair"]) {
      assert.deepStrictEqual(fieldsOf({ ...good, message_body: text }), ["message_body"])
      assert.deepStrictEqual(fieldsOf({ ...good, metadata: { domain: text } }), ["metadata.domain"])
    }
    assert.deepStrictEqual(fieldsOf({ ...good, message_id: "7f000001-8abc-1def-8123-0123456789ab" }), ["message_id"])
  })

  it("of any kind is answered, never by an exception", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const read = readSubmission(body)
        if (Result.isFailure(read)) assert.isNotEmpty(read.failure)
      })
    )
  })
})
