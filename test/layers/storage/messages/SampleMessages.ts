import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { NewMessage } from "../../../../src/domain/messaging/Message.ts"
import { MessageIntake } from "../../../../src/layers/storage/MessageIntake.ts"
import { MessageRows } from "../../../../src/layers/storage/MessageRows.ts"
import * as ProvenKeys from "../../../../src/layers/storage/messages/ProvenKeys.ts"
import * as TestDatabase from "../../../fixtures/TestDatabase.ts"
import { directory, keyFileIn, ringOf } from "../../messaging/TestKeys.ts"

export const message = (more: Partial<NewMessage> = {}): NewMessage => ({
  messageId: null,
  idempotencyKey: null,
  clientId: "bank",
  domain: "otp",
  senderNumber: "+2348031234567",
  body: "Your code is 4711",
  metadata: null,
  ...more
})

/** What a node has of messages, with its keys in this file. */
export const nodeOf = (file: string) =>
  Layer.mergeAll(MessageIntake.layer, MessageRows.layer).pipe(
    Layer.provideMerge(ProvenKeys.layer.pipe(Layer.provide(ringOf(file))))
  )

/** A node with keys and a database of its own. */
export const layer = Layer.unwrap(Effect.map(directory, (path) => nodeOf(keyFileIn(path)))).pipe(
  Layer.provideMerge(TestDatabase.layer)
)

export const accept = (...messages: ReadonlyArray<NewMessage>) =>
  Effect.flatMap(MessageIntake, (intake) => intake.accept(messages))

/** Makes each statement that changes messages take a while, so that it can be interrupted in the middle. */
export const slowly = <A, E, R>(effect: Effect.Effect<A, E, R>, seconds = 0.2) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END $$`)
    yield* sql`CREATE TRIGGER dawdle AFTER UPDATE ON messages FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`
    const value = yield* effect
    yield* sql`DROP TRIGGER dawdle ON messages`
    return value
  })
