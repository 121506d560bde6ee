import { assert, describe, it } from "@effect/vitest"
import { missingForVendors, sandboxIsOn, wrongValues } from "../../src/cli/SettingValues.ts"
import { settings } from "../../src/cli/Settings.ts"

describe("the settings' values", () => {
  it("are fine when nothing is set", () => {
    assert.deepStrictEqual([...wrongValues({}), ...missingForVendors({})], [])
  })

  it.each([
    ["TANDEM_PORT", "abc", /must be a port number .*, not "abc"/],
    ["TANDEM_PORT", "65536", /must be a port number/],
    ["TANDEM_SANDBOX", "perhaps", /must be true or false, not "perhaps"/],
    ["TANDEM_URL", "localhost", /must be an http or https address/],
    ["BACKORDER_CHECK_MINUTES", "0", /must be a whole number from 1 to 1440, not "0"/],
    ["BACKORDER_CHECK_MINUTES", "1.5", /must be a whole number/],
    ["DATABASE_URL", "mysql://user:word@host/db", /^must be a postgres:\/\/ address$/]
  ])("%s=%s is named as a problem", (name, value, problem) => {
    const problems = wrongValues({ [name]: value })
    assert.deepStrictEqual(
      problems.map((each) => each.name),
      [name]
    )
    assert.match(problems[0]?.problem ?? "", problem)
  })

  it("turn the sandbox on until a vendor is configured, unless TANDEM_SANDBOX decides", () => {
    assert.isTrue(sandboxIsOn({}))
    assert.isTrue(sandboxIsOn({ OPENAI_API_KEY: "a key that the shell has for other reasons" }))
    assert.isFalse(sandboxIsOn({ PLIVO_AUTH_ID: "MA1" }))
    assert.isFalse(sandboxIsOn({ TANDEM_SANDBOX: "off" }))
    assert.isTrue(sandboxIsOn({ TANDEM_SANDBOX: "true", PLIVO_AUTH_ID: "MA1" }))
  })

  it("name everything that is missing when vendors are partly configured", () => {
    const names = missingForVendors({ PLIVO_AUTH_ID: "MA1" }).map((each) => each.name)
    assert.include(names, "PLIVO_AUTH_TOKEN")
    assert.include(names, "ZENDESK_WEBHOOK_SECRET")
    assert.notInclude(names, "PLIVO_AUTH_ID")
    assert.notInclude(names, "PLIVO_BASE_URL")
  })

  it("have one name each, and a default that is itself right", () => {
    assert.lengthOf(new Set(settings.map((setting) => setting.name)), settings.length)
    for (const { check, default: value, name } of settings) {
      if (check && value !== undefined && !value.includes(" ")) assert.isUndefined(check(value), name)
    }
  })
})
