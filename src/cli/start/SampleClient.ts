import { Clock, Effect, Option, Path } from "effect"
import { SecureRandom } from "effect/crypto"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { authorityId } from "../../domain/pki/Authority.ts"
import { chainOf } from "../../domain/pki/Trust.ts"
import { Authority } from "../../entities/Authority.ts"
import type { BrokerPort } from "../../http/broker/BrokerPort.ts"
import { makeOwnCertificates } from "../../http/OwnCertificate.ts"
import { ClientDirectory } from "../../layers/pki/ClientDirectory.ts"
import { readPassphrase, readSampleClient, writePassphrase, writeSampleClient } from "../PlaneFile.ts"
import type { Values } from "../SettingValues.ts"
import { dataDirOf } from "../SettingValues.ts"

const clientId = "sample-client"

/** A kept certificate with less time than this is replaced. */
const leastMillis = 7 * 86_400_000

const algorithm = "ecdsa-p256"

/** The passphrase of an earlier start, or a new one, when nobody has set one. */
export const withPassphrase = Effect.fnUntraced(function* (values: Values) {
  if (values.CA_KEY_PASSPHRASE !== undefined) return values
  const dataDir = dataDirOf(values)
  const kept = Option.getOrUndefined(yield* readPassphrase(dataDir))
  if (kept !== undefined) return { ...values, CA_KEY_PASSPHRASE: kept }
  const made = yield* Effect.gen(function* () {
    const random = yield* SecureRandom.SecureRandom
    return yield* random.uuidV4()
  }).pipe(Effect.provide(SecureRandom.layerWebCrypto))
  yield* writePassphrase(dataDir, made)
  return { ...values, CA_KEY_PASSPHRASE: made }
})

/** An authority, when there is none. */
const ensureAuthority = Effect.gen(function* () {
  const authority = (yield* Authority.client)(authorityId)
  const state = yield* authority.Get()
  if (state.status === "ready") return state
  const names = { commonName: "Tandem Development CA", organization: "Tandem" }
  return yield* authority.Create({
    commandKey: "start:create",
    ...names,
    algorithm,
    rootYears: 10,
    issuerYears: 5,
    by: "tandem"
  })
})

/** Whether an earlier start has left a key and a certificate that still serve. */
const isKept = Effect.fnUntraced(function* (dataDir: string) {
  const directory = yield* ClientDirectory
  const pem = Option.getOrUndefined(yield* readSampleClient(dataDir, "client.crt"))
  const key = Option.getOrUndefined(yield* readSampleClient(dataDir, "client.key"))
  if (pem === undefined || key === undefined) return false
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.try(() => {
    const certificate = new X509Certificate(pem)
    const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase()
    const lasts = certificate.validToDate.getTime() - now > leastMillis
    return (
      lasts && certificate.checkPrivateKey(createPrivateKey(key)) && directory.standing(fingerprint).standing === "good"
    )
  }).pipe(Effect.orElseSucceed(() => false))
})

/** A client to try the broker with; its files are those that `curl` wants. */
const ensureClient = Effect.fnUntraced(function* (dataDir: string) {
  const authority = yield* ensureAuthority
  const kept = (yield* Path.Path).join(dataDir, "sample-client")
  if (yield* isKept(dataDir)) return kept
  const { held, key } = yield* (yield* makeOwnCertificates)({
    clientId,
    profile: "client",
    dnsNames: [],
    ipAddresses: [],
    commandKey: (publicKeyPem) => `start:${publicKeyPem.slice(60, 120)}`
  })
  return yield* writeSampleClient(dataDir, {
    "client.key": key.export({ type: "pkcs8", format: "pem" }).toString(),
    "client.crt": [held.pem, ...chainOf(authority, held.issuer)].join(""),
    "ca.crt": authority.root?.pem ?? ""
  })
})

/** Where the broker's clients come, and the sample client's files; needs an authority, and makes one when there is none. */
export const openBroker = Effect.fnUntraced(function* (dataDir: string, { url }: BrokerPort["Service"]) {
  const directory = yield* ensureClient(dataDir)
  return { directory, url: yield* url }
})
