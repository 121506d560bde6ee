import { Result, Schema, SchemaIssue } from "effect"
import type { MessageMetadata } from "./Message.ts"
import { SenderNumber } from "./SenderNumber.ts"

/** Longest text of a message, in characters: code points, as the sender counts them. */
export const longestBody = 1_000

/** Longest text of the metadata, in characters. */
const longestMetadata = 255

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

export const isMessageId = (text: string): boolean => uuid4.test(text)

const codePoints = (text: string): number => {
  let count = 0
  for (const _ of text) count += 1
  return count
}

// A code point has two code units at most, so that a text of any length is refused without being counted.
const isTooLong = (text: string): boolean =>
  text.length > longestBody && (text.length > 2 * longestBody || codePoints(text) > longestBody)

/** A NUL ends the text for whoever reads it in C; half of a surrogate pair cannot be written as UTF-8. */
const isSound = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

const soundly = "no NUL character and no half of a surrogate pair"

const Body = Schema.String.check(
  Schema.makeFilter((text: string) => text.trim() !== "", { expected: "a text that is not blank" }),
  Schema.makeFilter((text: string) => !isTooLong(text), { expected: `a text of at most ${longestBody} characters` }),
  Schema.makeFilter(isSound, { expected: `a text with ${soundly}` })
)

const said = Schema.optionalKey(
  Schema.NullOr(
    Schema.String.check(
      Schema.isMaxLength(longestMetadata),
      Schema.makeFilter(isSound, { expected: `a text with ${soundly}` })
    )
  )
)

/** The body of a submission, as clients write it. Fields that are not named here are ignored, null is as good as absent. */
export const MessageSubmission = Schema.Struct({
  sender_number: SenderNumber,
  message_body: Body,
  metadata: Schema.optionalKey(Schema.NullOr(Schema.Struct({ timestamp: said, client_id: said, domain: said }))),
  message_id: Schema.optionalKey(
    Schema.NullOr(Schema.String.check(Schema.isPattern(uuid4, { expected: "a UUID of version 4" })))
  )
})

/** What a client asks for, when all of it is right. */
export interface Submission {
  readonly messageId: string | null
  readonly senderNumber: string
  readonly body: string
  readonly metadata: MessageMetadata | null
}

export interface FieldProblem {
  readonly field: string
  readonly message: string
}

const decode = Schema.decodeUnknownResult(MessageSubmission, { errors: "all" })
const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Names the field and what was expected of it; never the value, which nobody else may see. */
const problemsOf = ({ issue }: Schema.SchemaError): ReadonlyArray<FieldProblem> => {
  const problems = new Map<string, FieldProblem>()
  for (const { message, path } of formatIssues(issue).issues) {
    const field = (path ?? []).map((segment) => String(typeof segment === "object" ? segment.key : segment)).join(".")
    if (!problems.has(field)) problems.set(field, { field, message })
  }
  return [...problems.values()]
}

const metadataOf = (metadata: typeof MessageSubmission.Type.metadata): MessageMetadata | null => {
  if (metadata === undefined || metadata === null) return null
  const { client_id: clientId, domain, timestamp } = metadata
  return {
    ...(typeof timestamp === "string" ? { timestamp } : {}),
    ...(typeof clientId === "string" ? { clientId } : {}),
    ...(typeof domain === "string" ? { domain } : {})
  }
}

/** Reads one submission, or says what is wrong with it, one problem a field; the field is empty when all of it is. */
export const readSubmission = (body: unknown): Result.Result<Submission, ReadonlyArray<FieldProblem>> =>
  Result.mapBoth(decode(body), {
    onFailure: problemsOf,
    onSuccess: (submission) => ({
      messageId: submission.message_id?.toLowerCase() ?? null,
      senderNumber: submission.sender_number,
      body: submission.message_body,
      metadata: metadataOf(submission.metadata)
    })
  })
