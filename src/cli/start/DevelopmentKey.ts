import { Effect, Option, Redacted } from "effect"
import { ApiKeys } from "../../layers/storage/ApiKeys.ts"
import { readDevelopmentKey, writeDevelopmentKey } from "../PlaneFile.ts"

/** The key of an earlier start when the plane still knows it, or else a new one; kept where only its owner can read it. */
export const developmentKey = Effect.fnUntraced(function* (dataDir: string) {
  const keys = yield* ApiKeys
  const kept = Option.getOrUndefined(yield* readDevelopmentKey(dataDir))
  if (kept !== undefined && Option.isSome(yield* keys.verify(Redacted.make(kept)))) return kept
  const made = yield* keys.create({ name: "development", role: "admin" })
  const key = Redacted.value(made.key)
  yield* writeDevelopmentKey(dataDir, key)
  return key
})
