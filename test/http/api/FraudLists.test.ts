import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "../../fixtures/PlaneRequests.ts"
import * as Api from "./ApiFixture.ts"

const path = (rest: string) => `/api/v1/fraud/lists/${rest}`

const add = Effect.fnUntraced(function* (list: string, body: unknown, headers?: Record<string, string>) {
  const key = yield* Api.keyOf("operator")
  return yield* Api.send(path(list), { key, method: "POST", body, ...(headers && { headers }) })
})

const list = Effect.fnUntraced(function* (query: string) {
  const answer = yield* Api.send(path(query), { key: yield* Api.keyOf("viewer") })
  assert.strictEqual(answer.status, 200, answer.text)
  return answer.body
})

const values = (body: Api.Body) => body.items.map(({ value }) => value)

layer(Api.layer, { excludeTestServices: true })("the block and the allow list", (it) => {
  it.effect("take a value in any of its forms, show it, and give it back when it is taken off", () =>
    Effect.gen(function* () {
      const number = {
        kind: "number",
        value: "0803 123 4567",
        reason: "wangiri",
        expiresAt: "2040-01-01T01:00:00+01:00"
      }
      const { body, status } = yield* add("block", number)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(
        [body.value, body.status, body.source, body.by, body.expiresAt],
        ["+2348031234567", "active", "manual", "a operator", "2040-01-01T00:00:00.000Z"]
      )
      const operator = yield* Api.keyOf("operator")
      const remove = (rest: string) => Api.send(path(rest), { key: operator, method: "DELETE" })
      const removed = yield* remove("block/number/%2B2348031234567?reason=mistake")
      assert.deepStrictEqual([removed.status, removed.body.status, removed.body.reason], [200, "removed", "mistake"])
      assert.strictEqual((yield* remove("block/number/%2B2348031234567?reason=again")).status, 200)
      const unknown = yield* remove("allow/number/%2B2348031234567?reason=x")
      assert.deepStrictEqual([unknown.status, unknown.body.type], [404, "urn:tandem:problem:list-entry-unknown"])

      assert.strictEqual((yield* add("block", { kind: "ip", value: "192.0.2.7/24", reason: "scan" })).status, 200)
      const block = yield* remove("block/ip/192.0.2.0%2F24?reason=over")
      assert.deepStrictEqual([block.status, block.body.value], [200, "192.0.2.0/24"])
    })
  )

  it.effect("refuse what would do harm, and say why", () =>
    Effect.gen(function* () {
      const cases = [
        ["block", { kind: "prefix", value: "+234", reason: "x" }, 422, "wholeCountry"],
        ["block", { kind: "number", value: "112", reason: "x" }, 422, "emergency"],
        ["block", { kind: "prefix", value: "+1", reason: "x" }, 422, "tooWide"],
        ["allow", { kind: "ip", value: "300.1.1.1", reason: "x" }, 422, "invalid"],
        ["block", { kind: "carrier", value: "x", reason: "x", expiresAt: "2020-01-01T00:00:00Z" }, 422, "expired"],
        ["grey", { kind: "carrier", value: "x", reason: "x" }, 404, undefined],
        ["block", { kind: "carrier", value: "x", reason: "" }, 400, undefined],
        ["block", { kind: "colour", value: "x", reason: "x" }, 400, undefined]
      ] as const
      for (const [name, body, status, reason] of cases) {
        const answer = yield* add(name, body)
        assert.deepStrictEqual([answer.status, answer.body.reason], [status, reason], JSON.stringify(body))
        assert.isNotEmpty(answer.body.detail)
      }
      const forced = yield* add("block", { kind: "prefix", value: "+882", reason: "x", force: true })
      assert.strictEqual(forced.status, 200)
    })
  )

  it.effect("give the same answer to the same Idempotency-Key", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("operator")
      const send = (reason: string) =>
        Api.send(path("block"), {
          key,
          method: "POST",
          body: { kind: "carrier", value: "once", reason },
          headers: { "idempotency-key": "k1" }
        })
      assert.deepStrictEqual((yield* send("a")).body, (yield* send("a")).body)
      assert.strictEqual((yield* send("b")).status, 409)
    })
  )

  it.effect("are shown by kind and value, page by page, filtered", () =>
    Effect.gen(function* () {
      for (const value of ["+2349011111111", "+2349022222222", "+2347011111111"]) {
        yield* add("allow", { kind: "number", value, reason: "bank", source: value.includes("901") ? "ncc" : "manual" })
      }
      yield* add("allow", { kind: "prefix", value: "+234901", reason: "bank" })
      const operator = yield* Api.keyOf("operator")
      yield* Api.send(path("allow/number/%2B2347011111111?reason=x"), { key: operator, method: "DELETE" })

      const first = yield* list("allow?limit=2")
      const rest = yield* list(`allow?limit=9&cursor=${first.nextCursor}`)
      assert.deepStrictEqual(values(first), ["+2347011111111", "+2349011111111"])
      assert.deepStrictEqual([values(rest), rest.nextCursor], [["+2349022222222", "+234901"], null])
      assert.deepStrictEqual(values(yield* list("allow?active=false")), ["+2347011111111"])
      assert.deepStrictEqual(values(yield* list("allow?active=true&kind=prefix")), ["+234901"])
      assert.deepStrictEqual(values(yield* list("allow?value=%2B23490&kind=number")), [
        "+2349011111111",
        "+2349022222222"
      ])
      assert.deepStrictEqual(values(yield* list("allow?source=ncc")), ["+2349011111111"])
    })
  )

  it.effect("take a CSV or JSON lines and tell of each line; sent again, nothing more happens", () =>
    Effect.gen(function* () {
      const text = [
        "kind,value,reason,expiresAt",
        'number,08039999991,"said ""no"", twice",',
        "number,+2348039999991,again,",
        "prefix,+234,whole country,",
        "number,nonsense,,",
        "ip,198.51.100.0/24,,2041-01-01T00:00:00Z",
        ""
      ].join("\r\n")
      const send = add("block/import", { format: "csv", text, reason: "list of May" })
      const { body, status } = yield* send
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(
        body.items.map(({ line, outcome, value }) => [line, outcome, value]),
        [
          [2, "listed", "+2348039999991"],
          [3, "repeated", "+2348039999991"],
          [4, "refused", "+234"],
          [5, "refused", "nonsense"],
          [6, "listed", "198.51.100.0/24"]
        ]
      )
      assert.deepStrictEqual([body.listed, body.repeated, body.refused, body.failed], [2, 1, 2, 0])
      const [entry] = (yield* list("block?value=%2B2348039999991")).items
      assert.deepStrictEqual([entry?.reason, entry?.version], ['said "no", twice', 1])
      yield* send
      assert.deepStrictEqual(
        (yield* list("block?value=198.51")).items.map(({ reason, version }) => [reason, version]),
        [["list of May", 1]]
      )

      const jsonl = ['{"kind":"carrier","value":"c1"}', "", "{", '{"kind":"carrier","value":7}'].join("\n")
      const lines = yield* add("allow/import", { format: "jsonl", text: jsonl, reason: "friends" })
      assert.deepStrictEqual(
        lines.body.items.map(({ line, outcome }) => [line, outcome]),
        [
          [1, "listed"],
          [3, "refused"],
          [4, "refused"]
        ]
      )
      const many = yield* add("allow/import", { format: "csv", text: "carrier,x\n".repeat(10_001), reason: "x" })
      assert.deepStrictEqual([many.status, many.body.issues[0]?.path], [400, ["payload", "text"]])
    })
  )

  it.effect("say what they would do with a call, and why", () =>
    Effect.gen(function* () {
      yield* add("block", { kind: "prefix", value: "+4479", reason: "spoofed" })
      yield* add("allow", { kind: "number", value: "+447911123456", reason: "our own" })
      yield* add("block", { kind: "ip", value: "203.0.113.0/24", reason: "flood" })
      const check = (query: string) => list(`check?${query}`)
      const flood = yield* eventually(check("ip=203.0.113.9"), ({ decision }) => decision === "block")
      assert.deepStrictEqual(flood.match, { list: "block", kind: "ip", value: "203.0.113.0/24", reason: "flood" })
      assert.strictEqual((yield* check("number=00447922123456")).decision, "block")
      const own = yield* check("number=%2B44%207911%20123456")
      assert.deepStrictEqual([own.decision, own.number], ["allow", "+447911123456"])
      const emergency = yield* check("number=112")
      assert.deepStrictEqual([emergency.decision, emergency.emergency], ["none", true])
      assert.strictEqual((yield* check("")).decision, "none")
    })
  )

  it.effect("are for viewers to read and for operators to change", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("viewer")
      const body = { kind: "carrier", value: "x", reason: "x" }
      assert.strictEqual((yield* Api.send(path("block"), { key, method: "POST", body })).status, 403)
      const remove = yield* Api.send(path("block/carrier/x?reason=x"), { key, method: "DELETE" })
      assert.strictEqual(remove.status, 403)
    })
  )
})
