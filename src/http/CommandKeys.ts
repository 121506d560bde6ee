import { Context, Effect, Layer, Option, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { hash } from "node:crypto"
import { IdempotencyKeys } from "../layers/storage/IdempotencyKeys.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import type { IdempotencyKeyConflict } from "./api/RequestProblems.ts"
import type { JournalUnavailable } from "./api/ServiceProblems.ts"
import { asProblems } from "./ProblemDetails.ts"

/** What a caller asks for, and under which Idempotency-Key, when there is one. */
export interface Asked {
  readonly operation: string
  readonly target: string
  readonly body?: unknown
  readonly idempotencyKey: string | undefined
}

/** Longest key that an actor takes, in characters. */
const maxCommandKeyLength = 200

type Refusal = IdempotencyKeyConflict | JournalUnavailable

/** Turns Idempotency-Keys into the command keys under which the journal remembers its answers. */
export class CommandKeys extends Context.Service<
  CommandKeys,
  {
    /** The key for the actor's command. Without an Idempotency-Key it is one that never comes again. */
    readonly keyFor: (asked: Asked) => Effect.Effect<string, Refusal, CurrentCaller>
    /** For what the journal does not answer by itself: runs the effect, and gives a key that comes again the same answer. */
    readonly once: <A, I, E, R>(
      asked: Asked,
      answer: Schema.Codec<A, I>,
      run: (commandKey: string) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | Refusal, R | CurrentCaller>
  }
>()("tandem/http/CommandKeys") {
  static readonly layer: Layer.Layer<CommandKeys, never, IdempotencyKeys> = Layer.effect(
    CommandKeys,
    Effect.gen(function* () {
      const keys = yield* IdempotencyKeys
      const random = yield* SecureRandom.SecureRandom

      const claim = Effect.fnUntraced(function* (asked: Asked) {
        const { id: scope } = yield* CurrentCaller
        if (asked.idempotencyKey === undefined) {
          return { commandKey: `api:${scope}:${yield* random.uuidV4()}`, answer: Option.none<string>() }
        }
        const answer = yield* asProblems(
          keys.claim({ scope, key: asked.idempotencyKey, fingerprint: fingerprintOf(asked) })
        )
        return { commandKey: commandKeyOf(scope, asked, asked.idempotencyKey), answer }
      })

      const once = Effect.fnUntraced(function* <A, I, E, R>(
        asked: Asked,
        answer: Schema.Codec<A, I>,
        run: (commandKey: string) => Effect.Effect<A, E, R>
      ) {
        const claimed = yield* claim(asked)
        const codec = Schema.fromJsonString(Schema.toCodecJson(answer))
        if (Option.isSome(claimed.answer)) {
          return yield* Effect.orDie(Schema.decodeEffect(codec)(claimed.answer.value))
        }
        const value = yield* run(claimed.commandKey)
        if (asked.idempotencyKey !== undefined) {
          const { id: scope } = yield* CurrentCaller
          const reply = yield* Effect.orDie(Schema.encodeEffect(codec)(value))
          yield* asProblems(keys.keep({ scope, key: asked.idempotencyKey, reply }))
        }
        return value
      })

      return CommandKeys.of({ keyFor: (asked) => Effect.map(claim(asked), ({ commandKey }) => commandKey), once })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}

const fingerprintOf = ({ operation, target, body }: Asked): string =>
  hash("sha256", JSON.stringify([operation, target, body ?? null]))

const commandKeyOf = (callerId: string, { operation, target }: Asked, key: string): string => {
  const commandKey = `api:${callerId}:${operation}:${target}:${key}`
  return commandKey.length <= maxCommandKeyLength ? commandKey : `api:${callerId}:${hash("sha256", commandKey)}`
}
