import { Config, Effect, Layer, Schema } from "effect"
import * as KeyWrapping from "./KeyWrapping.ts"
import * as VaultTransit from "./VaultTransit.ts"

const kind = Config.schema(Schema.Literals(["none", "vault"]), "MESSAGE_KEY_KMS").pipe(
  Config.withDefault("none" as const)
)

/** What wraps the keys of the file, as MESSAGE_KEY_KMS says. Another service is one more layer here. */
export const layer = Layer.unwrap(
  Effect.map(kind, (chosen) => (chosen === "vault" ? VaultTransit.layer : KeyWrapping.layerNone))
)
