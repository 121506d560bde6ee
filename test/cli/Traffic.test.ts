import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { exitCodes } from "../../src/cli/ExitCodes.ts"
import { runTandem } from "./RunTandem.ts"

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

interface Asked {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A switch port that blocks callers from the international gateway, flags those of the wholesalers, and fails for companies. */
const actionOf = (body: Asked["body"]) =>
  body.source_group === 10 ? "block" : body.source_group === 4 ? "flag" : "allow"

const withPort = async <A>(use: (url: string, asked: ReadonlyArray<Asked>) => Promise<A>): Promise<A> => {
  const asked: Array<Asked> = []
  const server = createServer((request, response) => {
    let text = ""
    request.on("data", (chunk) => (text += chunk))
    request.on("end", () => {
      const body = JSON.parse(text)
      asked.push({ path: request.url ?? "", body })
      const broken = body.source_group === 3 && request.url === "/api/v1/fraud/detect"
      response.writeHead(broken ? 500 : 200, { "content-type": "application/json" })
      response.end(JSON.stringify({ call_id: body.call_id, is_fraud: false, action: actionOf(body) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await use(`http://127.0.0.1:${port}`, asked)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe("tandem traffic", () => {
  it("prints the same switch requests for the same seed", async () => {
    const args = ["traffic", "--seed", "7", "--calls", "1200"]
    const [one, other] = await Promise.all([runTandem(args), runTandem(args)])
    assert.strictEqual(one.code, exitCodes.ok)
    assert.lengthOf(lines(one.stdout), 1200)
    assert.strictEqual(other.stdout, one.stdout)
  })

  it("prints call records, an injection file, and the truth, from the start that was asked for", async () => {
    const args = [
      "traffic",
      "--calls",
      "50",
      "--start",
      "2026-03-01T08:00:00Z",
      "--kind",
      "cli_mask",
      "--prevalence",
      "0.2"
    ]
    const printed = (format: string) => runTandem([...args, "--format", format]).then(({ stdout }) => lines(stdout))
    const [cdr, sipp, labelled] = await Promise.all([printed("cdr"), printed("sipp"), printed("labelled")])
    const records = cdr.map((line) => JSON.parse(line))
    assert.lengthOf(records, 50)
    assert.isTrue(records.every(({ start_time }) => start_time >= "2026-03-01T08:00:00.000Z"))
    assert.strictEqual(sipp[0], "SEQUENTIAL")
    const truth = labelled.map((line) => JSON.parse(line))
    const labels = truth.flatMap(({ label }) => label ?? [])
    assert.lengthOf(labels, 10)
    assert.deepStrictEqual([...new Set(labels)], ["cli_mask"])
  })

  it("plays calls against a switch port: asks of each, tells each end, and counts the verdicts", () =>
    withPort(async (url, asked) => {
      const args = ["--calls", "600", "--prevalence", "0.1", "--kind", "cli_mask", "--kind", "call_masking"]
      const { code, stdout } = await runTandem(["traffic", "--send", url, "--rate", "600", ...args, "-o", "json"])
      assert.strictEqual(code, exitCodes.ok)
      const detected = asked.filter(({ path }) => path === "/api/v1/fraud/detect")
      const ended = asked.filter(({ path }) => path === "/api/v1/fraud/cdr")
      assert.lengthOf(detected, 600)
      assert.sameMembers(
        ended.map(({ body }) => body.call_id),
        detected.map(({ body }) => body.call_id)
      )
      const blocked = ended.filter(({ body }) => body.source_group === 10)
      assert.isNotEmpty(blocked)
      assert.isTrue(blocked.every(({ body }) => body.sip_code === 603 && body.answer_time === null))
      assert.isTrue(ended.every(({ body }) => Date.parse(String(body.end_time)) <= Date.now()))

      const rows = JSON.parse(stdout) as ReadonlyArray<{
        readonly kind: string
        readonly calls: number
        readonly actions: Readonly<Record<string, number>>
        readonly errors: number
      }>
      const masked = rows.find(({ kind }) => kind === "cli_mask")
      assert.strictEqual(masked?.actions.block, masked?.calls)
      const failed = detected.filter(({ body }) => body.source_group === 3).length
      const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
      assert.strictEqual(
        sum(({ errors }) => errors),
        failed
      )
      assert.strictEqual(
        sum(({ actions }) => Object.values(actions).reduce((total, count) => total + count, 0)),
        600 - failed
      )
    }))

  it("shows a table, with one line for each kind of call", () =>
    withPort(async (url) => {
      const { stdout } = await runTandem(["traffic", "--send", url, "--calls", "60", "--rate", "500"])
      assert.match(lines(stdout)[0] ?? "", /^KIND +CALLS +BLOCK +REDIRECT +PENALTY +FLAG +ALLOW +ERRORS$/)
      assert.match(stdout, /^ordinary /m)
    }))

  it("says so soon when no switch port is there", async () => {
    const { code, stderr } = await runTandem([
      "traffic",
      "--send",
      "http://127.0.0.1:1",
      "--calls",
      "5000",
      "--rate",
      "1000"
    ])
    assert.strictEqual(code, exitCodes.unreachable)
    assert.include(stderr, "http://127.0.0.1:1")
  })

  it.each([
    ["--prevalence", "2"],
    ["--calls", "0"],
    ["--kind", "theft"],
    ["--send", "localhost"],
    ["--start", "soon"]
  ])("refuses %s %s", async (flag, value) => {
    assert.strictEqual((await runTandem(["traffic", flag, value])).code, exitCodes.usage)
  })
})
