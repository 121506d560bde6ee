import { Clock, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { X509Certificate } from "node:crypto"
import { authorityId } from "../domain/pki/Authority.ts"
import { profileRules } from "../domain/pki/CertificateProfile.ts"
import type { ClientState } from "../domain/pki/Client.ts"
import { Authority } from "../entities/Authority.ts"
import { ClientCertificate } from "../entities/ClientCertificate.ts"
import { checkCertificate } from "../layers/pki/CertificateCheck.ts"
import { certificateOrganization } from "../layers/pki/Organization.ts"
import { RevocationLists } from "../layers/pki/RevocationLists.ts"
import { TrustStore } from "../layers/pki/TrustStore.ts"
import { CertificateRows } from "../layers/storage/CertificateRows.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { AuthorityMissing, CertificateRefused, CertificateUnknown } from "./api/CertificateProblems.ts"
import type { AuthorityRequest } from "./api/CertificateViews.ts"
import { TandemApi } from "./api/TandemApi.ts"
import type { Keys, KeySource } from "./CertificateKeys.ts"
import { issuedView, keysFor, serialOf } from "./CertificateKeys.ts"
import type { Asked } from "./CommandKeys.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { CreatedCursor, readPage } from "./Paging.ts"
import type { MappedError } from "./ProblemDetails.ts"
import { asProblems } from "./ProblemDetails.ts"

const dayMillis = 86_400_000

interface Sent {
  readonly headers: { readonly "idempotency-key"?: string | undefined }
}

const asked = (operation: string, target: string, { headers }: Sent, body?: unknown): Asked => ({
  operation: `certificates.${operation}`,
  target,
  body,
  idempotencyKey: headers["idempotency-key"]
})

const unknownCertificate = (serial: string) =>
  new CertificateUnknown({ serial, detail: `There is no certificate ${serial}.` })

/** The new certificate among a client's: the one for the key that was asked for. */
const heldFor = (state: ClientState, { publicKeyPem }: Keys) => {
  const held = state.certificates.findLast(
    ({ pem }) => new X509Certificate(pem).publicKey.export({ type: "spki", format: "pem" }).toString() === publicKeyPem
  )
  return held === undefined
    ? new CertificateRefused({
        clientId: state.clientId,
        detail: "The certificate was issued before, and its key was handed out then. Renew it to get another."
      })
    : Effect.succeed(held)
}

const makeReading = Effect.gen(function* () {
  const rows = yield* CertificateRows
  const trust = yield* TrustStore

  const row = Effect.fnUntraced(function* (text: string) {
    const serial = serialOf(text)
    const found = yield* asProblems(rows.get(serial))
    return yield* Option.match(found, {
      onNone: () => Effect.fail(unknownCertificate(serial)),
      onSome: Effect.succeed
    })
  })

  const verify = Effect.fnUntraced(function* (pem: string, usage: "client" | "server" | "gateway") {
    const trusted = yield* trust.trusted
    if (trusted.length === 0) return yield* new AuthorityMissing({ detail: "Make one with `tandem ca init`." })
    const serial = yield* Effect.try({
      try: () => serialOf(new X509Certificate(pem).serialNumber),
      catch: () => undefined
    }).pipe(Effect.orElseSucceed(() => ""))
    const found = Option.getOrUndefined(yield* asProblems(rows.get(serial)))
    return checkCertificate({
      certificatePem: pem,
      authorities: trusted.map((each) => new X509Certificate(each)),
      usage,
      isRevoked: () => found?.status === "revoked",
      knownFingerprint: found?.fingerprint ?? null,
      nowMillis: yield* Clock.currentTimeMillis
    })
  })

  const list = Effect.fnUntraced(function* ({ expiringDays, ...query }: ListQuery) {
    const now = yield* Clock.currentTimeMillis
    const expiresBefore =
      expiringDays === undefined ? undefined : new Date(now + expiringDays * dayMillis).toISOString()
    return yield* readPage({
      query,
      key: CreatedCursor,
      read: (after, limit) => asProblems(rows.list({ filter: { ...query, expiresBefore }, after, limit })),
      keyOf: ({ createdAt, serial }) => ({ createdAt, id: serial })
    })
  })

  return { list, row, verify }
})

type ListQuery = Parameters<CertificateRows["Service"]["list"]>[0]["filter"] & {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
  readonly expiringDays?: number | undefined
}

type Sources = KeySource & { readonly validityDays?: number | undefined }

/** Commands to clients; each is done once for its Idempotency-Key. */
const makeCommands = Effect.gen(function* () {
  const keys = yield* CommandKeys
  const trust = yield* TrustStore
  const clientOf = yield* ClientCertificate.client

  const by = Effect.fnUntraced(function* (what: Asked) {
    const { name } = yield* CurrentCaller
    return { commandKey: yield* keys.keyFor(what), by: name }
  })

  /** A certificate for the key of a signing request, or for one that is made and handed out here. */
  const certify = Effect.fnUntraced(function* <E extends MappedError, R>(
    clientId: string,
    payload: Sources,
    what: Asked,
    ask: (command: {
      readonly commandKey: string
      readonly by: string
      readonly publicKeyPem: string
    }) => Effect.Effect<ClientState, E, R>
  ) {
    const made = yield* keysFor(clientId, payload)
    const command = yield* by({ ...what, body: { ...payload, password: undefined } })
    const state = yield* askEntity(ask({ ...command, publicKeyPem: made.publicKeyPem }))
    const held = yield* heldFor(state, made)
    return yield* asProblems(issuedView(state, held, { keys: made, password: payload.password, trust }))
  })

  return { by, certify, clientOf, trust }
})

const makeAuthorityCommands = Effect.fnUntraced(function* (by: Effect.Success<typeof makeCommands>["by"]) {
  const o = yield* certificateOrganization
  const authority = (yield* Authority.client)(authorityId)
  return {
    create: Effect.fnUntraced(function* ({ headers, payload }: Sent & { readonly payload: AuthorityWanted }) {
      const command = yield* by(asked("createAuthority", authorityId, { headers }, payload))
      const { algorithm = "ecdsa-p256", commonName = "Tandem CA", issuerYears = 5, rootYears = 10 } = payload
      const wanted = { algorithm, commonName, issuerYears, rootYears, organization: o }
      return yield* askEntity(authority.Create({ ...command, ...wanted }))
    }),
    replace: Effect.fnUntraced(function* ({ headers, payload }: Sent & { readonly payload: AuthorityWanted }) {
      const command = yield* by(asked("replaceIssuer", authorityId, { headers }, payload))
      const { algorithm = "ecdsa-p256", issuerYears = 5 } = payload
      return yield* askEntity(authority.ReplaceIssuer({ ...command, algorithm, issuerYears }))
    })
  }
})

type AuthorityWanted = typeof AuthorityRequest.Type

export const CertificatesLive = HttpApiBuilder.group(
  TandemApi,
  "certificates",
  Effect.fnUntraced(function* (handlers) {
    const { list, row, verify } = yield* makeReading
    const { by, certify, clientOf, trust } = yield* makeCommands
    const authority = yield* makeAuthorityCommands(by)
    const lists = yield* RevocationLists

    return handlers.handleAll({
      list: ({ query }) => list(query),
      get: ({ params }) => row(params.serial),
      authority: () => Effect.sync(trust.authority),
      revocationLists: ({ query }) =>
        asProblems(lists.bundle(query.delta === "true" ? "delta" : "full")).pipe(Effect.map((pem) => ({ pem }))),
      client: ({ params }) => askEntity(clientOf(params.clientId).Get()),
      verify: ({ payload }) => verify(payload.pem, payload.usage ?? "client"),
      issue: ({ headers, payload }) => {
        const { clientId, dnsNames = [], ipAddresses = [], limits, profile = "client" } = payload
        const validityDays = payload.validityDays ?? profileRules[profile].defaultDays
        const wanted = { profile, validityDays, dnsNames, ipAddresses, ...(limits === undefined ? {} : { limits }) }
        return certify(clientId, payload, asked("issue", clientId, { headers }), (command) =>
          clientOf(clientId).Issue({ ...command, ...wanted })
        )
      },
      renew: ({ headers, params: { clientId }, payload }) => {
        const validityDays = payload.validityDays ?? profileRules.client.defaultDays
        const serial = payload.serial === undefined ? null : serialOf(payload.serial)
        return certify(clientId, payload, asked("renew", clientId, { headers }), (command) =>
          clientOf(clientId).Renew({ ...command, validityDays, serial })
        )
      },
      revoke: Effect.fnUntraced(function* ({ headers, params, payload }) {
        const { clientId, serial } = yield* row(params.serial)
        const command = yield* by(asked("revoke", serial, { headers }, payload))
        const { note, reason = "unspecified" } = payload
        yield* askEntity(clientOf(clientId).Revoke({ ...command, serial, reason, note }))
        return yield* row(serial)
      }),
      revokeClient: Effect.fnUntraced(function* ({ headers, params: { clientId }, payload }) {
        const command = yield* by(asked("revokeClient", clientId, { headers }, payload))
        const { note, reason = "unspecified" } = payload
        return yield* askEntity(clientOf(clientId).Revoke({ ...command, serial: null, reason, note }))
      }),
      limits: Effect.fnUntraced(function* ({ headers, params: { clientId }, payload }) {
        const command = yield* by(asked("limits", clientId, { headers }, payload))
        return yield* askEntity(clientOf(clientId).ChangeLimits({ ...command, limits: payload }))
      }),
      createAuthority: authority.create,
      replaceIssuer: authority.replace
    })
  })
)
