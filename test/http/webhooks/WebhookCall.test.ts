import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { askForWebhook, webhookTimeoutMillis } from "../../../src/http/webhooks/WebhookCall.ts"

describe("askForWebhook", () => {
  it.effect("asks the sender to deliver again when the entity is silent for too long", () =>
    Effect.gen(function* () {
      const asked = yield* Effect.forkChild(Effect.flip(askForWebhook(Effect.never)))
      yield* TestClock.adjust(webhookTimeoutMillis - 1)
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust(1)
      const problem = yield* Fiber.join(asked)
      assert.deepStrictEqual([problem.status, problem.type], [503, "urn:tandem:problem:webhook-timed-out"])
    })
  )
})
