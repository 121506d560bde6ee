import { Clock, Context, Effect, Layer, Semaphore } from "effect"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { AuthorityLocked, AuthorityMissing } from "../../domain/pki/Authority.ts"
import type { RevokedCertificate } from "../storage/CertificateRows.ts"
import { CertificateRows } from "../storage/CertificateRows.ts"
import { ClientDirectory } from "./ClientDirectory.ts"
import type { RevocationList } from "./RevocationList.ts"
import { makeRevocationList } from "./RevocationList.ts"
import { TrustStore } from "./TrustStore.ts"

/** How long a list may be used; a new one is made when half of that is over, or when something was revoked. */
export const lifetimeMillis = 86_400_000

/** A delta is against the full list of at most this age (RFC 5280 §5.2.4). */
const baseMillis = 7 * 86_400_000

export type ListKind = "full" | "delta"

interface Lists {
  readonly full: RevocationList
  readonly delta: RevocationList
  readonly madeAtMillis: number
  readonly generation: number
}

interface Base {
  readonly number: number
  readonly madeAtMillis: number
  readonly serials: ReadonlySet<string>
}

type Unavailable = AuthorityMissing | AuthorityLocked | JournalUnavailable

/** Lists of revoked certificates (RFC 5280 §5), of each issuer one, and of the root, whose list is empty. */
export class RevocationLists extends Context.Service<
  RevocationLists,
  {
    /** By the fingerprint of the issuer's certificate. */
    readonly of: (issuer: string, kind: ListKind) => Effect.Effect<RevocationList, Unavailable>
    /** Those of the root and of every issuer, PEM one after the other: what HAProxy and OpenSSL want to check a whole chain. */
    readonly bundle: (kind: ListKind) => Effect.Effect<string, Unavailable>
  }
>()("tandem/layers/pki/RevocationLists") {
  static readonly layer = Layer.effect(
    RevocationLists,
    Effect.gen(function* () {
      const rows = yield* CertificateRows
      const trust = yield* TrustStore
      const directory = yield* ClientDirectory
      const made = new Map<string, Lists>()
      const bases = new Map<string, Base>()
      const turn = yield* Semaphore.make(1)
      let generation = 0
      directory.onChange(() => void (generation += 1))

      const baseOf = (
        issuer: string,
        number: number,
        revoked: ReadonlyArray<RevokedCertificate>,
        now: number
      ): Base => {
        const known = bases.get(issuer)
        if (known !== undefined && now - known.madeAtMillis < baseMillis) return known
        const base = { number, madeAtMillis: now, serials: new Set(revoked.map(({ serial }) => serial)) }
        bases.set(issuer, base)
        return base
      }

      const make = Effect.fnUntraced(function* (issuer: string) {
        const signer = yield* trust.issuerOf(issuer)
        const now = yield* Clock.currentTimeMillis
        const seen = generation
        const revoked = yield* rows.revoked(issuer, now)
        const number = yield* rows.nextListNumber(issuer)
        const base = baseOf(issuer, number, revoked, now)
        const times = { thisUpdateMillis: now, nextUpdateMillis: now + lifetimeMillis }
        const since = revoked.filter(({ serial }) => !base.serials.has(serial))
        const lists = {
          full: makeRevocationList(signer, { number, baseNumber: null, ...times, revoked }),
          delta: makeRevocationList(signer, { number, baseNumber: base.number, ...times, revoked: since }),
          madeAtMillis: now,
          generation: seen
        }
        made.set(issuer, lists)
        return lists
      })

      const current = (issuer: string) =>
        turn.withPermit(
          Effect.gen(function* () {
            const known = made.get(issuer)
            const age = (yield* Clock.currentTimeMillis) - (known?.madeAtMillis ?? 0)
            return known !== undefined && known.generation === generation && age < lifetimeMillis / 2
              ? known
              : yield* make(issuer)
          })
        )

      const of = (issuer: string, kind: ListKind) => Effect.map(current(issuer), (lists) => lists[kind])
      return RevocationLists.of({
        of,
        bundle: Effect.fnUntraced(function* (kind) {
          const { issuers, root } = trust.authority()
          const all = [...(root === null ? [] : [root]), ...issuers].map(({ fingerprint }) => fingerprint)
          const lists = yield* Effect.forEach(all, (fingerprint) => of(fingerprint, kind))
          return lists.map(({ pem }) => pem).join("")
        })
      })
    })
  )
}
