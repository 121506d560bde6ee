import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Api from "./ApiFixture.ts"

const destination = { kind: "http", url: "https://sms.example/in?token=t0k3n" }
const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`

const ask = Effect.fnUntraced(function* (method: string, path: string, body?: unknown, role = "admin") {
  return yield* Api.send(`/api/v1/message-domains${path}`, { key: yield* Api.keyOf(role), method, body })
})

const domainOf = ({ body }: Api.Answer) => body.domain as unknown as Readonly<Record<string, unknown>>

layer(Api.layer, { excludeTestServices: true })("domains of messages over HTTP", (it) => {
  it.effect("are made with what is usual, tell their secret once, and keep what is not given", () =>
    Effect.gen(function* () {
      const made = yield* ask("PUT", "/alpha", { destination })
      assert.strictEqual(made.status, 200, made.text)
      assert.match(String(made.body.secret), /^whsec_[A-Za-z0-9+/]{43}=$/)
      const usual = {
        enabled: true,
        retentionDays: 180,
        maxAttempts: 10_000,
        firstRetrySeconds: 30,
        maxRetrySeconds: 3_600
      }
      assert.deepInclude(domainOf(made), { domain: "alpha", destination, ...usual, changedBy: "a admin" })
      const changed = yield* ask("PUT", "/alpha", { enabled: false, retentionDays: 7 })
      assert.isNull(changed.body.secret)
      assert.deepInclude(domainOf(changed), { destination, ...usual, enabled: false, retentionDays: 7 })
      const shown = yield* ask("GET", "/alpha")
      assert.deepInclude(shown.body, { domain: "alpha", retentionDays: 7 })
      assert.notInclude(shown.text, "whsec_")
    })
  )

  it.effect("sign with a secret that is given, or a new one", () =>
    Effect.gen(function* () {
      assert.isNull((yield* ask("PUT", "/beta", { destination, secret })).body.secret)
      const rotated = yield* ask("POST", "/beta/rotate-secret")
      assert.match(String(rotated.body.secret), /^whsec_/)
      assert.notStrictEqual(rotated.body.secret, secret)
    })
  )

  it.effect("are listed by name and taken away", () =>
    Effect.gen(function* () {
      for (const name of ["gamma", "delta"]) yield* ask("PUT", `/${name}`, { destination })
      const names = (yield* ask("GET", "?limit=200")).body.items.map((each) => each.domain)
      assert.includeMembers(names, ["delta", "gamma"])
      assert.deepStrictEqual(names, names.toSorted())
      assert.strictEqual((yield* ask("DELETE", "/gamma")).status, 200)
      const gone = yield* ask("DELETE", "/gamma")
      assert.deepStrictEqual([gone.status, gone.body.type], [404, "urn:tandem:problem:message-domain-unknown"])
    })
  )

  it.effect("lead nowhere but to the public internet, and make sense", () =>
    Effect.gen(function* () {
      const refused = [
        {},
        { destination: { kind: "http", url: "http://sms.example/in" } },
        { destination: { kind: "http", url: "https://127.0.0.1/in" } },
        { destination: { kind: "http", url: "https://169.254.169.254/latest/meta-data" } },
        { destination: { kind: "http", url: "https://user:secret@sms.example/in" } },
        { destination, firstRetrySeconds: 60, maxRetrySeconds: 30 }
      ]
      for (const body of refused) {
        const answer = yield* ask("PUT", "/epsilon", body)
        assert.deepStrictEqual([answer.status, answer.body.type], [409, "urn:tandem:problem:message-domain-refused"])
      }
      const malformed = [
        { destination: { kind: "carrier-pigeon", url: destination.url } },
        { destination, retentionDays: 0 },
        { destination, maxAttempts: 1.5 },
        { destination, secret: "whsec_short" }
      ]
      for (const body of malformed) assert.strictEqual((yield* ask("PUT", "/epsilon", body)).status, 400)
      for (const name of ["UPPER", "-first", "a".repeat(65), "a%20b"]) {
        assert.strictEqual((yield* ask("PUT", `/${name}`, { destination })).status, 400, name)
      }
      assert.strictEqual((yield* ask("GET", "/epsilon")).status, 404)
    })
  )

  it.effect("and the texts of messages are for admins alone", () =>
    Effect.gen(function* () {
      for (const role of ["viewer", "operator"]) {
        assert.strictEqual((yield* ask("GET", "", undefined, role)).status, 403)
        assert.strictEqual((yield* ask("PUT", "/alpha", { destination }, role)).status, 403)
        const id = "00000000-0000-4000-8000-000000000000"
        const body = yield* Api.send(`/api/v1/messages/${id}/body`, { key: yield* Api.keyOf(role) })
        assert.strictEqual(body.status, 403)
        const shown = yield* Api.send(`/api/v1/messages/${id}`, { key: yield* Api.keyOf(role) })
        assert.deepStrictEqual([shown.status, shown.body.type], [404, "urn:tandem:problem:message-unknown"])
      }
      const replay = { key: yield* Api.keyOf("viewer"), method: "POST", body: {} }
      assert.strictEqual((yield* Api.send("/api/v1/messages/replay", replay)).status, 403)
    })
  )
})
