import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Api from "./ApiFixture.ts"

const soc = { name: "soc", url: "https://soc.example/hook?token=t0k3n", minSeverity: "HIGH" }
const pager = { name: "pager", format: "pagerduty", routingKey: "R0UT1NGKEY" }

const ask = Effect.fnUntraced(function* (
  method: string,
  path: string,
  given: {
    readonly body?: unknown
    readonly role?: string
    readonly idempotencyKey?: string
    readonly key?: string
  } = {}
) {
  return yield* Api.send(`/api/v1/subscriptions${path}`, {
    key: given.key ?? (yield* Api.keyOf(given.role ?? "admin")),
    method,
    body: given.body,
    headers: given.idempotencyKey === undefined ? {} : { "idempotency-key": given.idempotencyKey }
  })
})

const subscriptionOf = ({ body }: Api.Answer) =>
  body.subscription as Readonly<Record<string, unknown>> & { readonly subscriptionId: string }

layer(Api.layer, { excludeTestServices: true })("subscriptions over HTTP", (it) => {
  it.effect("are made, and tell their secret once, or again to the same Idempotency-Key", () =>
    Effect.gen(function* () {
      const key = yield* Api.keyOf("admin")
      const made = yield* ask("POST", "", { body: soc, key, idempotencyKey: "one" })
      assert.strictEqual(made.status, 200, made.text)
      assert.match(String(made.body.secret), /^whsec_[A-Za-z0-9+/]{43}=$/)
      assert.deepInclude(subscriptionOf(made), { name: "soc", format: "standard", enabled: true, kinds: [] })
      assert.deepStrictEqual((yield* ask("POST", "", { body: soc, key, idempotencyKey: "one" })).body, made.body)
      const { subscriptionId } = subscriptionOf(made)
      const shown = yield* ask("GET", `/${subscriptionId}`)
      assert.deepStrictEqual(shown.body as unknown, made.body.subscription)
      assert.notInclude(shown.text, "whsec_")
    })
  )

  it.effect("are listed, changed, disabled and ended", () =>
    Effect.gen(function* () {
      const { subscriptionId } = subscriptionOf(yield* ask("POST", "", { body: soc }))
      const kinds = ["fraud.alert.raised"]
      const changed = yield* ask("PATCH", `/${subscriptionId}`, { body: { kinds, minSeverity: null } })
      assert.deepInclude(changed.body, { kinds, minSeverity: null, name: "soc", url: soc.url })
      const off = yield* ask("PATCH", `/${subscriptionId}`, { body: { enabled: false } })
      assert.deepInclude(off.body, { enabled: false, disabledReason: "by a admin", kinds })
      const on = yield* ask("PATCH", `/${subscriptionId}`, { body: { enabled: true } })
      assert.deepInclude(on.body, { enabled: true, disabledReason: null })
      const list = yield* ask("GET", "?limit=200")
      assert.include(
        list.body.items.map((each) => each.subscriptionId),
        subscriptionId
      )
      assert.strictEqual((yield* ask("DELETE", `/${subscriptionId}`)).status, 200)
      const gone = yield* ask("GET", `/${subscriptionId}`)
      assert.deepStrictEqual([gone.status, gone.body.type], [404, "urn:tandem:problem:subscription-unknown"])
      assert.strictEqual((yield* ask("DELETE", `/${subscriptionId}`)).status, 404)
    })
  )

  it.effect(
    "sign with a new secret when they are told to; PagerDuty's key comes from the caller and is never shown",
    () =>
      Effect.gen(function* () {
        const made = yield* ask("POST", "", { body: soc })
        const rotated = yield* ask("POST", `/${subscriptionOf(made).subscriptionId}/rotate-secret`)
        assert.match(String(rotated.body.secret), /^whsec_/)
        assert.notStrictEqual(rotated.body.secret, made.body.secret)
        const paged = yield* ask("POST", "", { body: pager })
        assert.isNull(paged.body.secret)
        assert.deepInclude(subscriptionOf(paged), { url: "https://events.pagerduty.com/v2/enqueue" })
        assert.notInclude(paged.text, pager.routingKey)
        const refused = yield* ask("POST", `/${subscriptionOf(paged).subscriptionId}/rotate-secret`)
        assert.deepStrictEqual([refused.status, refused.body.type], [409, "urn:tandem:problem:subscription-refused"])
      })
  )

  it.effect("are tried out, and show and repeat what was sent", () =>
    Effect.gen(function* () {
      const { subscriptionId } = subscriptionOf(yield* ask("POST", "", { body: soc }))
      const test = yield* ask("POST", `/${subscriptionId}/test`)
      assert.deepInclude(test.body, { kind: "webhook.test", status: "pending", tries: 0, subscriptionId })
      const listed = yield* ask("GET", `/${subscriptionId}/deliveries?status=pending`)
      assert.deepStrictEqual(listed.body.items as unknown, [test.body])
      assert.deepStrictEqual((yield* ask("GET", `/${subscriptionId}/deliveries?status=dead`)).body.items, [])
      const again = yield* ask("POST", `/${subscriptionId}/deliveries/${String(test.body.deliveryId)}/replay`)
      assert.deepInclude(again.body, { deliveryId: test.body.deliveryId, status: "pending" })
      const unknown = yield* ask("POST", `/${subscriptionId}/deliveries/msg_none/replay`)
      assert.deepStrictEqual([unknown.status, unknown.body.type], [404, "urn:tandem:problem:delivery-unknown"])
    })
  )

  const refusals = [
    { name: "plain", url: "http://soc.example/hook" },
    { name: "within", url: "https://10.0.0.1/hook" },
    { name: "cloud", url: "https://169.254.169.254/latest" },
    { name: "nowhere" },
    { name: "keyless", format: "pagerduty" },
    { name: "keyed", url: soc.url, routingKey: "R0UT1NGKEY" }
  ]
  for (const body of refusals) {
    it.effect(`are refused when they are ${body.name}`, () =>
      Effect.gen(function* () {
        const answer = yield* ask("POST", "", { body })
        assert.deepStrictEqual([answer.status, answer.body.type], [409, "urn:tandem:problem:subscription-refused"])
        assert.isNotEmpty(answer.body.detail)
      })
    )
  }

  it.effect("are for admins alone", () =>
    Effect.gen(function* () {
      for (const role of ["viewer", "operator"]) {
        assert.strictEqual((yield* ask("GET", "", { role })).status, 403)
        assert.strictEqual((yield* ask("POST", "", { role, body: soc })).status, 403)
      }
      assert.strictEqual((yield* ask("POST", "", { body: { ...soc, kinds: ["all"] } })).status, 400)
      assert.strictEqual((yield* ask("GET", "/sub_1")).status, 400)
    })
  )
})
