import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { directory, runTandem, serveTandem } from "./RunTandem.ts"

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("tandem serve and start with wrong settings", () => {
  it.each<[ReadonlyArray<string>, Record<string, string>, ReadonlyArray<RegExp>]>([
    [["start"], { TANDEM_PORT: "abc" }, [/^tandem: TANDEM_PORT must be a port number .*, not "abc"$/]],
    [
      ["serve", "--role", "all"],
      { TANDEM_PORT: "abc", LOG_FORMAT: "xml" },
      [/^tandem: TANDEM_PORT must/, /^tandem: LOG_FORMAT must be one of auto, json, pretty, not "xml"$/]
    ],
    [
      ["serve", "--role", "edge"],
      {
        TANDEM_SANDBOX: "off",
        ZENDESK_BASE_URL: "https://z.example",
        ZENDESK_EMAIL: "a@z.example",
        ZENDESK_API_TOKEN: "t",
        ZENDESK_WEBHOOK_SECRET: "s",
        PLIVO_AUTH_ID: "MA1",
        PLIVO_AUTH_TOKEN: "t",
        INTELIQUENT_CLIENT_ID: "c",
        INTELIQUENT_CLIENT_SECRET: "s",
        INTELIQUENT_TRUNK_GROUP: "g",
        OPENAI_API_KEY: "k",
        MCP_URL: "https://m.example",
        MCP_USERNAME: "u",
        MCP_PASSWORD: "p",
        MCP_USER_EMAIL: "u@m.example",
        MCP_CARRIER_ID: "1"
      },
      [/^tandem: DATABASE_URL is missing/, /^tandem: INTELIQUENT_PRIVATE_KEY is missing/]
    ]
  ])("stops %j before anything is started, one line a problem", async (args, env, problems) => {
    const cwd = directory()
    const { code, stderr, stdout } = await runTandem(args, { cwd, env })
    assert.strictEqual(code, exitCodes.usage)
    assert.strictEqual(stdout, "")
    assert.lengthOf(lines(stderr), problems.length)
    for (const [index, problem] of problems.entries()) assert.match(lines(stderr)[index] ?? "", problem)
    assert.isFalse(existsSync(join(cwd, ".tandem")))
  })

  it("names a port that was chosen and is taken", async () => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve))
    const address = blocker.address()
    const port = typeof address === "object" && address ? String(address.port) : ""
    const { code, stderr } = await runTandem(["serve", "--role", "all"], {
      env: { TANDEM_PORT: port, TANDEM_SANDBOX_PORT: "0", LOG_LEVEL: "Error" }
    })
    blocker.close()
    assert.strictEqual(code, exitCodes.failed)
    assert.match(
      stderr,
      new RegExp(`^tandem: the plane does not start: .*EADDRINUSE.*${port} \\(TANDEM_HOST, TANDEM_PORT`)
    )
  })
})

describe("tandem sandbox", () => {
  it("prints the settings that lead to its vendors, and serves until SIGTERM", async () => {
    const sandbox = serveTandem(["sandbox", "--port", "0"], {})
    await sandbox.until(/^MCP_CARRIER_ID=/m)
    const settings = Object.fromEntries(lines(sandbox.said()).map((line) => line.split(/=(.*)/, 2)))
    const token = Buffer.from(`${settings.PLIVO_AUTH_ID}:${settings.PLIVO_AUTH_TOKEN}`).toString("base64")
    const found = await fetch(
      `${settings.PLIVO_BASE_URL}/v1/Account/${settings.PLIVO_AUTH_ID}/PhoneNumber/?country_iso=US&pattern=212`,
      { headers: { authorization: `Basic ${token}` } }
    )
    assert.strictEqual(found.status, 200)
    assert.strictEqual(await sandbox.stop("SIGTERM"), exitCodes.ok)
    assert.match(sandbox.complained(), /listens on http:\/\/127\.0\.0\.1:\d+/)
  })
})
