import { Schema } from "effect"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import { hexId } from "../store/SandboxId.ts"
import type { Store } from "../store/Store.ts"
import {
  bearerToken,
  failureStatus,
  isoTime,
  jsonReply,
  parseJson,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { fitTo, strictSchemaFault } from "./JsonSchemaFit.ts"
import { maxScriptedAnswers, type ScriptedAnswer } from "./ScriptedAnswer.ts"
import { readTicket } from "./TicketReader.ts"

/** Older questions are forgotten, and long ones are cut. */
const maxRememberedQuestions = 2_000
const maxRememberedLength = 2_000

const requestsPerMinute = 5_000

const errors: Readonly<Record<VendorFailure, readonly [type: string, code: string | null, message: string]>> = {
  unauthorized: ["invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
  rateLimited: ["requests", "rate_limit_exceeded", "Rate limit reached for requests."],
  serverError: ["server_error", null, "The server had an error while processing your request."],
  notFound: ["invalid_request_error", "unknown_url", "Unknown request URL."],
  methodNotAllowed: ["invalid_request_error", "method_not_supported", "Not allowed to use this method."],
  bodyTooLarge: ["invalid_request_error", "request_too_large", "The request is too large."]
}

const Content = Schema.Union([
  Schema.String,
  Schema.Array(Schema.Struct({ type: Schema.String, text: Schema.optionalKey(Schema.String) }))
])

const decodeRequest = Schema.decodeUnknownResult(
  Schema.Struct({
    model: Schema.String,
    input: Schema.Union([Schema.String, Schema.Array(Schema.Struct({ role: Schema.String, content: Content }))]),
    instructions: Schema.optionalKey(Schema.NullOr(Schema.String)),
    text: Schema.optionalKey(
      Schema.Struct({
        format: Schema.optionalKey(
          Schema.Struct({
            type: Schema.String,
            name: Schema.optionalKey(Schema.String),
            schema: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
            strict: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
          })
        )
      })
    ),
    max_output_tokens: Schema.optionalKey(Schema.NullOr(Schema.Int)),
    stream: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
    background: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
  })
)
type Request = Extract<ReturnType<typeof decodeRequest>, { readonly _tag: "Success" }>["success"]

/** One question that the model was asked, and what it answered. */
export interface AskedQuestion {
  readonly at: string
  readonly model: string
  readonly input: string
  readonly answer: string
}

interface Outcome {
  readonly status: "completed" | "incomplete" | "failed"
  readonly content: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly error: { readonly code: string; readonly message: string } | null
  readonly incomplete: string | null
}

const completed = (part: Readonly<Record<string, unknown>>): Outcome => ({
  status: "completed",
  content: [part],
  error: null,
  incomplete: null
})

const outputText = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] })

