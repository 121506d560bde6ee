import { Config, Context, Effect, Layer, Option, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { KeyObject } from "node:crypto"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { AuthorityLocked } from "../../domain/pki/Authority.ts"
import { orUnavailable } from "../storage/journal/Unavailable.ts"
import { openKey, sealKey } from "./Keys.ts"

/** Keys of the authority are sealed under it; without it nothing can be issued. */
const passphrase = Config.option(Config.Redacted("CA_KEY_PASSPHRASE"))

/** Shorter ones are guessed. */
export const minPassphraseLength = 12

const notSet = new AuthorityLocked({ detail: "CA_KEY_PASSPHRASE is not set" })

/** The authority's private keys: sealed in the database, open in the memory of the nodes that have the passphrase. */
export class AuthorityKeys extends Context.Service<
  AuthorityKeys,
  {
    /** Kept under the fingerprint of the certificate that it belongs to, before anybody hears of that certificate. */
    readonly keep: (fingerprint: string, key: KeyObject) => Effect.Effect<void, AuthorityLocked | JournalUnavailable>
    readonly open: (fingerprint: string) => Effect.Effect<KeyObject, AuthorityLocked | JournalUnavailable>
  }
>()("tandem/layers/pki/AuthorityKeys") {
  static readonly layer = Layer.effect(
    AuthorityKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const secret = Option.getOrUndefined(yield* passphrase)
      const opened = new Map<string, KeyObject>()

      const needed = Effect.suspend(() => {
        if (secret === undefined) return Effect.fail(notSet)
        return Redacted.value(secret).length < minPassphraseLength
          ? Effect.fail(
              new AuthorityLocked({ detail: `CA_KEY_PASSPHRASE has fewer than ${minPassphraseLength} characters` })
            )
          : Effect.succeed(secret)
      })

      return AuthorityKeys.of({
        keep: Effect.fnUntraced(function* (fingerprint, key) {
          const sealed = sealKey(key, yield* needed)
          yield* sql`INSERT INTO authority_keys (certificate_fingerprint, sealed_key)
            VALUES (${fingerprint}, ${sealed})`.pipe(orUnavailable)
          opened.set(fingerprint, key)
        }),
        open: Effect.fnUntraced(function* (fingerprint) {
          const known = opened.get(fingerprint)
          if (known !== undefined) return known
          const words = yield* needed
          const rows = yield* sql<{ readonly sealed_key: string }>`SELECT sealed_key FROM authority_keys
            WHERE certificate_fingerprint = ${fingerprint}`.pipe(orUnavailable)
          const sealed = rows[0]?.sealed_key
          if (sealed === undefined) return yield* new AuthorityLocked({ detail: "the authority's key is not there" })
          const key = openKey(sealed, words)
          if (Result.isFailure(key)) {
            return yield* new AuthorityLocked({ detail: "CA_KEY_PASSPHRASE does not open the authority's key" })
          }
          opened.set(fingerprint, key.success)
          return key.success
        })
      })
    })
  )
}
