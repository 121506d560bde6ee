import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { CommandError, CommandKey } from "../domain/journal/CommandErrors.ts"
import { AuthorityRefusal, AuthorityState } from "../domain/pki/Authority.ts"
import { KeyAlgorithm } from "../domain/pki/CertificateProfile.ts"

const error = Schema.Union([...AuthorityRefusal.members, ...CommandError.members])
const success = AuthorityState

const years = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 }))

/** Makes a root and an issuing authority under it. */
export const Create = Rpc.make("Create", {
  payload: {
    commandKey: CommandKey,
    commonName: Schema.String,
    organization: Schema.String,
    algorithm: KeyAlgorithm,
    rootYears: years,
    issuerYears: years,
    by: Schema.String
  },
  success,
  error
})

/** Makes another issuing authority, which issues from now on; what the one before has issued stays good. */
export const ReplaceIssuer = Rpc.make("ReplaceIssuer", {
  payload: { commandKey: CommandKey, algorithm: KeyAlgorithm, issuerYears: years, by: Schema.String },
  success,
  error
})

export const Get = Rpc.make("Get", { success, error })

/** The plane's certificate authority; the entity id is `ca`. */
export const Authority = Entity.make("Authority", [Create, ReplaceIssuer, Get])
