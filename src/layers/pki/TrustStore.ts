import { Clock, Context, Effect, Layer } from "effect"
import { X509Certificate } from "node:crypto"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"

import type { AuthorityLocked, AuthorityState } from "../../domain/pki/Authority.ts"
import { AuthorityMissing, noAuthority } from "../../domain/pki/Authority.ts"
import { trustedPems } from "../../domain/pki/Trust.ts"
import { AuthorityRow } from "../storage/AuthorityRow.ts"
import { followJournal } from "../storage/JournalFollower.ts"
import { AuthorityKeys } from "./AuthorityKeys.ts"
import type { Issuer } from "./Certificates.ts"

/** An issuer that can sign, and what its certificates say of it. */
export interface OpenIssuer extends Issuer {
  readonly fingerprint: string
  readonly notAfterMillis: number
}

/** The authority as this node knows it: a copy that follows the journal, so that a new issuer is trusted within a second. */
export class TrustStore extends Context.Service<
  TrustStore,
  {
    readonly authority: () => AuthorityState
    /** The same with this issuer; asks the database when this node has not heard of it yet. */
    readonly authorityWith: (issuer: string) => Effect.Effect<AuthorityState, JournalUnavailable>
    /** The issuer that signs now; asks the database when this node has not heard of an authority yet. */
    readonly issuer: Effect.Effect<OpenIssuer, AuthorityMissing | AuthorityLocked | JournalUnavailable>
    /** The root, or one that issues or issued, for its revocation list. */
    readonly issuerOf: (
      fingerprint: string
    ) => Effect.Effect<OpenIssuer, AuthorityMissing | AuthorityLocked | JournalUnavailable>
    /** PEM of the root and of every issuer that is trusted now. */
    readonly trusted: Effect.Effect<ReadonlyArray<string>>
    /** Calls back after each change. */
    readonly onChange: (listener: () => void) => void
  }
>()("tandem/layers/pki/TrustStore") {
  static readonly layer = Layer.effect(
    TrustStore,
    Effect.gen(function* () {
      const row = yield* AuthorityRow
      const keys = yield* AuthorityKeys
      const listeners: Array<() => void> = []
      // What an issuer's certificates share is worked out once for each of these objects.
      const opened = new Map<string, OpenIssuer>()
      let state = noAuthority
      const load = Effect.map(row.get, (fresh) => {
        state = fresh
        for (const listener of listeners) listener()
      })
      yield* followJournal({ name: "the authority", entityTypes: ["Authority"], load, refresh: () => load })

      const open = Effect.fnUntraced(function* (pick: () => AuthorityState["issuers"][number] | undefined) {
        if (pick() === undefined) yield* load
        const chosen = pick()
        if (chosen === undefined) return yield* new AuthorityMissing()
        const { fingerprint, notAfterMillis, pem } = chosen
        const known = opened.get(fingerprint)
        if (known !== undefined) return known
        const privateKey = yield* keys.open(fingerprint)
        const issuer = { certificate: new X509Certificate(pem), privateKey, fingerprint, notAfterMillis }
        opened.set(fingerprint, issuer)
        return issuer
      })

      return TrustStore.of({
        authority: () => state,
        authorityWith: (issuer) =>
          Effect.suspend(() =>
            state.issuers.some(({ fingerprint }) => fingerprint === issuer) ? Effect.void : load
          ).pipe(Effect.map(() => state)),
        issuer: open(() => state.issuers.at(-1)),
        issuerOf: (fingerprint) =>
          open(() =>
            [...state.issuers, ...(state.root === null ? [] : [state.root])].find(
              (each) => each.fingerprint === fingerprint
            )
          ),
        trusted: Effect.map(Clock.currentTimeMillis, (now) => trustedPems(state, now)),
        onChange: (listener) => void listeners.push(listener)
      })
    })
  )
}
