import { Effect, Result, Schema } from "effect"
import { hash } from "node:crypto"

/** `value` is absent for an answer that says nothing but "done". */
const Answer = Schema.Struct({ refused: Schema.Boolean, value: Schema.optionalKey(Schema.Unknown) })
const decodeAnswer = Schema.decodeUnknownEffect(Schema.fromJsonString(Answer))

export interface AnswerSchemas<Reply, Refusal> {
  readonly success: Schema.Codec<Reply, unknown>
  readonly error: Schema.Codec<Refusal, unknown>
}

/** Digest of what a command asks, to tell a repeated key from a reused one. */
export const fingerprintOf = (name: string, payload: unknown): string => hash("sha256", JSON.stringify([name, payload]))

/** The answer as the journal keeps it for the command's key. */
export const encodeAnswer = <Reply, Refusal>(
  schemas: AnswerSchemas<Reply, Refusal>,
  answer: Result.Result<Reply, Refusal>
): string => {
  const value = Result.isSuccess(answer)
    ? Schema.encodeSync(schemas.success)(answer.success)
    : Schema.encodeSync(schemas.error)(answer.failure)
  return JSON.stringify({ refused: Result.isFailure(answer), value })
}

/** Gives the answer that the journal kept, refusals as failures. */
export const replayAnswer = Effect.fnUntraced(function* <Reply, Refusal>(
  schemas: AnswerSchemas<Reply, Refusal>,
  kept: string
) {
  const answer = yield* decodeAnswer(kept).pipe(Effect.orDie)
  if (!answer.refused) return yield* Schema.decodeUnknownEffect(schemas.success)(answer.value).pipe(Effect.orDie)
  const refusal = yield* Schema.decodeUnknownEffect(schemas.error)(answer.value).pipe(Effect.orDie)
  return yield* Effect.fail(refusal)
})
