import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { Faults } from "../../../src/simulators/faults/Faults.ts"
import type { Sandbox } from "../../../src/simulators/Sandbox.ts"
import { sandboxCredentials } from "../../../src/simulators/SandboxCredentials.ts"
import { ask, basic, inSandbox } from "../SandboxFixture.ts"

const { authId, authToken } = sandboxCredentials.plivo

const rent = (sandbox: Sandbox["Service"], number = "12125550123") =>
  ask(`${sandbox.urls.plivo}/v1/Account/${authId}/PhoneNumber/${number}/`, {
    method: "POST",
    headers: basic(authId, authToken)
  })

const list = (sandbox: Sandbox["Service"]) =>
  ask(`${sandbox.urls.plivo}/v1/Account/${authId}/Number/`, { headers: basic(authId, authToken) })

const putFaults = (sandbox: Sandbox["Service"], ...rules: ReadonlyArray<unknown>) =>
  ask(`${sandbox.baseUrl}/sandbox/faults`, { method: "PUT", json: rules })

const rentedCount = (sandbox: Sandbox["Service"]) => Effect.map(sandbox.ledger, (ledger) => ledger.plivo.rented.length)

const stocked = <A, E>(test: (sandbox: Sandbox["Service"]) => Effect.Effect<A, E>) =>
  inSandbox((sandbox) =>
    Effect.andThen(sandbox.setStock("plivo", { numbers: ["12125550123"], mode: "replaceAll" }), test(sandbox))
  )

