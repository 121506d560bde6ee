import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { settings } from "../../src/cli/Settings.ts"
import { dotEnvExample } from "../../src/cli/SettingValues.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

/** Names in capitals that the files outside the command line take from `Config`. */
const readByCode = new Set(
  globSync("src/{layers,http,entities}/**/*.ts", { cwd: root })
    .map((file) => readFileSync(`${root}${file}`, "utf8"))
    .filter((text) => /\bConfig\b|VendorSettings/.test(text))
    .flatMap((text) => [...text.matchAll(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g)].map((match) => match[1] ?? ""))
)

/** What the command line itself reads. */
const readByCommands = ["TANDEM_SANDBOX", "TANDEM_SANDBOX_PORT", "TANDEM_URL", "TANDEM_API_KEY"]

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
