import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { inteliquentAuthorization } from "../../src/cli/SandboxValues.ts"
import { freePort } from "../fixtures/FreePort.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { runTandem, serveTandem } from "./RunTandem.ts"

const patience = 180_000

const serving = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => serveTandem(args, { env })),
    (process) => Effect.promise(() => process.stop("SIGKILL"))
  )

const post = (url: string, method: "POST" | "PUT", body: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    assert.isTrue(response.ok, `${method} ${url}: ${response.status}`)
    return response.json()
  })

const untilReady = (url: string) =>
  Effect.tryPromise(async () => {
    if (!(await fetch(`${url}/health/ready`)).ok) throw new Error("not ready")
  }).pipe(Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 300 }))

/** A plane of one runner and one edge, with a sandbox and a database that they share. */
const plane = Effect.gen(function* () {
  const sandbox = yield* serving(["sandbox", "--port", "0"], {})
  yield* Effect.promise(() => sandbox.until(/^MCP_CARRIER_ID=.*\n/m))
  const vendors = Object.fromEntries(
    sandbox
      .said()
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/, 2))
  )
  const shared = { ...vendors, DATABASE_URL: Redacted.value(yield* TestDatabase.url) }
  const [runnerPort, edgePort] = [yield* freePort, yield* freePort]
  const urls = { runner: `http://127.0.0.1:${runnerPort}`, edge: `http://127.0.0.1:${edgePort}` }
  const runner = yield* serving(["serve", "--role", "runner"], { ...shared, TANDEM_PORT: String(runnerPort) })
  const edge = yield* serving(["serve", "--role", "edge"], { ...shared, TANDEM_PORT: String(edgePort) })
  yield* untilReady(urls.runner)
  yield* untilReady(urls.edge)
  const sandboxUrl: string = new URL(vendors.PLIVO_BASE_URL).origin
  yield* post(`${sandboxUrl}/sandbox/webhooks`, "PUT", {
    zendesk: { url: `${urls.edge}/webhooks/zendesk`, secret: vendors.ZENDESK_WEBHOOK_SECRET },
    inteliquent: { url: `${urls.edge}/webhooks/inteliquent`, authorization: inteliquentAuthorization }
  })
  const made = yield* Effect.promise(() =>
    runTandem(["keys", "create", "--name", "test", "--role", "operator"], { env: shared })
  )
  return { urls, runner, edge, sandboxUrl, env: { TANDEM_URL: urls.edge, TANDEM_API_KEY: made.stdout.trim() } }
})

describe("tandem serve as runner and as edge", () => {
  it.live(
    "make one plane of two processes: a ticket comes in at the edge and is worked at the runner",
    Effect.fnUntraced(function* () {
      const { edge, env, runner, sandboxUrl, urls } = yield* plane
      const events = yield* serving(["events", "--follow", "--after", "0", "--entity-type", "Order", "-o", "json"], env)
      const ticket = yield* post(`${sandboxUrl}/sandbox/zendesk/tickets`, "POST", {
        subject: "Numbers",
        description: "Please order 3 local numbers in area code 312."
      })
      yield* Effect.promise(() => events.until(/"type":"TicketAnswered"/))
      const types = events.said().trim().split("\n")
      assert.strictEqual(JSON.parse(types[0] ?? "").type, "OrderReceived")

      const orders = yield* Effect.promise(() => runTandem(["orders", "get", String(ticket.id), "-o", "json"], { env }))
      assert.deepInclude(JSON.parse(orders.stdout), { status: "completed", requested: 3, blocked: 3 })
      assert.strictEqual((yield* Effect.promise(() => fetch(`${urls.runner}/metrics`))).status, 200)
      assert.strictEqual((yield* Effect.promise(() => fetch(`${urls.runner}/api/v1/orders`))).status, 404)

      assert.strictEqual(yield* Effect.promise(() => edge.stop("SIGTERM")), exitCodes.ok)
      assert.strictEqual(yield* Effect.promise(() => runner.stop("SIGTERM")), exitCodes.ok)
    }),
    patience
  )
})