/** What the user wrote: the developer's and the system's messages are instructions. */
const userText = (input: Request["input"]): string =>
  typeof input === "string"
    ? input
    : input
        .filter(({ role }) => role === "user")
        .map(({ content }) => (typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n")))
        .join("\n")

const tokens = (text: string): number => Math.ceil(text.length / 4)

/** OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses), with a very simple model. */
export class OpenAi implements Vendor {
  readonly name = "openai"
  readonly prefix = "/openai"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly #store: Store
  readonly #credentials: SandboxCredentials["openai"]
  #script: Array<ScriptedAnswer> = []
  #questions: Array<AskedQuestion> = []
  #requests = 0

  constructor(store: Store, credentials: SandboxCredentials["openai"]) {
    this.#store = store
    this.#credentials = credentials
    this.routes = [
      {
        method: "POST",
        path: "/openai/v1/responses",
        operation: "createResponse",
        handle: (call) => this.#create(call)
      }
    ]
  }

  /** False when too many answers would wait. */
  script(answers: ReadonlyArray<ScriptedAnswer>): boolean {
    if (this.#script.length + answers.length > maxScriptedAnswers) return false
    this.#script.push(...answers)
    return true
  }

  clearScript(): void {
    this.#script = []
  }

  questions(): ReadonlyArray<AskedQuestion> {
    return this.#questions
  }

  failure(kind: VendorFailure): VendorReply {
    const [type, code, message] = errors[kind]
    return this.#error(failureStatus[kind], type, code, message)
  }

  #error(status: number, type: string, code: string | null, message: string, param: string | null = null): VendorReply {
    return jsonReply(status, { error: { message, type, param, code } }, this.#headers())
  }

  #headers(): Readonly<Record<string, string>> {
    this.#requests += 1
    const id = hexId("openai.request", this.#requests).slice(0, 32)
    return {
      "x-request-id": `req_${id}`,
      "x-ratelimit-limit-requests": String(requestsPerMinute),
      "x-ratelimit-remaining-requests": String(requestsPerMinute - 1),
      "x-ratelimit-reset-requests": "12ms"
    }
  }

  #create(call: VendorCall): VendorReply {
    if (bearerToken(call) !== this.#credentials.apiKey) return this.failure("unauthorized")
    const decoded = decodeRequest(parseJson(call.text))
    if (decoded._tag === "Failure") return this.#error(400, "invalid_request_error", null, String(decoded.failure))
    const request = decoded.success
    const refused = this.#refused(request)
    if (refused !== undefined) return refused
    const scripted = this.#script.shift()
    if (scripted !== undefined && "status" in scripted) {
      const type = scripted.status >= 500 ? "server_error" : "invalid_request_error"
      return this.#error(scripted.status, type, scripted.code ?? null, scripted.message ?? "Scripted by the sandbox")
    }
    const outcome = scripted === undefined ? this.#think(request) : this.#scripted(scripted, request)
    this.#remember(request, outcome, call.nowMillis)
    return jsonReply(200, this.#response(request, outcome, call.nowMillis), this.#headers())
  }

  #refused(request: Request): VendorReply | undefined {
    if (request.stream === true || request.background === true) {
      return this.#error(400, "invalid_request_error", "unsupported_value", "The sandbox neither streams nor waits")
    }
    const format = request.text?.format
    if (format?.type !== "json_schema") return undefined
    if (format.name === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(format.name)) {
      return this.#error(
        400,
        "invalid_request_error",
        "invalid_value",
        "Invalid 'text.format.name'",
        "text.format.name"
      )
    }
    const fault = format.strict === true ? strictSchemaFault(format.schema) : undefined
    if (fault === undefined && format.schema !== undefined) return undefined
    const message = `Invalid schema for response_format '${format.name}': ${fault ?? "schema is missing"}`
    return this.#error(400, "invalid_request_error", "invalid_json_schema", message, "text.format.schema")
  }

  #think(request: Request): Outcome {
    const read = readTicket(userText(request.input))
    const format = request.text?.format
    if (format?.type !== "json_schema") return completed(outputText("I only answer with JSON documents."))
    return completed(outputText(JSON.stringify(fitTo(format.schema, read))))
  }

  #scripted(answer: Exclude<ScriptedAnswer, { readonly status: number }>, request: Request): Outcome {
    if ("text" in answer) return completed(outputText(answer.text))
    if ("refusal" in answer) return completed({ type: "refusal", refusal: answer.refusal })
    if ("failed" in answer) return { status: "failed", content: [], error: answer.failed, incomplete: null }
    if ("incomplete" in answer) {
      const [part] = this.#think(request).content
      const text = String(part?.["text"] ?? "")
      const content = [outputText(text.slice(0, Math.floor(text.length / 2)))]
      return { status: "incomplete", content, error: null, incomplete: answer.incomplete }
    }
    return completed(outputText(JSON.stringify(answer.output)))
  }

  #response(request: Request, outcome: Outcome, nowMillis: number) {
    const id = hexId("openai.response", this.#store.next("openai.response")).slice(0, 48)
    const inputTokens = tokens(userText(request.input) + (request.instructions ?? ""))
    const outputTokens = tokens(JSON.stringify(outcome.content))
    return {
      id: `resp_${id}`,
      object: "response",
      created_at: Math.floor(nowMillis / 1_000),
      status: outcome.status,
      error: outcome.error,
      incomplete_details: outcome.incomplete === null ? null : { reason: outcome.incomplete },
      instructions: request.instructions ?? null,
      max_output_tokens: request.max_output_tokens ?? null,
      model: request.model,
      output:
        outcome.content.length === 0
          ? []
          : [
              {
                type: "message",
                id: `msg_${id}`,
                status: outcome.status,
                role: "assistant",
                content: outcome.content
              }
            ],
      parallel_tool_calls: true,
      previous_response_id: null,
      text: request.text ?? { format: { type: "text" } },
      tool_choice: "auto",
      tools: [],
      usage: {
        input_tokens: inputTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: outputTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: inputTokens + outputTokens
      },
      metadata: {}
    }
  }

  #remember(request: Request, outcome: Outcome, nowMillis: number): void {
    this.#questions.push({
      at: isoTime(nowMillis),
      model: request.model,
      input: userText(request.input).slice(0, maxRememberedLength),
      answer: JSON.stringify(outcome.content).slice(0, maxRememberedLength)
    })
    if (this.#questions.length > maxRememberedQuestions) this.#questions.shift()
  }
}
