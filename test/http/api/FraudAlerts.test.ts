import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Api from "./ApiFixture.ts"
import { Commands } from "./TestEntities.ts"

const idOf = (n: number) => `ALT-2026-${String(n).padStart(7, "0")}`

/** Alerts 1 to 5, one a minute; odd ones are about masking, 5 is resolved as a false positive, 409 refuses. */
const seed = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const n of [1, 2, 3, 4, 5, 409]) {
    const at = `2026-01-01T00:0${n % 10}:00.000Z`
    const resolved = n === 5
    yield* sql`INSERT INTO fraud_alerts (alert_id, status, fraud_type, rule, ncc_type, severity, severity_rank, confidence,
      evidence, subject, b_number, a_number_count, findings, calls, source_ips, action_taken, detection_window_millis,
      detection_latency_millis, detected_at, first_seen_at, last_seen_at, acknowledged_at, resolution, resolved_by,
      resolved_at, reported_ncc, version, created_at, updated_at)
      VALUES (${idOf(n)}, ${resolved ? "resolved" : "pending"}, ${n % 2 ? "CALL_MASKING" : "WANGIRI"},
      ${n % 2 ? "call_masking" : "wangiri"}, 'CLI_SPOOFING', ${n === 1 ? "CRITICAL" : "HIGH"}, 3, 0.9, 'evidence',
      ${`+23480100000${n}`}, '+2348010000001', 5, 7, 6, '["192.0.2.1"]'::json, 'BLOCKED', 5000, 0.25,
      ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz,
      ${resolved ? "2026-01-01T00:05:30Z" : null}::timestamptz, ${resolved ? "false_positive" : null},
      ${resolved ? "ada" : null}, ${resolved ? "2026-01-01T00:06:00Z" : null}::timestamptz, false, 1,
      ${at}::timestamptz, ${at}::timestamptz) ON CONFLICT DO NOTHING`
  }
})

const idsOf = (answer: Api.Answer) => answer.body.items.map(({ alertId }) => alertId)

const get = Effect.fnUntraced(function* (path: string, role = "viewer") {
  return yield* Api.send(`/api/v1/fraud/alerts${path}`, { key: yield* Api.keyOf(role) })
})

