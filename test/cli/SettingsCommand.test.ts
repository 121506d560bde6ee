import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { runTandem } from "./RunTandem.ts"

const rowsOf = (stdout: string): ReadonlyArray<{ name: string; value: string; source: string }> => JSON.parse(stdout)

describe("tandem settings", () => {
  it("says of each setting where its value comes from, the environment before .env", async () => {
    const { code, stderr, stdout } = await runTandem(["settings", "-o", "json"], {
      dotEnv: "TANDEM_PORT=9001\nTANDEM_HOST=0.0.0.0\nTANDEM_DATA_DIR=\n",
      env: { TANDEM_PORT: "9002" }
    })
    const row = (name: string) => rowsOf(stdout).find((each) => each.name === name)
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    assert.deepInclude(row("TANDEM_PORT"), { value: "9002", source: "env" })
    assert.deepInclude(row("TANDEM_HOST"), { value: "0.0.0.0", source: ".env" })
    assert.deepInclude(row("TANDEM_DATA_DIR"), { value: ".tandem", source: "default" })
  })

  it("hides secrets in both forms", async () => {
    const env = { PLIVO_AUTH_TOKEN: "s3cr3t-token", DATABASE_URL: "postgres://u:s3cr3t-word@h/d", PLIVO_AUTH_ID: "MA1" }
    const table = await runTandem(["settings"], { env })
    const json = await runTandem(["settings", "-o", "json"], { env })
    assert.notInclude(table.stdout + json.stdout, "s3cr3t")
    assert.match(table.stdout, /^PLIVO_AUTH_TOKEN +\(hidden\) +env /m)
    assert.match(table.stdout, /^PLIVO_AUTH_ID +MA1 +env /m)
  })

  it("prints the .env.example that lies in the repository", async () => {
    const { stdout } = await runTandem(["settings", "--example"])
    assert.strictEqual(stdout, readFileSync(new URL("../../.env.example", import.meta.url), "utf8"))
  })
})
