import { Context, Effect, Layer, Schema } from "effect"
import { Buffer } from "node:buffer"

/** The key management service did not wrap or unwrap a key. Says nothing of the key. */
export class KeyWrappingFailed extends Schema.TaggedError<KeyWrappingFailed>()("KeyWrappingFailed", {
  detail: Schema.String,
  /** Whether the same may succeed a moment later. */
  retryable: Schema.Boolean
}) {}

/**
 * Envelope encryption: a key management service has a key of its own, which never leaves it, and with which the keys of
 * the file are wrapped. Each is bound to its role in the file, so that none can be put in another's place.
 */
export class KeyWrapping extends Context.Service<
  KeyWrapping,
  {
    /** Which key of which service, as the file names it; undefined: the file has the keys as they are. */
    readonly name: string | undefined
    /** What is wrapped begins with the service's word and a colon, which no plain key has. */
    readonly wrap: (key: Uint8Array, role: string) => Effect.Effect<string, KeyWrappingFailed>
    readonly unwrap: (wrapped: string, role: string) => Effect.Effect<Uint8Array, KeyWrappingFailed>
  }
>()("tandem/layers/messaging/KeyWrapping") {}

/** Keys that lie in the file as they are, in base64. */
export const noWrapping = KeyWrapping.of({
  name: undefined,
  wrap: (key) => Effect.succeed(Buffer.from(key).toString("base64")),
  unwrap: (text) => Effect.succeed(Buffer.from(text, "base64"))
})

export const layerNone = Layer.succeed(KeyWrapping, noWrapping)
