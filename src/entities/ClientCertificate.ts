import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"
import { AuthorityLocked, AuthorityMissing } from "../domain/pki/Authority.ts"
import { CertificateProfile } from "../domain/pki/CertificateProfile.ts"
import { ClientLimits, ClientRefusal, ClientState } from "../domain/pki/Client.ts"
import { RevocationReason } from "../domain/pki/RevocationReason.ts"

const error = Schema.Union([...ClientRefusal.members, AuthorityMissing, AuthorityLocked, ...CommandError.members])
const success = ClientState

const asked = { commandKey: CommandKey, by: Schema.String }

/** What the certificate is to hold: the public key (SPKI in PEM) whose private half only the client has. */
const wanted = {
  publicKeyPem: Schema.String,
  validityDays: Schema.Int,
  dnsNames: Schema.Array(Schema.String),
  ipAddresses: Schema.Array(Schema.String)
}

/** Issues a certificate; a client that is new is registered with it. */
export const Issue = Rpc.make("Issue", {
  payload: { ...asked, ...wanted, profile: CertificateProfile, limits: Schema.optionalKey(ClientLimits) },
  success,
  error
})

/** Issues one that takes over from another (null: from the newest), which stays good until its time is over. */
export const Renew = Rpc.make("Renew", {
  payload: { ...asked, publicKeyPem: Schema.String, validityDays: Schema.Int, serial: Schema.NullOr(Schema.String) },
  success,
  error
})

/** Revokes one certificate, or all that are good (`serial: null`). */
export const Revoke = Rpc.make("Revoke", {
  payload: { ...asked, serial: Schema.NullOr(Schema.String), reason: RevocationReason, note: Schema.String },
  success,
  error
})

export const ChangeLimits = Rpc.make("ChangeLimits", { payload: { ...asked, limits: ClientLimits }, success, error })

export const Get = Rpc.make("Get", { success, error })

/** A certificate is to be warned of, or its time is over. */
export const Wake = Rpc.make("Wake", { payload: { trigger: Schema.String } })

/** One client and its certificates; the entity id is the client's, which is the CN of its certificates. */
export const ClientCertificate = Entity.make("ClientCertificate", [Issue, Renew, Revoke, ChangeLimits, Get, Wake])
