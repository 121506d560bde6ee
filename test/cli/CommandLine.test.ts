import { assert, describe, it } from "@effect/vitest"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { runTandem } from "./RunTandem.ts"

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("tandem's command line", () => {
  it("prints its version on standard output", async () => {
    const { code, stderr, stdout } = await runTandem(["--version"])
    assert.strictEqual(code, exitCodes.ok)
    assert.match(stdout, /^tandem v\d+\.\d+\.\d+\n$/)
    assert.strictEqual(stderr, "")
  })

  it("shows help with examples when asked, on standard output", async () => {
    const { code, stderr, stdout } = await runTandem(["settings", "--help"])
    assert.strictEqual(code, exitCodes.ok)
    assert.include(stdout, "EXAMPLES")
    assert.include(stdout, "tandem settings -o json")
    assert.strictEqual(stderr, "")
  })

  it.each([
    [["fly"], /Unknown subcommand/],
    [["settings", "--colour"], /Unrecognized flag: --colour/],
    [["settings", "-o", "xml"], /output/]
  ])("refuses %j with exit code 2 and one line that says what is wrong", async (args, problem) => {
    const { code, stderr, stdout } = await runTandem(args)
    assert.strictEqual(code, exitCodes.usage)
    assert.strictEqual(stdout, "")
    assert.match(lines(stderr)[0] ?? "", problem)
    assert.lengthOf(lines(stderr), 2)
  })

  it("lists its commands on standard error when none is given", async () => {
    const { code, stderr, stdout } = await runTandem([])
    assert.strictEqual(code, exitCodes.usage)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "SUBCOMMANDS")
  })
})
