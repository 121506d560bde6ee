import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { freePort } from "../fixtures/FreePort.ts"
import * as TestPlane from "../fixtures/TestPlane.ts"

const port = await Effect.runPromise(freePort)

const guide = readFileSync(new URL("../../docs/switch-port.md", import.meta.url), "utf8")

/** Each command of the guide, with the answer that stands below it. */
const examples = [...guide.matchAll(/```sh\ncurl -s (\S+).*?-d '(.*?)'\n```\n\n```json\n(.*?)```/gs)].map(
  ([, url = "", body = "", answer = ""]) => ({ path: new URL(url).pathname, body, answer: JSON.parse(answer) })
)

const settings = { FRAUD_SWITCH_PORT: String(port), FRAUD_CALL_RETENTION_DAYS: "3650" }

layer(TestPlane.layer({ settings }), { timeout: 60_000, excludeTestServices: true })("the guide", (it) => {
  it.effect("to the switch port shows what it answers", () =>
    Effect.gen(function* () {
      assert.isAtLeast(examples.length, 5)
      for (const { answer, body, path } of examples) {
        const told = yield* Effect.promise(async () => {
          const headers = { "content-type": "application/json" }
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body })
          return JSON.parse(await response.text())
        })
        const steady = "latency_us" in told ? { ...told, latency_us: answer.latency_us } : told
        assert.deepStrictEqual(steady, answer, body)
      }
    })
  )
})
