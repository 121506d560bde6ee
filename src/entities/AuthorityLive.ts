import { Clock, Effect } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { X509Certificate } from "node:crypto"
import {
  AuthorityEvent,
  AuthorityExists,
  AuthorityMissing,
  authorityId,
  decideCreated,
  decideReplaced,
  evolveAuthority,
  noAuthority
} from "../domain/pki/Authority.ts"
import type { AuthorityCertificate, AuthorityState } from "../domain/pki/Authority.ts"
import type { KeyAlgorithm } from "../domain/pki/CertificateProfile.ts"
import { AuthorityKeys } from "../layers/pki/AuthorityKeys.ts"
import type { Issued } from "../layers/pki/Certificates.ts"
import { issueAuthority, newSerial, selfSigned } from "../layers/pki/Certificates.ts"
import { backdatedMillis, toSeconds } from "../domain/pki/CertificateTerms.ts"
import { generateKeyPair } from "../layers/pki/Keys.ts"
import type { Definition } from "./Aggregate.ts"
import * as Contract from "./Authority.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison } from "./Supervision.ts"

const yearMillis = 365 * 86_400_000

const history: Definition<AuthorityState, AuthorityEvent> = {
  entityType: "Authority",
  initial: () => noAuthority,
  evolve: evolveAuthority,
  event: AuthorityEvent,
  row: ({ issuers, root }) =>
    root === null ? undefined : { table: "certificate_authorities", row: { authority_id: authorityId, root, issuers } }
}

const described = (
  { fingerprint, pem, serial }: Issued,
  commonName: string,
  algorithm: KeyAlgorithm,
  times: { readonly notBeforeMillis: number; readonly notAfterMillis: number }
): AuthorityCertificate => ({ commonName, algorithm, serial, fingerprint, pem, ...times })

/** A root of its own key, and issuers under it. Keys are kept before anybody hears of their certificates. */
const makeMaking = Effect.gen(function* () {
  const keys = yield* AuthorityKeys

  const root = Effect.fnUntraced(function* (asked: typeof Contract.Create.payloadSchema.Type) {
    const { algorithm, commonName, organization, rootYears } = asked
    const now = toSeconds(yield* Clock.currentTimeMillis)
    const times = { notBeforeMillis: now - backdatedMillis, notAfterMillis: now + rootYears * yearMillis }
    const pair = yield* generateKeyPair(algorithm)
    const issued = selfSigned({ ...pair, commonName, organization, serial: newSerial(), ...times })
    yield* keys.keep(issued.fingerprint, pair.privateKey)
    return described(issued, commonName, algorithm, times)
  })

  const issuer = Effect.fnUntraced(function* (
    under: AuthorityCertificate,
    asked: { readonly organization: string; readonly algorithm: KeyAlgorithm; readonly issuerYears: number },
    generation: number
  ) {
    const { algorithm, issuerYears, organization } = asked
    const now = toSeconds(yield* Clock.currentTimeMillis)
    const notAfterMillis = Math.min(under.notAfterMillis, now + issuerYears * yearMillis)
    const times = { notBeforeMillis: Math.max(under.notBeforeMillis, now - backdatedMillis), notAfterMillis }
    const commonName = `${under.commonName} Issuing ${generation}`
    const pair = yield* generateKeyPair(algorithm)
    const parent = { certificate: new X509Certificate(under.pem), privateKey: yield* keys.open(under.fingerprint) }
    const { publicKey } = pair
    const issued = issueAuthority(parent, { publicKey, commonName, organization, serial: newSerial(), ...times })
    yield* keys.keep(issued.fingerprint, pair.privateKey)
    return described(issued, commonName, algorithm, times)
  })

  return { root, issuer }
})

const organizationOf = ({ pem }: AuthorityCertificate): string =>
  /^O=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? ""

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const making = yield* makeMaking
  const book = yield* makeStateBook(history, entityId, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "Authority", entityId, command }, payload, run)

  return Contract.Authority.of({
    Create: ({ payload }) =>
      guarded(
        "Create",
        payload,
        book.makeOnce(
          "Create",
          payload,
          Effect.fnUntraced(function* ({ status }) {
            if (status === "ready") return yield* new AuthorityExists()
            const root = yield* making.root(payload)
            return { root, issuer: yield* making.issuer(root, payload, 1), by: payload.by }
          }),
          (made, state) => decideCreated(state, made)
        )
      ),
    ReplaceIssuer: ({ payload }) =>
      guarded(
        "ReplaceIssuer",
        payload,
        book.makeOnce(
          "ReplaceIssuer",
          payload,
          Effect.fnUntraced(function* ({ issuers, root }) {
            if (root === null) return yield* new AuthorityMissing()
            const asked = { ...payload, organization: organizationOf(root) }
            return { issuer: yield* making.issuer(root, asked, issuers.length + 1), by: payload.by }
          }),
          (made, state) => decideReplaced(state, made)
        )
      ),
    Get: () => Rpc.fork(book.state)
  })
})

/** Most commands that wait; there are few in a year. */
const mailboxCapacity = 64

export const AuthorityLive = Contract.Authority.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
