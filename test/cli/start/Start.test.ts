import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../../../src/cli/ExitCodes.ts"
import type { Ended, Serving } from "../RunTandem.ts"
import { directory, runTandem, serveTandem } from "../RunTandem.ts"

/** Longer than a start may ever take on a loaded machine. */
const patience = 240_000

/** Any free ports, so that planes beside this one do not matter. */
const env = { TANDEM_PORT: "0", TANDEM_SANDBOX_PORT: "0" }
const ready = /Ctrl-C stops/

const json = ({ stdout }: Ended) => JSON.parse(stdout)

describe("tandem start", () => {
  const cwd = directory()
  const tandem = (...args: ReadonlyArray<string>) => runTandem(args, { cwd })
  let plane: Serving
  let sandboxUrl = ""

  beforeAll(async () => {
    plane = serveTandem(["start"], { cwd, env })
    await plane.until(ready)
    sandboxUrl = (await plane.until(/Sandbox +(http:\S+)\/sandbox/))[1] ?? ""
  }, patience)
  afterAll(() => plane.stop("SIGTERM"))

  it("tells on three sample tickets what it does, until they are answered", () => {
    const story = plane.said()
    assert.include(story, "ticket 1001  Plivo has all 5 for 212, buying them")
    assert.include(story, "ticket 1002  Plivo has 6 of 10 for 646, buying 6")
    assert.include(story, "ticket 1002  Inteliquent has all 4 for 646, buying them")
    assert.include(story, "ticket 1003  back-ordered 3 for 907 at Inteliquent")
    assert.include(story, "ticket 1003  Inteliquent filled 3 of the back-order")
    assert.include(story, "All sample tickets are answered.")
    assert.strictEqual(plane.complained(), "")
  })

  it("plays a minute of calls and tells which of them it stops", () => {
    const row = (kind: string) =>
      plane
        .said()
        .split("\n")
        .find((line) => line.startsWith(`${kind} `)) ?? ""
    const blocked = (kind: string) => Number(row(kind).split(/\s+/).at(-1))
    for (const kind of ["call_masking", "cli_impossible", "irsf", "pbx_hacking"]) assert.isAbove(blocked(kind), 0, kind)
    for (const kind of ["roaming_family", "hospital", "taxi"]) assert.strictEqual(blocked(kind), 0, kind)
  })

  it("says where everything is, and it is there", async () => {
    const url = (await plane.until(/API +(http:\S+)\/api\/v1/))[1] ?? ""
    for (const path of ["/docs", "/openapi.json", "/health/ready", "/health/live", "/metrics"]) {
      assert.strictEqual((await fetch(`${url}${path}`)).status, 200, path)
    }
    assert.strictEqual((await fetch(`${sandboxUrl}/sandbox/ledger`)).status, 200)
  })

  it("keeps its key where only the owner can read it", () => {
    const file = join(cwd, ".tandem", "dev-key")
    assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    assert.include(plane.said(), readFileSync(file, "utf8").trim())
  })

  it("is found by the other commands without a setting", async () => {
    const list = json(await tandem("orders", "list", "-o", "json"))
    assert.deepStrictEqual(
      list.map((order: { orderId: string; status: string; blocked: number }) => [
        order.orderId,
        order.status,
        order.blocked
      ]),
      [
        ["1003", "completed", 4],
        ["1002", "completed", 10],
        ["1001", "completed", 5]
      ]
    )
    const table = await tandem("orders", "list", "--limit", "1")
    assert.match(table.stdout, /^ORDER +STATUS .*\n1003 +completed +4 /)
    assert.match(table.stderr, /more than these 1/)
  })

  it("lets numbers be blocked and looked at", async () => {
    const [first] = json(await tandem("numbers", "list", "--area-code", "907", "-o", "json"))
    const unblocked = json(await tandem("numbers", "unblock", first.e164, "-o", "json"))
    assert.strictEqual(unblocked.status, "active")
    assert.match((await tandem("numbers", "get", first.e164)).stdout, /^status +active$/m)
    const blocked = json(await tandem("numbers", "block", first.e164, "--idempotency-key", "k", "-o", "json"))
    assert.strictEqual(blocked.status, "blocked")
    const timeline = await tandem("numbers", "timeline", first.e164.slice(2))
    assert.match(timeline.stdout, /Reserved.*[^]*Blocked[^]*Unblocked[^]*Blocked/)
  })

  it("shows the journal's events", async () => {
    const { stdout } = await tandem("events", "--entity-type", "Order", "--entity-id", "1003", "-o", "json")
    const types = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type)
    assert.deepStrictEqual([types[0], types.at(-1)], ["OrderReceived", "BackorderEnded"])
  })

  it.each<[ReadonlyArray<string>, Record<string, string>, number, RegExp]>([
    [["orders", "get", "4711"], {}, exitCodes.notFound, /no order 4711/],
    [["orders", "replay", "1001"], {}, exitCodes.failed, /order 1001 is completed/],
    [["backorders", "cancel", "1003-1", "--reason", "late"], {}, exitCodes.failed, /1003-1 is closed/],
    [["dead-letters", "replay", "77"], {}, exitCodes.notFound, /no dead letter 77/],
    [["keys", "revoke", "nothing"], {}, exitCodes.notFound, /no key nothing/],
    [["orders", "list"], { TANDEM_API_KEY: "wrong" }, exitCodes.unauthorised, /not valid/],
    [["orders", "list"], { TANDEM_URL: "http://127.0.0.1:9" }, exitCodes.unreachable, /127\.0\.0\.1:9/]
  ])("ends %j %j with its exit code and one line", async (args, settings, code, line) => {
    const ended = await runTandem(args, { cwd, env: settings })
    assert.strictEqual(ended.code, code)
    assert.strictEqual(ended.stdout, "")
    assert.match(ended.stderr, line)
    assert.lengthOf(ended.stderr.trim().split("\n"), 1)
  })

  it("makes and revokes keys beside the running plane", async () => {
    const made = await tandem("keys", "create", "--name", "looker", "--role", "viewer")
    const key = made.stdout.trim()
    assert.match(key, /^tdm_/)
    const asLooker = { cwd, env: { TANDEM_API_KEY: key } }
    assert.strictEqual((await runTandem(["orders", "get", "1001"], asLooker)).code, exitCodes.ok)
    assert.strictEqual((await runTandem(["orders", "replay", "1001"], asLooker)).code, exitCodes.unauthorised)
    const listed = json(await tandem("keys", "list", "-o", "json"))
    const { id } = listed.find((each: { name: string }) => each.name === "looker")
    assert.strictEqual((await tandem("keys", "revoke", id)).code, exitCodes.ok)
  })

  it("passes its own audit, with nothing pending and nothing parked", async () => {
    const audit = await tandem("audit", "verify", "-o", "json")
    assert.deepStrictEqual([audit.code, json(audit).findings], [exitCodes.ok, []])
    assert.strictEqual((await tandem("migrate", "--check")).code, exitCodes.ok)
    assert.deepStrictEqual(json(await tandem("dead-letters", "list", "-o", "json")), [])
  })

  it("refuses a second start in the same directory, and says who is there", async () => {
    const second = await runTandem(["start"], { cwd, env })
    assert.strictEqual(second.code, exitCodes.failed)
    assert.include(second.stderr, `in use by process ${plane.pid}`)
  })

  it(
    "stops at SIGINT with exit code 0, and goes on with what was there",
    async () => {
      assert.strictEqual(await plane.stop("SIGINT"), 0)
      const key = readFileSync(join(cwd, ".tandem", "dev-key"), "utf8").trim()
      plane = serveTandem(["start"], { cwd, env })
      await plane.until(ready)
      assert.include(plane.said(), key)
      assert.notInclude(plane.said(), "ticket 1001")
      assert.lengthOf(json(await tandem("orders", "list", "-o", "json")), 3)
    },
    patience
  )
})

