import { Config, Context, Effect, Layer, Redacted, Schema } from "effect"
import OpenAiClient from "openai"
import type { Door } from "./VendorDoor.ts"
import { VendorDoor } from "./VendorDoor.ts"
import { VendorError } from "./VendorError.ts"
import { errorCodeOf, reasonOfStatus, retryAfterMillisOf, wasNotSent } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

/** The subject and description together are cut to so many characters before they are sent. */
export const maxQuestionLength = 60_000

/** Reasoning counts as output, too. */
const maxOutputTokens = 16_000

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
>()("tandem/layers/vendors/OpenAi") {
  static readonly layer: Layer.Layer<OpenAi, Config.ConfigError, VendorDoor> = Layer.effect(
    OpenAi,
    Effect.gen(function* () {
      const settings = yield* openAiSettings
      const door = yield* (yield* VendorDoor).make(doorOptions)
      const client = new OpenAiClient({
        baseURL: settings.baseUrl,
        apiKey: Redacted.value(settings.apiKey),
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        maxRetries: 0,
        timeout: doorOptions.deadlineMillis,
        logLevel: "off"
      })
      return makeOpenAi(door, client, settings)
    })
  )
}

const vendor = "openai"
const operation = "analyse"

const openAiSettings = Config.all({
  baseUrl: baseUrl("OPENAI_BASE_URL").pipe(Config.withDefault("https://api.openai.com/v1")),
  apiKey: secret("OPENAI_API_KEY"),
  model: Config.NonEmptyString("OPENAI_MODEL").pipe(Config.withDefault("gpt-5-mini"))
})
type OpenAiSettings = Config.Success<typeof openAiSettings>

const doorOptions = {
  vendor,
  tryTimeoutMillis: 30_000,
  deadlineMillis: 60_000,
  maxTries: 3,
  maxConcurrent: 8,
  maxWaiting: 200,
  rate: { tokens: 50, perMillis: 1000 }
}

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const ModelReply = Schema.Struct({
  status: Schema.String,
  error: Schema.optionalKey(Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String }))),
  incomplete_details: Schema.optionalKey(Schema.NullOr(Schema.Struct({ reason: Text }))),
  output: Schema.Array(
    Schema.Struct({
      type: Schema.String,
      content: Schema.optionalKey(
        Schema.NullOr(Schema.Array(Schema.Struct({ type: Schema.String, text: Text, refusal: Text })))
      )
    })
  )
})
type ModelReply = typeof ModelReply.Type

const makeOpenAi = (door: Door, client: OpenAiClient, settings: OpenAiSettings): OpenAi["Service"] => ({
  analyse: (question) =>
    Effect.tryPromise({
      try: (signal) => client.responses.create(requestOf(question, settings.model), { signal }),
      catch: (cause) => cause
    }).pipe(
      Effect.catch((cause) => Effect.flatMap(failureOf(cause, settings.apiKey), Effect.fail)),
      Effect.flatMap(documentOf),
      (call) => door.call({ operation, idempotent: true }, call)
    )
})

const requestOf = (question: ModelQuestion, model: string) => ({
  model,
  store: false,
  stream: false as const,
  max_output_tokens: maxOutputTokens,
  instructions: question.instructions,
  input: `${question.subject}\n\n${question.description}`.slice(0, maxQuestionLength),
  text: {
    format: {
      type: "json_schema" as const,
      name: question.schemaName,
      schema: { ...question.schema },
      strict: true
    }
  }
})

const malformed = (detail: string) => VendorError.of({ vendor, operation, reason: "Malformed", detail })

const documentOf = Effect.fnUntraced(function* (answer: unknown) {
  const reply = yield* Schema.decodeUnknownEffect(ModelReply)(answer).pipe(
    Effect.mapError((error) => malformed(`the answer is not as documented: ${error.message}`))
  )
  yield* checkStatus(reply)
  const parts = reply.output.flatMap(({ content }) => content ?? [])
  const refusal = parts.find(({ type }) => type === "refusal")
  if (refusal !== undefined) return yield* new ModelRefused({ refusal: (refusal.refusal ?? "").slice(0, 500) })
  const text = parts.flatMap((part) => (part.type === "output_text" ? [part.text ?? ""] : [])).join("")
  if (text === "") return yield* new ModelIncomplete({ reason: "empty" })
  return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))(text).pipe(
    Effect.mapError(() => malformed("the model's text is no JSON"))
  )
})

const checkStatus = ({ error, incomplete_details, status }: ModelReply) => {
  if (status === "completed") return Effect.void
  if (status !== "failed") return Effect.fail(new ModelIncomplete({ reason: incomplete_details?.reason ?? status }))
  const isTheirs = error?.code === "server_error" || error?.code === "rate_limit_exceeded"
  return Effect.fail(
    VendorError.of({
      vendor,
      operation,
      reason: isTheirs ? "Unavailable" : "Rejected",
      detail: error?.message ?? "failed",
      ...(error?.code === undefined ? {} : { code: error.code })
    })
  )
}

/** A spent quota is a 429 as well, but waiting does not refill it. */
const failureOf = Effect.fnUntraced(function* (cause: unknown, apiKey: Redacted.Redacted<string>) {
  if (cause instanceof OpenAiClient.APIConnectionTimeoutError) {
    return VendorError.of({ vendor, operation, reason: "Timeout", detail: "no answer" })
  }
  if (cause instanceof OpenAiClient.APIConnectionError) {
    return VendorError.of({
      vendor,
      operation,
      reason: "Unreachable",
      detail: errorCodeOf(cause) ?? "connection failed",
      ...(wasNotSent(cause) ? { committed: "no" as const } : {})
    })
  }
  if (!(cause instanceof OpenAiClient.APIError) || cause.status === undefined) return malformed("the answer is no JSON")
  const retryAfterMillis = yield* retryAfterMillisOf(cause.headers?.get("retry-after"))
  return VendorError.of({
    vendor,
    operation,
    reason: reasonOfStatus(cause.status),
    status: cause.status,
    detail: cause.message.replaceAll(Redacted.value(apiKey), "…"),
    ...(typeof cause.code === "string" ? { code: cause.code } : {}),
    ...(cause.code === "insufficient_quota" ? { retryable: false } : {}),
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis })
  })
})