layer(Api.layer, { excludeTestServices: true })("fraud alerts over HTTP", (it) => {
  it.effect("are listed newest first, page by page", () =>
    Effect.gen(function* () {
      yield* seed
      const first = yield* get("?limit=4")
      assert.deepStrictEqual(idsOf(first), [409, 5, 4, 3].map(idOf))
      const rest = yield* get(`?limit=4&cursor=${first.body.nextCursor}`)
      assert.deepStrictEqual([idsOf(rest), rest.body.nextCursor], [[idOf(2), idOf(1)], null])
      assert.deepInclude(rest.body.items[1], {
        type: "CALL_MASKING",
        severity: "CRITICAL",
        detectedAt: "2026-01-01T00:01:00.000Z",
        sourceIps: ["192.0.2.1"],
        findings: 7,
        reportedNcc: false,
        nccIncidentId: null
      })
    })
  )

  for (const [query, expected] of [
    ["status=resolved", [5]],
    ["severity=CRITICAL", [1]],
    ["type=WANGIRI", [4, 2]],
    ["rule=call_masking&status=pending", [409, 3, 1]],
    ["subject=%2B234801000004", [4]],
    ["subject=%2B2348", []],
    ["from=2026-01-01T01:03:00%2B01:00&to=2026-01-01T00:05:00Z", [4, 3]]
  ] as const) {
    it.effect(`are found by ${query}`, () =>
      Effect.gen(function* () {
        yield* seed
        assert.deepStrictEqual(idsOf(yield* get(`?${query}`)), expected.map(idOf))
      })
    )
  }

  it.effect("are counted over a period", () =>
    Effect.gen(function* () {
      yield* seed
      const { body } = yield* get("/stats?from=2026-01-01T00:00:00Z&to=2026-01-01T00:06:00Z")
      assert.deepInclude(body, {
        total: 5,
        byStatus: { pending: 4, resolved: 1 },
        bySeverity: { CRITICAL: 1, HIGH: 4 },
        byType: { CALL_MASKING: 3, WANGIRI: 2 },
        byResolution: { false_positive: 1 },
        byAction: { BLOCKED: 5 },
        meanSecondsToAcknowledge: 30,
        meanSecondsToResolve: 60,
        detectionLatencyP99Millis: 0.25,
        falsePositivePercent: 100
      })
      const none = yield* get("/stats?from=2030-01-01T00:00:00Z")
      assert.deepInclude(none.body, { total: 0, meanSecondsToResolve: null, falsePositivePercent: 0, byStatus: {} })
    })
  )

  it.effect("are worked on in the name of the key, once for each Idempotency-Key", () =>
    Effect.gen(function* () {
      yield* seed
      const key = yield* Api.keyOf("operator")
      const path = `/api/v1/fraud/alerts/${idOf(1)}`
      const post = (action: string, body?: unknown) =>
        Api.send(`${path}/${action}`, { key, method: "POST", body, headers: { "idempotency-key": action } })
      const bodies = {
        acknowledge: undefined,
        investigate: undefined,
        assign: { assignee: "bola" },
        comments: { text: "the carrier called\nand said so" },
        resolve: { resolution: "confirmed_fraud" },
        reopen: { reason: "it goes on" }
      }
      for (const [action, body] of Object.entries(bodies)) {
        const answer = yield* post(action, body)
        assert.strictEqual(answer.status, 200, `${action}: ${answer.text}`)
        assert.strictEqual(answer.body.alertId, idOf(1))
      }
      const received = (yield* Commands).filter(({ entityId }) => entityId === idOf(1))
      assert.deepStrictEqual(
        received.map(({ command, payload: { commandKey: _, ...rest } }): readonly [string, unknown] => [command, rest]),
        [
          ["Acknowledge", { by: "a operator" }],
          ["Investigate", { by: "a operator" }],
          ["Assign", { by: "a operator", assignee: "bola" }],
          ["Comment", { by: "a operator", text: "the carrier called\nand said so", type: "note" }],
          ["Resolve", { by: "a operator", resolution: "confirmed_fraud", notes: "" }],
          ["Reopen", { by: "a operator", reason: "it goes on" }]
        ]
      )
      const conflict = yield* post("assign", { assignee: "chidi" })
      assert.deepStrictEqual(
        [conflict.status, conflict.body.type],
        [409, "urn:tandem:problem:idempotency-key-conflict"]
      )
    })
  )

  it.effect("refuse what their status does not allow, and who may not", () =>
    Effect.gen(function* () {
      yield* seed
      const send = (id: string, role: string) =>
        Effect.flatMap(Api.keyOf(role), (key) =>
          Api.send(`/api/v1/fraud/alerts/${id}/acknowledge`, { key, method: "POST" })
        )
      const refused = yield* send(idOf(409), "operator")
      assert.deepStrictEqual([refused.status, refused.body.type], [409, "urn:tandem:problem:alert-status-refused"])
      assert.deepInclude(refused.body, { alertStatus: "resolved", command: "Acknowledge", alertId: idOf(409) })
      assert.strictEqual((yield* send(idOf(1), "viewer")).status, 403)
      const unknown = yield* send(idOf(77), "operator")
      assert.deepStrictEqual([unknown.status, unknown.body.type], [404, "urn:tandem:problem:alert-unknown"])
      assert.strictEqual((yield* send("ALT-1", "operator")).status, 400)
      assert.strictEqual((yield* get(`/${idOf(77)}`)).status, 404)
      assert.strictEqual((yield* get(`/${idOf(77)}/timeline`)).status, 404)
    })
  )

  it.effect("take no comment without words, or with what could steer a terminal", () =>
    Effect.gen(function* () {
      yield* seed
      const key = yield* Api.keyOf("operator")
      for (const text of ["", " \n ", "a\u001b[2Jb", "x".repeat(2_001)]) {
        const path = `/api/v1/fraud/alerts/${idOf(2)}/comments`
        assert.strictEqual((yield* Api.send(path, { key, method: "POST", body: { text } })).status, 400)
      }
    })
  )

  for (const query of ["from=yesterday", "to=2026-13-01T00:00:00Z", "status=open", "severity=3"]) {
    it.effect(`are not listed by ${query}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* get(`?${query}`)).status, 400)
      })
    )
  }
})