describe("faults", () => {
  it.live("hang before the vendor has done anything, or after it has", () =>
    stocked((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(
          sandbox,
          { vendor: "plivo", operation: "rentNumber", kind: "timeoutBeforeCommit", times: 1, holdMillis: 20 },
          { vendor: "plivo", operation: "rentNumber", kind: "timeoutAfterCommit", times: 1, holdMillis: 20 }
        )
        assert.isTrue(Result.isFailure(yield* Effect.result(rent(sandbox))))
        assert.strictEqual(yield* rentedCount(sandbox), 0)
        assert.isTrue(Result.isFailure(yield* Effect.result(rent(sandbox))))
        assert.strictEqual(yield* rentedCount(sandbox), 1)
        assert.strictEqual((yield* rent(sandbox)).status, 400)
        const calls = yield* ask(`${sandbox.baseUrl}/sandbox/calls?vendor=plivo`)
        assert.deepStrictEqual(
          calls.json.map((call: { fault: string; status: number }) => [call.fault, call.status]),
          [
            ["timeoutBeforeCommit", null],
            ["timeoutAfterCommit", null],
            [null, 400]
          ]
        )
      })
    )
  )

  it.live("keep what was committed although the caller has gone away", () =>
    stocked((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(sandbox, { vendor: "plivo", kind: "timeoutAfterCommit", times: 1 })
        const committed = Effect.repeat(Effect.delay(rentedCount(sandbox), 5), { until: (count) => count === 1 })
        const first = yield* Effect.raceFirst(Effect.as(rent(sandbox), "answered"), Effect.as(committed, "committed"))
        assert.strictEqual(first, "committed")
        assert.strictEqual((yield* rent(sandbox)).status, 400)
      })
    )
  )

  it.live("commit only after the caller has given up", () =>
    stocked((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(sandbox, {
          vendor: "plivo",
          kind: "timeoutLateCommit",
          operation: "rentNumber",
          times: 1,
          delayMillis: 20,
          holdMillis: 1_000
        })
        assert.isTrue(Result.isFailure(yield* Effect.result(rent(sandbox))))
        assert.strictEqual(yield* rentedCount(sandbox), 0)
        yield* Effect.repeat(Effect.delay(rentedCount(sandbox), 5), { until: (count) => count === 1 })
        const [call] = yield* sandbox.calls("plivo")
        assert.deepStrictEqual([call?.fault, call?.status], ["timeoutLateCommit", null])
      })
    )
  )

  it.live("answer 429, 5xx, 401 and half a body in the vendor's words", () =>
    stocked((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(
          sandbox,
          { vendor: "*", kind: "rateLimited", times: 1, retryAfterSeconds: 7 },
          { vendor: "plivo", kind: "serverError", times: 1, status: 503 },
          { vendor: "plivo", kind: "unauthorized", times: 1 },
          { vendor: "plivo", kind: "malformedBody", times: 1 }
        )
        const limited = yield* rent(sandbox)
        assert.deepStrictEqual([limited.status, limited.headers.get("retry-after")], [429, "7"])
        const failed = yield* rent(sandbox)
        assert.deepStrictEqual([failed.status, typeof failed.json.error], [503, "string"])
        assert.strictEqual((yield* rent(sandbox)).status, 401)
        assert.strictEqual(yield* rentedCount(sandbox), 0)
        const malformed = yield* rent(sandbox)
        assert.deepStrictEqual([malformed.status, malformed.json], [201, undefined])
        assert.isAbove(malformed.text.length, 0)
        assert.strictEqual(yield* rentedCount(sandbox), 1)
        const struck = (yield* ask(`${sandbox.baseUrl}/sandbox/faults`)).json
        assert.deepStrictEqual(
          struck.map((fault: { struck: number }) => fault.struck),
          [1, 1, 1, 1]
        )
      })
    )
  )

  it.live("word their failures as each vendor does", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(sandbox, { vendor: "*", kind: "rateLimited" })
        const post = (url: string) => ask(url, { json: {} })
        assert.include((yield* post(`${sandbox.urls.inteliquent}/tnOrder`)).text, "900800")
        assert.strictEqual((yield* ask(`${sandbox.urls.zendesk}/api/v2/tickets/1`)).json.error, "APIRateLimitExceeded")
        assert.strictEqual((yield* post(`${sandbox.urls.openai}/responses`)).json.error.code, "rate_limit_exceeded")
        assert.strictEqual((yield* post(sandbox.urls.mcp)).status, 429)
        yield* ask(`${sandbox.baseUrl}/sandbox/faults`, { method: "DELETE" })
        assert.strictEqual((yield* post(sandbox.urls.mcp)).status, 401)
      })
    )
  )

  it.live("are slow, only where the operation matches", () =>
    stocked((sandbox) =>
      Effect.gen(function* () {
        yield* putFaults(
          sandbox,
          { vendor: "plivo", operation: "^POST /plivo/v1/.*/PhoneNumber/1212", kind: "slow", delayMillis: 10_000 },
          { vendor: "plivo", operation: "listNumbers", kind: "serverError" }
        )
        assert.strictEqual((yield* list(sandbox)).status, 500)
        const first = yield* Effect.raceFirst(
          Effect.as(rent(sandbox), "rent"),
          Effect.as(
            Effect.andThen(
              Effect.repeat(Effect.delay(sandbox.faults, 5), { until: ([slow]) => slow?.struck === 1 }),
              sandbox.setFaults([]).pipe(Effect.andThen(list(sandbox)))
            ),
            "list"
          )
        )
        assert.strictEqual(first, "list")
        const added = yield* ask(`${sandbox.baseUrl}/sandbox/faults`, { json: { vendor: "mcp", kind: "slow" } })
        assert.strictEqual(added.json.length, 1)
        const wrong = yield* putFaults(sandbox, { vendor: "plivo", kind: "explode" })
        assert.strictEqual(wrong.status, 400)
        assert.strictEqual((yield* sandbox.faults).length, 1)
      })
    )
  )

  it("strike by chance, and no more often than they may", () => {
    const draws = [0.1, 0.9, 0.2, 0.3]
    const faults = new Faults(() => draws.shift() ?? 1)
    faults.replace([{ vendor: "plivo", kind: "serverError", probability: 0.5, times: 2 }])
    const target = { vendor: "plivo", operation: "rentNumber", line: "POST /x" } as const
    const strikes = Array.from({ length: 5 }, () => faults.strikeCall(target)?.kind)
    assert.deepStrictEqual(strikes, ["serverError", undefined, "serverError", undefined, undefined])
    assert.isUndefined(faults.strikeCall({ ...target, vendor: "mcp" }))
    assert.isFalse(faults.add(Array.from({ length: 100 }, () => ({ vendor: "*", kind: "slow" }))))
  })

  it.live("strike alike for the same seed", () =>
    Effect.gen(function* () {
      const run = inSandbox(
        (sandbox) =>
          Effect.gen(function* () {
            yield* sandbox.setFaults([{ vendor: "plivo", kind: "serverError", probability: 0.5 }])
            return yield* Effect.forEach(Array.from({ length: 12 }), () =>
              Effect.map(list(sandbox), (answer) => answer.status)
            )
          }),
        { seed: "seven" }
      )
      const first = yield* run
      assert.deepStrictEqual(yield* run, first)
      assert.sameMembers([...new Set(first)], [200, 500])
    })
  )
})
