import { Config, Effect, Option, Schema } from "effect"
import type { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { certificatesOf } from "./SignerCertificate.ts"

/** Most trust anchors; the list of a whole country has a few dozen. */
export const maxTrustAnchors = 1_000

/** The file that FRAUD_STIR_TRUST_FILE names cannot be used. */
export class TrustAnchorsUnreadable extends Schema.TaggedError<TrustAnchorsUnreadable>()("TrustAnchorsUnreadable", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `FRAUD_STIR_TRUST_FILE: ${this.file} ${this.detail}`
  }
}

/** The certificates that signers' certificates must lead to; none when no file is set. It is read once, at the start. */
export const trustAnchors: Effect.Effect<
  ReadonlyArray<X509Certificate>,
  Config.ConfigError | TrustAnchorsUnreadable
> = Effect.gen(function* () {
  const file = Option.getOrUndefined(yield* Config.option(Config.NonEmptyString("FRAUD_STIR_TRUST_FILE")))
  if (file === undefined) return []
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(file),
    catch: (cause) => new TrustAnchorsUnreadable({ file, detail: `cannot be read: ${String(cause)}` })
  })
  const anchors = certificatesOf(bytes, maxTrustAnchors)
  return (
    anchors ??
    (yield* new TrustAnchorsUnreadable({
      file,
      detail: `holds no certificates, a damaged one, or more than ${maxTrustAnchors}`
    }))
  )
})
