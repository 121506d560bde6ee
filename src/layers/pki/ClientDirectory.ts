import { Clock, Context, Effect, Layer } from "effect"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import { isGood } from "../../domain/pki/Client.ts"
import type { KnownCertificate } from "../storage/CertificateRows.ts"
import { CertificateRows } from "../storage/CertificateRows.ts"
import { followJournal } from "../storage/JournalFollower.ts"

/** Clients whose certificates one statement brings. */
const clientsPerStatement = 500

/** What is known of a certificate that somebody shows. */
export type Standing =
  | { readonly standing: "good"; readonly certificate: KnownCertificate }
  | { readonly standing: "revoked" | "expired"; readonly certificate: KnownCertificate }
  | { readonly standing: "unknown" }

const standingOf = (certificate: KnownCertificate | undefined, nowMillis: number): Standing => {
  if (certificate === undefined) return { standing: "unknown" }
  if (certificate.status === "revoked") return { standing: "revoked", certificate }
  return isGood(certificate) && certificate.notAfterMillis > nowMillis
    ? { standing: "good", certificate }
    : { standing: "expired", certificate }
}

/** The copy itself, by fingerprint. */
const makeTable = () => {
  const byFingerprint = new Map<string, KnownCertificate>()
  const byClient = new Map<string, Set<string>>()
  const put = (certificate: KnownCertificate): void => {
    byFingerprint.set(certificate.fingerprint, certificate)
    const fingerprints = byClient.get(certificate.clientId)
    if (fingerprints === undefined) byClient.set(certificate.clientId, new Set([certificate.fingerprint]))
    else fingerprints.add(certificate.fingerprint)
  }
  const forget = (clientId: string): void => {
    for (const fingerprint of byClient.get(clientId) ?? []) byFingerprint.delete(fingerprint)
    byClient.delete(clientId)
  }
  return { byFingerprint, put, forget }
}

/**
 * All clients and their certificates, at hand in this node's memory. The copy follows the journal, so that a revocation is
 * known on every node within a second; while the database is away, it stays as it was.
 */
export class ClientDirectory extends Context.Service<
  ClientDirectory,
  {
    /** What is known at hand; a certificate that was issued a moment ago may be `unknown`. */
    readonly standing: (fingerprint: string) => Standing
    /** Asks the database for a client's certificates: for one that shows a certificate which is not at hand. */
    readonly lookUp: (clientId: string, fingerprint: string) => Effect.Effect<Standing, JournalUnavailable>
    /** Calls back with the clients whose certificates changed. */
    readonly onChange: (listener: (clientIds: ReadonlyArray<string>) => void) => void
    readonly size: () => number
  }
>()("tandem/layers/pki/ClientDirectory") {
  static readonly layer = Layer.effect(
    ClientDirectory,
    Effect.gen(function* () {
      const rows = yield* CertificateRows
      const clock = yield* Clock.Clock
      const { byFingerprint, forget, put } = makeTable()
      const listeners: Array<(clientIds: ReadonlyArray<string>) => void> = []

      const read = Effect.fnUntraced(function* (clientIds?: ReadonlyArray<string>) {
        const found = yield* rows.known(yield* Clock.currentTimeMillis, clientIds)
        for (const clientId of clientIds ?? []) forget(clientId)
        for (const certificate of found) put(certificate)
        if (clientIds !== undefined) for (const listener of listeners) listener(clientIds)
      })

      const standing = (fingerprint: string) =>
        standingOf(byFingerprint.get(fingerprint), clock.currentTimeMillisUnsafe())

      yield* followJournal({
        name: "the clients' certificates",
        entityTypes: ["ClientCertificate"],
        load: read(),
        refresh: Effect.fnUntraced(function* (changed) {
          for (let from = 0; from < changed.length; from += clientsPerStatement) {
            yield* read(changed.slice(from, from + clientsPerStatement).map(({ entityId }) => entityId))
          }
        })
      })
      return ClientDirectory.of({
        standing,
        lookUp: (clientId, fingerprint) => Effect.map(read([clientId]), () => standing(fingerprint)),
        onChange: (listener) => void listeners.push(listener),
        size: () => byFingerprint.size
      })
    })
  )
}
