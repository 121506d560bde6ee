import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { matches, root, type Source, sources } from "./Source.ts"

const linesMax = 400
const medianMax = 100

const src = sources("src")
const tests = sources("test")
const bench = sources("bench")
const examples = sources("examples")
const documents = [
  ...sources("docs", [".md"]),
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].flatMap((path): ReadonlyArray<Source> => {
    try {
      const text = readFileSync(join(root, path), "utf8")
      return [{ path, text, lines: text.split("\n") }]
    } catch {
      return []
    }
  })
]
const code = [...src, ...tests, ...bench, ...examples]

const notOf = (files: ReadonlyArray<Source>, ...paths: ReadonlyArray<string>) =>
  files.filter(({ path }) => !paths.some((exempt) => path.startsWith(exempt)))

describe("a file", () => {
  it("has 400 lines at most, and half of them under 100", () => {
    const long = code
      .filter(({ lines }) => lines.length - 1 > linesMax)
      .map(({ lines, path }) => `${path}: ${lines.length}`)
    assert.deepStrictEqual(long, [])
    const lengths = src.map(({ lines }) => lines.length).sort((one, other) => one - other)
    assert.isAtMost(lengths[Math.floor(lengths.length / 2)] ?? 0, medianMax)
  })

  it("is called as what it exports, in PascalCase", () => {
    const wrong = [...src, ...tests, ...bench]
      .filter(({ path }) => path !== "src/cli/main.ts")
      .filter(({ path }) => !/^[A-Z][A-Za-z0-9]*(\.test)?\.ts$/.test(basename(path)))
    assert.deepStrictEqual(
      wrong.map(({ path }) => path),
      []
    )
  })

  it("and its folder have names that say what is inside", () => {
    const drawer = /(^|\/)(index|utils?|helpers?|common|types?|managers?|misc|shared)(\.test)?(\.ts)?(\/|$)/i
    assert.deepStrictEqual(
      code.map(({ path }) => path).filter((path) => drawer.test(path)),
      []
    )
  })

  it("of a test lies where its subject's room is", () => {
    const rooms = new Set(src.map(({ path }) => path.split("/")[1]))
    const others = new Set([
      "tidy",
      "fixtures",
      "journeys",
      "simulation",
      "cluster",
      "crash",
      "bench",
      "examples",
      "sip"
    ])
    const lost = tests
      .map(({ path }) => dirname(path).split("/")[1] ?? "")
      .filter((room) => !rooms.has(room) && !others.has(room))
    assert.deepStrictEqual([...new Set(lost)], [])
  })
})

describe("the source", () => {
  it("asks the Clock and Random services for time and chance", () => {
    const direct = /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bprocess\.hrtime/
    assert.deepStrictEqual(matches(src, direct), [])
    // The command line counts signals before and after the runtime with its clock is there. The end of a turn is no time.
    assert.deepStrictEqual(matches(notOf(src, "src/cli/"), /\bset(Timeout|Interval)\(/), [])
  })

  it("writes to the terminal from the command line's room alone", () => {
    assert.deepStrictEqual(matches(notOf(src, "src/cli/"), /\bconsole\.[a-z]+\(|\bprocess\.std(out|err)\.write\(/), [])
  })

  it("reads settings with Config, not from the environment", () => {
    assert.deepStrictEqual(matches(notOf(src, "src/cli/"), /\bprocess\.env\b/), [])
  })

  it("does not talk the compiler out of a check", () => {
    const loud = /\bas any\b|\bas unknown as\b|@ts-(ignore|expect-error|nocheck)|(eslint|oxlint)-disable/
    assert.deepStrictEqual(matches([...src, ...bench, ...examples], loud), [])
  })
})

describe("what is written here", () => {
  it("leaves nothing for later", () => {
    assert.deepStrictEqual(matches(notOf([...code, ...documents], "test/tidy/"), /\b(TODO|FIXME|HACK)\b/), [])
  })

  it("skips no test without a condition, and runs none alone", () => {
    assert.deepStrictEqual(matches(notOf(tests, "test/tidy/"), /\b(it|test|describe)(\.\w+)*\.(only|todo|skip)\(/), [])
  })

  it("stands for itself: it points to no tracker, chat, machine or private path", () => {
    const outside =
      /\bissues? (#|no\.? ?)?\d+\b|\/work\/|\/home\/\w+\/|\/tmp\/tandem\/|\b(claude|anthropic|chatgpt|copilot)\b|\bthis session\b/i
    assert.deepStrictEqual(matches(notOf([...code, ...documents], "test/tidy/"), outside), [])
  })
})
