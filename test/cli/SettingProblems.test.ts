import { assert, describe, it } from "@effect/vitest"
import { startProblems, wrongValues } from "../../src/cli/SettingProblems.ts"
import { settings } from "../../src/cli/Settings.ts"
import { sandboxIsOn } from "../../src/cli/SettingValues.ts"

const namesOf = (problems: ReadonlyArray<{ readonly name: string }>) => problems.map((problem) => problem.name)

describe("the problems with settings", () => {
  it("are none when nothing is set", () => {
    assert.deepStrictEqual(startProblems({}, "all"), [])
  })

  it.each([
    ["TANDEM_PORT", "abc", /^must be a port number .*, not "abc"$/],
    ["TANDEM_PORT", "65536", /^must be a port number/],
    ["TANDEM_SANDBOX", "perhaps", /^must be true or false, not "perhaps"$/],
    ["TANDEM_URL", "localhost", /^must be an http or https address/],
    ["BACKORDER_CHECK_MINUTES", "0", /^must be a number greater than 0, not "0"$/],
    ["DATABASE_POOL_SIZE", "4.5", /^must be a whole number from 4 to 150/],
    ["LOG_FORMAT", "xml", /^must be one of auto, json, pretty, not "xml"$/],
    ["MCP_CARRIER_TIER_US", "ten", /^must consist of digits/],
    ["DATABASE_URL", "mysql://user:word@host/db", /^must be a postgres:\/\/ address$/]
  ])("name %s=%s", (name, value, problem) => {
    const problems = wrongValues({ [name]: value })
    assert.deepStrictEqual(namesOf(problems), [name])
    assert.match(problems[0]?.problem ?? "", problem)
  })

  it("can be looked for in a few settings alone", () => {
    assert.deepStrictEqual(wrongValues({ TANDEM_PORT: "abc" }, ["TANDEM_URL"]), [])
  })

  it("name everything that is missing when vendors are partly configured", () => {
    const names = namesOf(startProblems({ PLIVO_AUTH_ID: "MA1" }, "all"))
    assert.includeMembers(names, ["PLIVO_AUTH_TOKEN", "ZENDESK_WEBHOOK_SECRET", "MCP_URL"])
    assert.notInclude(names, "PLIVO_AUTH_ID")
    assert.notInclude(names, "PLIVO_BASE_URL")
  })

  it("name the database and the vendors that one node among many needs", () => {
    const names = namesOf(startProblems({ TANDEM_SANDBOX: "true" }, "runner"))
    assert.includeMembers(names, ["DATABASE_URL", "TANDEM_SANDBOX", "PLIVO_AUTH_ID"])
  })
})

describe("the sandbox", () => {
  it("is on until a vendor is configured, unless TANDEM_SANDBOX decides", () => {
    assert.isTrue(sandboxIsOn({}))
    assert.isTrue(sandboxIsOn({ OPENAI_API_KEY: "a key that the shell has for other reasons" }))
    assert.isFalse(sandboxIsOn({ PLIVO_AUTH_ID: "MA1" }))
    assert.isFalse(sandboxIsOn({ TANDEM_SANDBOX: "off" }))
    assert.isTrue(sandboxIsOn({ TANDEM_SANDBOX: "true", PLIVO_AUTH_ID: "MA1" }))
  })
})

describe("the registry of settings", () => {
  it("has one entry for each name, and defaults that are themselves right", () => {
    assert.lengthOf(new Set(namesOf(settings)), settings.length)
    for (const { check, default: value, name } of settings) {
      if (check && value !== undefined && !value.includes(" ")) assert.isUndefined(check(value), name)
    }
  })
})
