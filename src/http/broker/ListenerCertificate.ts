import { Config, Effect, Random } from "effect"
import { hash } from "node:crypto"
import { isIP } from "node:net"
import { hostname } from "node:os"
import { chainOf } from "../../domain/pki/Trust.ts"
import { keepIdentity, keptIdentity } from "../../layers/pki/ServerIdentity.ts"
import { TrustStore } from "../../layers/pki/TrustStore.ts"
import { makeOwnCertificates } from "../OwnCertificate.ts"

const dataDir = Config.NonEmptyString("TANDEM_DATA_DIR").pipe(Config.withDefault(".tandem"))

/** The name under which this machine's listener has its certificates: one actor for each machine. */
const listenerId = () => `broker.${hostname().replace(/[^A-Za-z0-9._-]/g, "-")}`.slice(0, 64)

/** The listener's key and certificate: those of the last start, or new ones of the plane's own authority. */
export const makeListenerCertificate = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const trust = yield* TrustStore
  const directory = yield* dataDir

  const certify = yield* makeOwnCertificates

  const issue = Effect.gen(function* () {
    const attempt = yield* Random.nextInt
    const { held, key } = yield* certify({
      clientId: listenerId(),
      profile: "server",
      dnsNames: names.filter((name) => isIP(name) === 0),
      ipAddresses: names.filter((name) => isIP(name) !== 0),
      commandKey: (publicKeyPem) => `listener:${hash("sha256", publicKeyPem)}:${attempt}`
    })
    const chain = chainOf(yield* trust.authorityWith(held.issuer), held.issuer)
    const identity = { key, chainPem: [held.pem, ...chain].join("") }
    yield* keepIdentity(directory, identity)
    return identity
  })

  return Effect.gen(function* () {
    const trusted = yield* trust.trusted
    return (yield* keptIdentity(directory, names, trusted)) ?? (yield* issue)
  })
})
