import type { Effect } from "effect"
import { Context, Schema } from "effect"
import type { VendorError } from "./VendorError.ts"

/** The model declined to answer; `refusal` is its reason, cut to 500 characters. */
export class ModelRefused extends Schema.TaggedError<ModelRefused>()("ModelRefused", { refusal: Schema.String }) {
  override get message(): string {
    return `the model refused: ${this.refusal}`
  }
}

/** The answer ended early. `reason` is OpenAI's, for example `max_output_tokens` or `content_filter`. */
export class ModelIncomplete extends Schema.TaggedError<ModelIncomplete>()("ModelIncomplete", {
  reason: Schema.String
}) {
  override get message(): string {
    return `the model's answer is incomplete: ${this.reason}`
  }
}

export interface ModelQuestion {
  readonly subject: string
  readonly description: string
  readonly instructions: string
  /** Strict JSON schema (all properties required, no additional ones) and its name. */
  readonly schemaName: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** OpenAI's Responses API, https://platform.openai.com/docs/api-reference/responses. */
export class OpenAi extends Context.Service<
  OpenAi,
  {
    /** The JSON document that the model answered, parsed but not checked against the schema. */
    readonly analyse: (question: ModelQuestion) => Effect.Effect<unknown, VendorError | ModelRefused | ModelIncomplete>
  }
>()("tandem/layers/vendors/OpenAi") {}
