import { Clock, Config, Effect, Option } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { createPublicKey } from "node:crypto"
import type { CertificateProfile } from "../domain/pki/CertificateProfile.ts"
import { lifetimeOf, refusedHosts } from "../domain/pki/CertificateTerms.ts"
import type { ClientState, IssuedCertificate } from "../domain/pki/Client.ts"
import { CertificateRefused, ClientUnknown } from "../domain/pki/Client.ts"
import {
  decideAge,
  decideIssue,
  decideLimits,
  decideRevoke,
  refusalToIssue,
  renewable
} from "../domain/pki/ClientDecisions.ts"
import { issueCertificate, newSerial } from "../layers/pki/Certificates.ts"
import { certificateOrganization } from "../layers/pki/Organization.ts"
import { TrustStore } from "../layers/pki/TrustStore.ts"
import * as Contract from "./ClientCertificate.ts"
import { clientHistory } from "./ClientCertificateHistory.ts"
import type { Asked } from "./StateBook.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison, tended } from "./Supervision.ts"

/** Where others find revocation lists and ask about single certificates; certificates name it when it is set. */
const publicUrl = Config.option(Config.NonEmptyString("PKI_PUBLIC_URL"))

interface Wanted {
  readonly profile: CertificateProfile
  readonly publicKeyPem: string
  readonly validityDays: number
  readonly dnsNames: ReadonlyArray<string>
  readonly ipAddresses: ReadonlyArray<string>
  readonly renews: string | null
}

/** Signs a certificate. Nothing of it leaves before the journal has it. */
const makeSigning = Effect.fnUntraced(function* (clientId: string) {
  const trust = yield* TrustStore
  const base = Option.getOrUndefined(yield* publicUrl)?.replace(/\/$/, "")
  const o = yield* certificateOrganization

  return Effect.fnUntraced(function* (state: ClientState, wanted: Wanted, domain: string) {
    const now = yield* Clock.currentTimeMillis
    const refusal = refusalToIssue(state, now)
    if (refusal !== undefined) return yield* refusal
    const issuer = yield* trust.issuer
    const { profile, renews } = wanted
    const hosts = refusedHosts(profile, wanted.dnsNames, wanted.ipAddresses)
    if (hosts !== undefined) return yield* new CertificateRefused({ clientId, detail: hosts.detail })
    const times = yield* Effect.fromResult(lifetimeOf(profile, wanted.validityDays, now, issuer.notAfterMillis)).pipe(
      Effect.mapError(({ detail }) => new CertificateRefused({ clientId, detail }))
    )
    const publicKey = yield* Effect.try({
      try: () => createPublicKey(wanted.publicKeyPem),
      catch: () => new CertificateRefused({ clientId, detail: "its public key cannot be read" })
    })
    const issued = issueCertificate(issuer, {
      profile,
      publicKey,
      subject: { commonName: clientId, organization: o, organizationalUnit: domain },
      dnsNames: wanted.dnsNames,
      ipAddresses: wanted.ipAddresses,
      serial: newSerial(),
      ...times,
      crlUrl: base === undefined ? null : `${base}/pki/${issuer.fingerprint}.crl`,
      ocspUrl: base === undefined ? null : `${base}/pki/ocsp`
    })
    const { fingerprint, pem, serial } = issued
    return {
      serial,
      fingerprint,
      pem,
      profile,
      issuer: issuer.fingerprint,
      ...times,
      renews
    } satisfies IssuedCertificate
  })
})

const makeCommands = Effect.fnUntraced(function* (clientId: string) {
  const sign = yield* makeSigning(clientId)
  const book = yield* makeStateBook(clientHistory, clientId, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })

  const issue = (payload: typeof Contract.Issue.payloadSchema.Type) =>
    book.makeOnce(
      "Issue",
      payload,
      (state) => sign(state, { ...payload, renews: null }, (payload.limits ?? state).domain),
      (certificate, state, nowMillis) => decideIssue(state, { ...payload, certificate }, nowMillis)
    )

  const renew = (payload: typeof Contract.Renew.payloadSchema.Type) =>
    book.makeOnce(
      "Renew",
      payload,
      Effect.fnUntraced(function* (state) {
        const old = yield* Effect.fromResult(renewable(state, payload.serial))
        const { profile, serial } = old
        return yield* sign(state, { ...payload, profile, renews: serial, dnsNames: [], ipAddresses: [] }, state.domain)
      }),
      (certificate, state, nowMillis) =>
        decideIssue(state, { ...payload, certificate, profile: certificate.profile }, nowMillis)
    )

  return { book, issue, renew }
})

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const { book, issue, renew } = yield* makeCommands(entityId)
  const wake = yield* tended(
    `ClientCertificate/${entityId}`,
    (_: string) =>
      Effect.gen(function* () {
        const before = yield* book.state
        const after = yield* book.note(decideAge)
        for (const held of after.certificates) {
          const was = before.certificates.find(({ serial }) => serial === held.serial)
          if (was === undefined || was.status === held.status) continue
          yield* Effect.logWarning(`a client's certificate is ${held.status}`).pipe(
            Effect.annotateLogs({ clientId: entityId, serial: held.serial, notAfterMillis: held.notAfterMillis })
          )
        }
      }),
    "a client's certificates could not be looked after; their timer comes again"
  )

  const guarded = <A, E, R>(command: string, payload: Asked, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "ClientCertificate", entityId, command }, payload, run)

  return Contract.ClientCertificate.of({
    Issue: ({ payload }) => guarded("Issue", payload, issue(payload)),
    Renew: ({ payload }) => guarded("Renew", payload, renew(payload)),
    Revoke: ({ payload }) =>
      guarded(
        "Revoke",
        payload,
        book.record("Revoke", payload, (state, nowMillis) => decideRevoke(state, payload, nowMillis))
      ),
    ChangeLimits: ({ payload }) =>
      guarded(
        "ChangeLimits",
        payload,
        book.record("ChangeLimits", payload, (state) => decideLimits(state, payload.limits, payload.by))
      ),
    Get: () =>
      book.state.pipe(
        Effect.filterOrFail(
          ({ status }) => status !== "unknown",
          () => new ClientUnknown({ clientId: entityId })
        ),
        Rpc.fork
      ),
    Wake: ({ payload }) => wake(payload.trigger)
  })
}).pipe(Effect.orDie)

/** Most commands that one client lets wait. */
const mailboxCapacity = 64

export const ClientCertificateLive = Contract.ClientCertificate.toLayer(behaviour, {
  maxIdleTime: "1 minute",
  mailboxCapacity
})
