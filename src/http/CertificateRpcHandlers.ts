import { Effect } from "effect"
import { profileRules } from "../domain/pki/CertificateProfile.ts"
import { ClientCertificate } from "../entities/ClientCertificate.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { keysFor, serialOf } from "./CertificateKeys.ts"
import { CertificateRpcs } from "./CertificateRpcs.ts"
import { askEntity } from "./EntityCall.ts"
import { scopedKey } from "./RpcCommandKey.ts"

const asked = Effect.fnUntraced(function* (key: string) {
  return { commandKey: yield* scopedKey(key), by: (yield* CurrentCaller).name }
})

/** Handlers of `CertificateRpcs`. */
export const makeCertificateRpcHandlers = Effect.gen(function* () {
  const clientOf = yield* ClientCertificate.client
  return CertificateRpcs.of({
    "Certificate.Get": ({ clientId }) => askEntity(clientOf(clientId).Get()),
    "Certificate.Issue": Effect.fnUntraced(function* ({ clientId, commandKey, signingRequest, ...given }) {
      const { publicKeyPem } = yield* keysFor(clientId, { signingRequest })
      const { dnsNames = [], ipAddresses = [], limits, profile = "client", validityDays } = given
      return yield* askEntity(
        clientOf(clientId).Issue({
          ...(yield* asked(commandKey)),
          profile,
          publicKeyPem,
          validityDays: validityDays ?? profileRules[profile].defaultDays,
          dnsNames,
          ipAddresses,
          ...(limits === undefined ? {} : { limits })
        })
      )
    }),
    "Certificate.Renew": Effect.fnUntraced(function* ({ clientId, commandKey, serial, signingRequest, validityDays }) {
      const { publicKeyPem } = yield* keysFor(clientId, { signingRequest })
      return yield* askEntity(
        clientOf(clientId).Renew({
          ...(yield* asked(commandKey)),
          publicKeyPem,
          validityDays: validityDays ?? profileRules.client.defaultDays,
          serial: serial === undefined ? null : serialOf(serial)
        })
      )
    }),
    "Certificate.Revoke": Effect.fnUntraced(function* ({ clientId, commandKey, note, reason = "unspecified", serial }) {
      const meant = serial === undefined ? null : serialOf(serial)
      return yield* askEntity(clientOf(clientId).Revoke({ ...(yield* asked(commandKey)), serial: meant, reason, note }))
    })
  })
})
