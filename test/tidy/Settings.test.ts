import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { SwitchErrorCode } from "../../src/http/switch/SwitchAnswers.ts"
import { root, sources } from "./Source.ts"

const registry = "src/cli/Settings.ts"

/** Files that read settings: by `Config` itself, or by the vendors' shorthands for it. */
const readers = sources("src").filter(
  ({ path, text }) =>
    path !== registry && (/import .*\bConfig\b.* from "effect"/.test(text) || text.includes("VendorSettings.ts"))
)

const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name ?? "")

/** Codes of the switch port's errors look like names of settings. */
const switchErrors = new Set<string>([
  "VALIDATION_ERROR",
  "NOT_FOUND",
  "SERVICE_UNAVAILABLE"
] satisfies ReadonlyArray<SwitchErrorCode>)

const used = new Set(readers.flatMap(({ text }) => names(text, /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g)))
const mentioned = new Set(
  sources("src")
    .filter(({ path }) => path !== registry)
    .flatMap(({ text }) => names(text, /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g))
)

const example = readFileSync(join(root, ".env.example"), "utf8")
const listed = new Set([...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? ""))

describe(".env.example", () => {
  it("lists every setting that the source reads", () => {
    assert.deepStrictEqual([...used].filter((name) => !listed.has(name) && !switchErrors.has(name)).sort(), [])
  })

  it("lists nothing that the source does not read", () => {
    assert.deepStrictEqual([...listed].filter((name) => !mentioned.has(name)).sort(), [])
  })

  it("says what each setting is for", () => {
    const lines = example.split("\n")
    const bare = lines.filter(
      (line, index) => /^#?[A-Z][A-Z0-9_]*=/.test(line) && !/^# \S/.test(lines[index - 1] ?? "")
    )
    assert.deepStrictEqual(bare, [])
  })
})
