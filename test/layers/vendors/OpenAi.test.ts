import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { maxQuestionLength, OpenAi } from "../../../src/layers/vendors/OpenAi.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { vendorErrorOf, withSandbox } from "./VendorSandbox.ts"

const question = {
  subject: "Numbers",
  description: "Ten in 512 please",
  instructions: "Read the ticket.",
  schemaName: "ticket",
  schema: {
    type: "object",
    properties: { note: { type: ["string", "null"] } },
    required: ["note"],
    additionalProperties: false
  }
}

const analyse = Effect.flatMap(OpenAi, (openAi) => openAi.analyse(question))

type Script = Parameters<Sandbox["Service"]["scriptOpenAi"]>[0]

const script = (...answers: Script) => Effect.flatMap(Sandbox, (sandbox) => sandbox.scriptOpenAi(answers))

const calls = Effect.flatMap(Sandbox, (sandbox) => sandbox.calls("openai"))

describe("OpenAi", () => {
  it.live("gives the document that the model wrote", () =>
    Effect.gen(function* () {
      yield* script({ output: { note: "ten" } }, { text: "[1, null]" })
      assert.deepStrictEqual(yield* analyse, { note: "ten" })
      assert.deepStrictEqual(yield* analyse, [1, null])
      assert.property(yield* analyse, "note")
    }).pipe(withSandbox())
  )

  it.live("tells a refusal from an answer that broke off", () =>
    Effect.gen(function* () {
      yield* script(
        { refusal: "I cannot help with that" },
        { incomplete: "max_output_tokens" },
        { incomplete: "content_filter" },
        { text: "" }
      )
      const errors = yield* Effect.forEach([1, 2, 3, 4], () => Effect.flip(analyse))
      assert.deepStrictEqual(
        errors.map(({ _tag, message }) => [_tag, message]),
        [
          ["ModelRefused", "the model refused: I cannot help with that"],
          ["ModelIncomplete", "the model's answer is incomplete: max_output_tokens"],
          ["ModelIncomplete", "the model's answer is incomplete: content_filter"],
          ["ModelIncomplete", "the model's answer is incomplete: empty"]
        ]
      )
      assert.strictEqual((yield* calls).length, 4)
      assert.strictEqual(
        (yield* (yield* VendorDoor).states).find(({ vendor }) => vendor === "openai")?.breaker,
        "closed"
      )
    }).pipe(withSandbox())
  )

  it.live("asks again after nonsense, a failed response, an error, a lost connection and a rate limit", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const passing: ReadonlyArray<Script[number]> = [
        { text: "Sure! Here is" },
        { failed: { code: "server_error", message: "sorry" } },
        { status: 500 },
        { status: 429, code: "rate_limit_exceeded" }
      ]
      for (const answer of passing) {
        yield* script(answer, { output: { note: "second" } })
        assert.deepStrictEqual(yield* analyse, { note: "second" }, JSON.stringify(answer))
      }
      for (const kind of ["timeoutBeforeCommit", "malformedBody", "rateLimited", "serverError"] as const) {
        yield* sandbox.setFaults([{ vendor: "openai", kind, times: 1, holdMillis: 20 }])
        assert.property(yield* analyse, "note", kind)
      }
    }).pipe(withSandbox())
  )

  it.live("does not ask again when the quota is spent, the request is wrong or the response failed for good", () =>
    Effect.gen(function* () {
      yield* script(
        { status: 429, code: "insufficient_quota", message: "You exceeded your current quota" },
        { status: 400, code: "invalid_value" },
        { failed: { code: "invalid_prompt", message: "no" } }
      )
      const errors = yield* Effect.forEach([1, 2, 3], () => vendorErrorOf(analyse))
      assert.deepStrictEqual(
        errors.map(({ reason, code, retryable }) => [reason, code, retryable]),
        [
          ["RateLimited", "insufficient_quota", false],
          ["Rejected", "invalid_value", false],
          ["Rejected", "invalid_prompt", false]
        ]
      )
      assert.strictEqual((yield* calls).length, 3)
    }).pipe(withSandbox())
  )

  it.live("sends the ticket and the model's name, also of a ticket that is longer than it may be", () =>
    Effect.gen(function* () {
      yield* (yield* OpenAi).analyse({ ...question, description: "x".repeat(10 * maxQuestionLength) })
      const { openai } = yield* (yield* Sandbox).ledger
      const [asked] = openai.questions
      assert.deepStrictEqual([asked?.model, asked?.input.startsWith("Numbers\n\nxxx")], ["gpt-test", true])
    }).pipe(withSandbox({ OPENAI_MODEL: "gpt-test" }))
  )

  it.live("refuses a wrong key without quoting it, and knows when nothing was sent", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf(analyse)
      assert.deepStrictEqual([error.reason, error.code], ["Unauthorized", "invalid_api_key"])
      assert.notInclude(JSON.stringify(error), "sk-wrong")
    }).pipe(withSandbox({ OPENAI_API_KEY: "sk-wrong" }))
  )

  it.live("says so when nobody answers at its address", () =>
    Effect.gen(function* () {
      const error = yield* vendorErrorOf(analyse)
      assert.deepStrictEqual([error.reason, error.detail], ["Unreachable", "ECONNREFUSED"])
    }).pipe(withSandbox({ OPENAI_BASE_URL: "http://127.0.0.1:4/v1" }))
  )
})
