import { Config, Effect, Random } from "effect"
import { createHash, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { hostname } from "node:os"
import { chainOf } from "../../domain/pki/Trust.ts"
import { ClientCertificate } from "../../entities/ClientCertificate.ts"
import { generateKeyPair } from "../../layers/pki/Keys.ts"
import { keepIdentity, keptIdentity } from "../../layers/pki/ServerIdentity.ts"
import { TrustStore } from "../../layers/pki/TrustStore.ts"

const dataDir = Config.NonEmptyString("TANDEM_DATA_DIR").pipe(Config.withDefault(".tandem"))

const validityDays = 365

/** The name under which this machine's listener has its certificates: one actor for each machine. */
const listenerId = () => `broker.${hostname().replace(/[^A-Za-z0-9._-]/g, "-")}`.slice(0, 64)

/** The listener's key and certificate: those of the last start, or new ones of the plane's own authority. */
export const makeListenerCertificate = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const trust = yield* TrustStore
  const directory = yield* dataDir
  const clientOf = yield* ClientCertificate.client

  const issue = Effect.gen(function* () {
    const { privateKey, publicKey } = yield* generateKeyPair("ecdsa-p256")
    const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString()
    const fingerprint = createHash("sha256").update(publicKeyPem).digest("hex")
    const state = yield* clientOf(listenerId()).Issue({
      commandKey: `listener:${fingerprint}:${yield* Random.nextInt}`,
      by: "tandem",
      profile: "server",
      publicKeyPem,
      validityDays,
      dnsNames: names.filter((name) => isIP(name) === 0),
      ipAddresses: names.filter((name) => isIP(name) !== 0)
    })
    const held = state.certificates.findLast(({ pem }) => new X509Certificate(pem).checkPrivateKey(privateKey))
    if (held === undefined) return yield* Effect.die("the listener's new certificate is not among its actor's")
    const identity = { key: privateKey, chainPem: [held.pem, ...chainOf(trust.authority(), held.issuer)].join("") }
    yield* keepIdentity(directory, identity)
    return identity
  })

  return Effect.gen(function* () {
    const trusted = yield* trust.trusted
    return (yield* keptIdentity(directory, names, trusted)) ?? (yield* issue)
  })
})
