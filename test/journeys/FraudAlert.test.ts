import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { AlertDesk } from "../../src/entities/AlertDesk.ts"
import { makeApiClient } from "../../src/http/api/ApiClient.ts"
import { reportOf } from "../domain/fraud/alerts/AlertSamples.ts"
import { eventually, getJson, postJson, send } from "../fixtures/PlaneRequests.ts"
import * as Plane from "../fixtures/TestPlane.ts"

const alertsAbout = (subject: string) =>
  Effect.map(
    getJson(`/api/v1/fraud/alerts?subject=${encodeURIComponent(subject)}`),
    ({ items }): ReadonlyArray<Readonly<Record<string, unknown>>> => items
  )

const alertAbout = (subject: string, isSo: (alert: Readonly<Record<string, unknown>>) => boolean) =>
  eventually(alertsAbout(subject), ([alert]) => alert !== undefined && isSo(alert)).pipe(
    Effect.map(([alert]) => alert ?? {})
  )

layer(Plane.layer(), { excludeTestServices: true })("an analyst", (it) => {
  it.effect("sees an attack as one alert, live, works on it, and sees a new one when it comes back", () =>
    Effect.gen(function* () {
      const subject = "+2348010000777"
      const desk = yield* AlertDesk
      const { apiKey, url } = yield* Plane.TestPlane
      const api = yield* makeApiClient({ baseUrl: url, apiKey: Redacted.make(apiKey) })
      const live = yield* api.events.follow({ query: { entityType: "FraudAlert", after: 0 }, headers: {} })
      for (let n = 0; n < 500; n++) desk.raise(reportOf(n, { finding: { subject }, call: { bNumber: subject } }))

      const alert = yield* alertAbout(subject, ({ findings }) => findings === 500)
      const path = `/api/v1/fraud/alerts/${String(alert.alertId)}`
      assert.deepInclude(alert, { status: "pending", severity: "HIGH", calls: 500, bNumber: subject })
      yield* postJson(`${path}/acknowledge`)
      yield* postJson(`${path}/assign`, { body: { assignee: "Bola A." } })
      yield* postJson(`${path}/comments`, { body: { text: "the carrier was told" } })
      yield* postJson(`${path}/resolve`, { body: { resolution: "confirmed_fraud" } })
      const refused = yield* send("POST", `${path}/investigate`)
      assert.deepStrictEqual([refused.status, refused.body.alertStatus], [409, "resolved"])

      const shown = yield* getJson(path)
      assert.deepInclude(shown, { status: "resolved", assignee: "Bola A.", resolvedBy: "test", acknowledgedBy: "test" })
      assert.strictEqual(shown.sample[0].callId, "call-0")
      const timeline = yield* getJson(`${path}/timeline`)
      const summaries: ReadonlyArray<string> = timeline.items.map(
        ({ summary }: { readonly summary: string }) => summary
      )
      assert.match(summaries[0] ?? "", /^Raised by call_masking as HIGH: 5 callers/)
      assert.include(summaries, "Resolved as confirmed_fraud by test")

      const types = yield* live.pipe(
        Stream.filter(({ entityId }) => entityId === alert.alertId),
        Stream.map(({ type }) => type),
        Stream.takeUntil((type) => type === "AlertResolved"),
        Stream.runCollect
      )
      assert.deepStrictEqual([types[0], types.at(-1)], ["AlertRaised", "AlertResolved"])

      desk.raise(reportOf(1_000, { finding: { subject }, call: { bNumber: subject } }))
      const next = yield* alertAbout(subject, ({ status }) => status === "pending")
      assert.notStrictEqual(next.alertId, alert.alertId)
      assert.strictEqual(next.findings, 1)
    }).pipe(Effect.provide(FetchHttpClient.layer), Effect.scoped)
  )
})