describe("tandem start after kill -9", () => {
  const cwd = directory()
  let plane: Serving
  afterAll(() => plane.stop("SIGTERM"))

  it(
    "brings every ticket to its end, and buys nothing twice",
    async () => {
      plane = serveTandem(["start"], { cwd, env })
      for (const moment of [/ticket 1002 .* asks for/, /ticket 1002 .* has/, /filled 3 of the back-order/]) {
        await plane.until(moment)
        assert.strictEqual(await plane.stop("SIGKILL"), null)
        plane = serveTandem(["start"], { cwd, env })
      }
      await plane.until(ready)
      const list = json(await runTandem(["orders", "list", "-o", "json"], { cwd }))
      assert.deepStrictEqual(
        list.map((order: { status: string; ordered: number }) => [order.status, order.ordered]),
        [
          ["completed", 4],
          ["completed", 10],
          ["completed", 5]
        ]
      )
      const sandboxUrl = (await plane.until(/Sandbox +(http:\S+)\/sandbox/))[1] ?? ""
      const ledger = await (await fetch(`${sandboxUrl}/sandbox/ledger`)).json()
      assert.lengthOf(ledger.plivo.rented, 5 + 6 + 1)
      assert.lengthOf(ledger.inteliquent.sold, 4 + 3)
      assert.lengthOf(ledger.inteliquent.backorders, 1)
      assert.strictEqual((await runTandem(["audit", "verify"], { cwd })).code, 0)
      assert.strictEqual(await plane.stop("SIGTERM"), 0)
    },
    patience
  )
})
