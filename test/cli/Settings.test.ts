import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { settings } from "../../src/cli/Settings.ts"
import { dotEnvExample } from "../../src/cli/SettingValues.ts"
import { defaultCapacity } from "../../src/domain/fraud/windows/NumberSlice.ts"
import type { SwitchErrorCode } from "../../src/http/switch/SwitchAnswers.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

/** Codes of the switch port's errors look like names of settings. */
const switchErrors = new Set<string>([
  "VALIDATION_ERROR",
  "NOT_FOUND",
  "SERVICE_UNAVAILABLE"
] satisfies ReadonlyArray<SwitchErrorCode>)

/** Names in capitals that the files outside the command line take from `Config`. */
const readByCode = new Set(
  globSync("src/{layers,http,entities}/**/*.ts", { cwd: root })
    .map((file) => readFileSync(`${root}${file}`, "utf8"))
    .filter((text) => /\bConfig\b|VendorSettings/.test(text))
    .flatMap((text) => [...text.matchAll(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g)].map((match) => match[1] ?? ""))
    .filter((name) => !switchErrors.has(name))
)

/** What the command line itself reads. */
const readByCommands = ["TANDEM_SANDBOX", "TANDEM_SANDBOX_PORT", "TANDEM_URL", "TANDEM_API_KEY"]

/** Defaults that the code takes from the domain. */
const domainDefaults: Readonly<Record<string, number>> = {
  FRAUD_MAX_CALLERS: defaultCapacity.callers,
  FRAUD_MAX_CALLED: defaultCapacity.callees
}

describe("the registry of settings", () => {
  it("holds what the code reads, and nothing else", () => {
    assert.deepStrictEqual(
      settings.map((setting) => setting.name).sort(),
      [...new Set([...readByCode, ...readByCommands])].sort()
    )
  })

  it("tells the default that the code has", () => {
    const texts = globSync("src/{layers,http,entities}/**/*.ts", { cwd: root }).map((file) =>
      readFileSync(`${root}${file}`, "utf8")
    )
    for (const { default: value, name } of settings) {
      if (value === undefined || readByCommands.includes(name)) continue
      const ofDomain = domainDefaults[name]
      if (ofDomain !== undefined) {
        assert.strictEqual(String(ofDomain), value, name)
        continue
      }
      const reading = texts.find((text) => text.includes(`"${name}"`))
      const after = reading?.slice(reading.indexOf(`"${name}"`)).match(/withDefault\(([^)]*)\)/)?.[1] ?? ""
      const given = after.replace(/ as const|["[\]\s]|(?<=\d)_/g, "").replace(/,$/, "")
      if (!value.includes(" ")) assert.strictEqual(given, value, name)
    }
  })

  it("makes an example that has every setting once, commented out", () => {
    const names = [...dotEnvExample().matchAll(/^#([A-Z0-9_]+)=/gm)].map((match) => match[1])
    assert.sameMembers(
      names,
      settings.map((setting) => setting.name)
    )
    assert.notMatch(dotEnvExample(), /^[A-Z]/m)
  })
})

describe("docs/settings.md", () => {
  it("has a row with the description of each setting", () => {
    const text = readFileSync(`${root}docs/settings.md`, "utf8")
    const rows = new Map(
      [...text.matchAll(/^\| `([A-Z0-9_]+)`[^|]*\|[^|]*\|\s*(.*?)\s*\|$/gm)].map(([, name, what]) => [name, what])
    )
    assert.deepStrictEqual(
      [...rows].map(([name, what]) => `${name}: ${what}`),
      settings.map(({ description, name }) => `${name}: ${description}`)
    )
  })
})
