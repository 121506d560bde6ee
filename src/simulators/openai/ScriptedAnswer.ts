import { Schema } from "effect"

/** Answers that may wait to be given. */
export const maxScriptedAnswers = 200

/**
 * What the model shall answer next instead of thinking: a JSON document, raw text (which may be nonsense), a refusal, an
 * incomplete answer, a response that failed, or an HTTP error.
 */
export const ScriptedAnswer = Schema.Union([
  Schema.Struct({ output: Schema.Unknown }),
  Schema.Struct({ text: Schema.String }),
  Schema.Struct({ refusal: Schema.String }),
  Schema.Struct({ incomplete: Schema.Literals(["max_output_tokens", "content_filter"]) }),
  Schema.Struct({ failed: Schema.Struct({ code: Schema.String, message: Schema.String }) }),
  Schema.Struct({
    status: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 400, maximum: 599 }))),
    code: Schema.optionalKey(Schema.String),
    message: Schema.optionalKey(Schema.String)
  })
])
export type ScriptedAnswer = typeof ScriptedAnswer.Type

/** One answer or a list. */
export const ScriptedAnswers = Schema.Union([
  Schema.Array(ScriptedAnswer).pipe(Schema.check(Schema.isMaxLength(maxScriptedAnswers))),
  ScriptedAnswer
])
