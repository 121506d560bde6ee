import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import type { Answer } from "../api/ApiFixture.ts"
import * as Portal from "./PortalWorld.ts"

const marker = "the secret word is zebra"

layer(Portal.layer, { excludeTestServices: true })("messages in the portal", (it) => {
  it.effect("are those of the user's client, by whatever way they are looked for", () =>
    Effect.gen(function* () {
      const own = yield* Portal.message("mill", "ours", "+2348030000001")
      const other = yield* Portal.message("farm", marker, "+2348030000001")
      const { accessToken } = yield* Portal.loggedIn("user", "mill")
      const seen = Effect.fnUntraced(function* (query: string) {
        const answer = yield* Portal.get(`/messages${query}`, accessToken)
        assert.strictEqual(answer.status, 200, answer.text)
        assert.notInclude(answer.text, "+2348030000001")
        return answer.body.items.map(({ messageId }) => messageId)
      })
      assert.deepStrictEqual(yield* seen(""), [own])
      assert.deepStrictEqual(yield* seen("?search=%2B2348030000001"), [own])
      assert.deepStrictEqual(yield* seen("?search=%2B2348030000002"), [])
      assert.deepStrictEqual(yield* seen(`?search=${own.toUpperCase()}`), [own])
      assert.deepStrictEqual(yield* seen(`?search=${other}`), [])
      assert.deepStrictEqual(yield* seen(`?search=${own}&status=delivered`), [])
      assert.deepStrictEqual(yield* seen("?status=queued&from_date=2026-01-01T00:00:00Z"), [own])
      assert.deepStrictEqual(yield* seen("?to_date=2026-01-01T00:00:00Z"), [])
      const posted = yield* Portal.post("/messages/search", { search: "+2348030000001" }, accessToken)
      assert.deepStrictEqual(
        posted.body.items.map(({ messageId }) => messageId),
        [own]
      )
      for (const path of [`/messages/${other}`, `/messages/${own.replace(/^./, "f")}`]) {
        assert.deepStrictEqual(Portal.problemOf(yield* Portal.get(path, accessToken)), [404, "message-unknown"])
      }
      assert.strictEqual((yield* Portal.get(`/messages/${own}`, accessToken)).body.clientId, "mill")
    })
  )

  it.effect("come in pages of a hundred at most", () =>
    Effect.gen(function* () {
      const ids: Array<string> = []
      for (let n = 0; n < 5; n++) ids.unshift(yield* Portal.message("many"))
      const { accessToken } = yield* Portal.loggedIn("user", "many")
      const seen: Array<unknown> = []
      let cursor: string | null = ""
      while (cursor !== null) {
        const { body }: Answer = yield* Portal.get(
          `/messages?per_page=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
          accessToken
        )
        seen.push(...body.items.map(({ messageId }) => messageId))
        cursor = body.nextCursor
      }
      assert.deepStrictEqual(seen, ids)
      assert.strictEqual((yield* Portal.get("/messages?per_page=101", accessToken)).status, 400)
      assert.strictEqual((yield* Portal.get("/messages?search=0803", accessToken)).status, 400)
      assert.strictEqual((yield* Portal.get("/messages?cursor=xxx", accessToken)).status, 400)
    })
  )

  it.effect("are read by admins alone, and each read is in the journal before the text is out", () =>
    Effect.gen(function* () {
      const messageId = yield* Portal.message("vault", marker)
      const history = Effect.gen(function* () {
        return (yield* (yield* Journal).load("Message", messageId)).events
      })
      for (const [role, clientId] of [
        ["user", "vault"],
        ["user_manager", "vault"]
      ] as const) {
        const { accessToken } = yield* Portal.loggedIn(role, clientId)
        const answer = yield* Portal.get(`/messages/${messageId}/body`, accessToken)
        assert.deepStrictEqual([answer.status, answer.body.reason], [403, "text-for-admins"])
        assert.notInclude((yield* Portal.get(`/messages/${messageId}`, accessToken)).text, marker)
      }
      assert.deepStrictEqual(yield* history, [])
      const { accessToken, userId } = yield* Portal.loggedIn("admin")
      for (let n = 0; n < 2; n++) {
        const { body } = yield* Portal.get(`/messages/${messageId}/body`, accessToken)
        assert.deepInclude(body, { body: marker, senderNumber: "+2348031234567" })
      }
      const reads = yield* history
      assert.deepStrictEqual(
        reads.map(({ payload, type }) => [type, payload]),
        [1, 2].map(() => ["MessageBodyRead", { _tag: "MessageBodyRead", by: userId }])
      )
    })
  )
})
