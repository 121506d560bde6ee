import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import type { ApiRole } from "../domain/access/ApiRole.ts"
import { CertificateProfile, ClientId, DnsName } from "../domain/pki/CertificateProfile.ts"
import { ClientLimits, ClientState } from "../domain/pki/Client.ts"
import { RevocationReason } from "../domain/pki/RevocationReason.ts"
import { RequiredRole } from "./api/Authorization.ts"
import * as Problems from "./api/CertificateProblems.ts"
import { SerialText, validityDays } from "./api/CertificateViews.ts"
import { Reason } from "./api/Parameters.ts"
import { RpcCommandKey, rpcProblems } from "./RpcCommandKey.ts"

const viewer: ApiRole = "viewer"
const operator: ApiRole = "operator"

const error = Schema.Union([
  Problems.ClientUnknown,
  Problems.CertificateUnknown,
  Problems.CertificateRefused,
  Problems.AuthorityMissing,
  Problems.AuthorityLocked,
  Problems.SigningRequestRefused,
  ...rpcProblems
])

const client = { clientId: ClientId }
const command = { ...client, commandKey: RpcCommandKey }

/** PKCS#10 in PEM: a service that asks by RPC keeps its key to itself. */
const signingRequest = Schema.String.check(Schema.isMaxLength(16_384))

/** Certificates of the broker's clients, for internal services. Each is answered with the client and all that it holds. */
export const CertificateRpcs = RpcGroup.make(
  Rpc.make("Certificate.Get", { payload: client, success: ClientState, error }).annotate(RequiredRole, viewer),
  Rpc.make("Certificate.Issue", {
    payload: {
      ...command,
      signingRequest,
      validityDays,
      profile: Schema.optionalKey(CertificateProfile),
      dnsNames: Schema.optionalKey(Schema.Array(DnsName)),
      ipAddresses: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isMaxLength(45)))),
      limits: Schema.optionalKey(ClientLimits)
    },
    success: ClientState,
    error
  }).annotate(RequiredRole, operator),
  Rpc.make("Certificate.Renew", {
    payload: { ...command, signingRequest, validityDays, serial: Schema.optionalKey(SerialText) },
    success: ClientState,
    error
  }).annotate(RequiredRole, operator),
  Rpc.make("Certificate.Revoke", {
    payload: {
      ...command,
      /** Absent: all that are good. */
      serial: Schema.optionalKey(SerialText),
      reason: Schema.optionalKey(RevocationReason),
      note: Reason
    },
    success: ClientState,
    error
  }).annotate(RequiredRole, operator)
)
