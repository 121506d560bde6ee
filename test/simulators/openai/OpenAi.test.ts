import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { ask, inSandbox } from "../SandboxFixture.ts"

const nullable = (type: string) => ({ type: [type, "null"] })

const strict = (properties: Readonly<Record<string, unknown>>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false
})

const schema = strict({
  is_number_request: { type: "string", enum: ["Yes", "No"] },
  numbers: {
    type: "array",
    items: strict({
      type: { type: "string", enum: ["long code", "toll-free"] },
      quantity: { type: "integer" },
      area_code: nullable("string"),
      number_with_area_code: nullable("string"),
      number_without_area_code: nullable("string"),
      city: nullable("string"),
      region: nullable("string"),
      country: { anyOf: [{ type: "string", enum: ["US", "CA"] }, { type: "null" }] }
    })
  },
  questions: { type: "array", items: { type: "string" } },
  confidence: { type: "number" }
})

const authorization = `Bearer ${sandboxCredentials.openai.apiKey}`

const respond = (sandbox: Sandbox["Service"], text: string, changes: Readonly<Record<string, unknown>> = {}) =>
  ask(`${sandbox.urls.openai}/responses`, {
    json: {
      model: "gpt-5-mini",
      instructions: "Read the ticket; 10 numbers in area code 999 are an example.",
      input: [{ role: "user", content: [{ type: "input_text", text }] }],
      text: { format: { type: "json_schema", name: "ticket_analysis", schema, strict: true } },
      ...changes
    },
    headers: { authorization }
  })

/** The JSON document that the model answered. */
const analyse = (sandbox: Sandbox["Service"], text: string) =>
  Effect.map(respond(sandbox, text), (answer) => JSON.parse(answer.json.output[0].content[0].text))

describe("OpenAI's simulator", () => {
  it.live("answers a document that fits the schema", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const answer = yield* respond(sandbox, "Order\n\nPlease order 25 numbers in area code 212.")
        assert.strictEqual(answer.status, 200)
        assert.deepInclude(answer.json, { object: "response", status: "completed", error: null, model: "gpt-5-mini" })
        const [message] = answer.json.output
        assert.deepInclude(message, { type: "message", role: "assistant", status: "completed" })
        assert.deepStrictEqual(JSON.parse(message.content[0].text), {
          is_number_request: "Yes",
          numbers: [
            {
              type: "long code",
              quantity: 25,
              area_code: "212",
              number_with_area_code: "212",
              number_without_area_code: null,
              city: null,
              region: null,
              country: "US"
            }
          ],
          questions: [],
          confidence: 0
        })
        const { input_tokens, output_tokens, total_tokens } = answer.json.usage
        assert.strictEqual(input_tokens + output_tokens, total_tokens)
        const [question] = (yield* sandbox.ledger).openai.questions
        assert.include(question?.input, "25 numbers")
      })
    )
  )

  it.live("understands plain requests only", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const lines = (text: string) =>
          Effect.map(analyse(sandbox, text), ({ numbers }) =>
            numbers.map((line: Readonly<Record<string, unknown>>) => [
              line["quantity"],
              line["type"],
              line["number_with_area_code"] ?? line["city"]
            ])
          )
        assert.deepStrictEqual(yield* lines("We need ten local numbers with 416-555, thanks"), [
          [10, "long code", "416555"]
        ])
        assert.deepStrictEqual(yield* lines("Need 3 DIDs in 212 and 646 each"), [
          [3, "long code", "212"],
          [3, "long code", "646"]
        ])
        assert.deepStrictEqual(yield* lines("please add 5 numbers in Denver, CO"), [[5, "long code", "DENVER"]])
        assert.deepStrictEqual(yield* lines("I want 2 toll-free numbers"), [[2, "toll-free", null]])
        const unclear = yield* analyse(sandbox, "Please get us 8 numbers in 212 and 646")
        assert.strictEqual(unclear.questions.length, 1)
        assert.strictEqual((yield* analyse(sandbox, "We need 8 numbers")).questions.length, 1)
        const other = yield* analyse(sandbox, "My call to 212-555-0100 was bad.")
        assert.deepStrictEqual([other.is_number_request, other.numbers], ["No", []])
      })
    )
  )

  it.live("answers from its script first", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const script = yield* ask(`${sandbox.baseUrl}/sandbox/openai/next`, {
          json: [
            { output: { is_number_request: "No" } },
            { text: "no JSON" },
            { refusal: "I cannot" },
            { incomplete: "max_output_tokens" },
            { failed: { code: "server_error", message: "down" } },
            { status: 429, code: "insufficient_quota" }
          ]
        })
        assert.strictEqual(script.status, 200)
        const next = respond(sandbox, "We need 5 numbers in 212")
        assert.strictEqual((yield* next).json.output[0].content[0].text, '{"is_number_request":"No"}')
        assert.strictEqual((yield* next).json.output[0].content[0].text, "no JSON")
        assert.deepStrictEqual((yield* next).json.output[0].content[0], { type: "refusal", refusal: "I cannot" })
        const incomplete = (yield* next).json
        assert.deepStrictEqual(
          [incomplete.status, incomplete.incomplete_details.reason],
          ["incomplete", "max_output_tokens"]
        )
        assert.deepInclude((yield* next).json, { status: "failed", error: { code: "server_error", message: "down" } })
        const error = yield* next
        assert.deepStrictEqual([error.status, error.json.error.code], [429, "insufficient_quota"])
        assert.strictEqual((yield* next).json.status, "completed")
      })
    )
  )

  it.live("refuses strangers and schemas that are not strict", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const stranger = yield* ask(`${sandbox.urls.openai}/responses`, {
          json: {},
          headers: { authorization: "Bearer no" }
        })
        assert.deepStrictEqual([stranger.status, stranger.json.error.code], [401, "invalid_api_key"])
        const format = (changed: unknown) => ({
          text: { format: { type: "json_schema", name: "a", strict: true, schema: changed } }
        })
        const loose = yield* respond(sandbox, "x", format({ ...schema, required: ["numbers"] }))
        assert.deepStrictEqual([loose.status, loose.json.error.code], [400, "invalid_json_schema"])
        const open = yield* respond(sandbox, "x", format(strict({ a: { type: "object", properties: {} } })))
        assert.include(open.json.error.message, "additionalProperties")
        assert.strictEqual((yield* respond(sandbox, "x", { input: 5 })).status, 400)
        assert.strictEqual((yield* respond(sandbox, "x", { stream: true })).status, 400)
        const elsewhere = yield* ask(`${sandbox.urls.openai}/assistants`, { headers: { authorization } })
        assert.deepStrictEqual([elsewhere.status, elsewhere.json.error.code], [404, "unknown_url"])
      })
    )
  )
})
