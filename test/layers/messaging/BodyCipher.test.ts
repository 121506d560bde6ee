import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import fc from "fast-check"
import { Buffer } from "node:buffer"
import { openBody, sealBody } from "../../../src/layers/messaging/BodyCipher.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { contentHash, laneOf, senderHash } from "../../../src/layers/messaging/SenderHash.ts"
import { ringLayer } from "./TestKeys.ts"

const owner = { messageId: "7f000001-8abc-4def-8123-0123456789ab", clientId: "bank" }
const content = { sender: "+2348031234567", body: "Your code is 4711", metadata: { domain: "otp" } }

const sealed = Effect.gen(function* () {
  const ring = yield* KeyRing
  const key = yield* ring.current
  const reasonOf = (change: Partial<typeof owner & { readonly body: Uint8Array }>) =>
    openBody(ring, { ...owner, body, ...change }).pipe(
      Effect.result,
      Effect.map((result) =>
        Result.isSuccess(result) ? "read" : "reason" in result.failure ? result.failure.reason : result.failure._tag
      )
    )
  const body = sealBody(key, owner, content)
  return { body, key, reasonOf, ring }
})

describe("a body at rest", () => {
  it.effect("is read again, whatever is in it", () =>
    Effect.gen(function* () {
      const { key, ring } = yield* sealed
      for (const text of fc.sample(fc.string({ unit: "binary", maxLength: 1_000 }), 50)) {
        const body = sealBody(key, owner, { ...content, body: text, metadata: null })
        const read = yield* openBody(ring, { ...owner, body })
        assert.deepStrictEqual(read, { ...content, body: text, metadata: null })
      }
    }).pipe(Effect.provide(ringLayer))
  )

  it.effect("begins with its key's version, has a fresh nonce, and shows nothing", () =>
    Effect.gen(function* () {
      const { key } = yield* sealed
      const bodies = Array.from({ length: 100 }, () => sealBody(key, owner, content))
      assert.strictEqual(new Set(bodies.map((body) => body.subarray(1, 13).toString("hex"))).size, 100)
      for (const body of bodies) {
        assert.strictEqual(body[0], 1)
        assert.strictEqual(body.length, 1 + 12 + JSON.stringify(content).length + 16)
        for (const part of ["4711", "803", "otp"]) assert.isFalse(body.includes(Buffer.from(part.repeat(2))))
      }
    }).pipe(Effect.provide(ringLayer))
  )

  it.effect("is not read once a bit of it is changed, or by another owner, or without its key", () =>
    Effect.gen(function* () {
      const { body, reasonOf } = yield* sealed
      assert.strictEqual(yield* reasonOf({}), "read")
      for (let at = 1; at < body.length; at++) {
        const changed = Buffer.from(body)
        changed[at] = (changed[at] ?? 0) ^ 1
        assert.strictEqual(yield* reasonOf({ body: changed }), "tampered")
      }
      const otherVersion = Buffer.concat([Buffer.of(7), body.subarray(1)])
      assert.strictEqual(yield* reasonOf({ body: otherVersion }), "key-unknown")
      assert.strictEqual(yield* reasonOf({ clientId: "shop" }), "tampered")
      assert.strictEqual(yield* reasonOf({ messageId: owner.messageId.replace("7f", "7e") }), "tampered")
      for (const length of [0, 1, 28]) {
        assert.strictEqual(yield* reasonOf({ body: body.subarray(0, length) }), "malformed")
      }
      assert.strictEqual(yield* reasonOf({ body: body.subarray(0, body.length - 1) }), "tampered")
    }).pipe(Effect.provide(ringLayer))
  )

  it.effect("has a sender that is found by its hash, always in the same lane, and a content that is told apart", () =>
    Effect.gen(function* () {
      const key = yield* Effect.flatMap(KeyRing, ({ senderKey }) => senderKey)
      const hash = senderHash(key, content.sender)
      assert.deepStrictEqual(senderHash(key, content.sender), hash)
      assert.lengthOf(hash, 32)
      assert.isTrue(laneOf(hash) >= 0 && laneOf(hash) < 64)
      const contents = [
        content,
        { ...content, body: "" },
        { ...content, metadata: null },
        { ...content, metadata: { clientId: "otp" } },
        { ...content, sender: "+2348031234568" }
      ]
      assert.strictEqual(new Set(contents.map((each) => Buffer.from(contentHash(key, each)).toString("hex"))).size, 5)
    }).pipe(Effect.provide(ringLayer))
  )
})
