import { Clock, Effect, Schema } from "effect"
import type { KeyObject } from "node:crypto"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** A listener's key and certificate lie in a directory of its node, since the key never leaves the node. */
export class ServerIdentityUnwritable extends Schema.TaggedError<ServerIdentityUnwritable>()(
  "ServerIdentityUnwritable",
  { directory: Schema.String, detail: Schema.String }
) {
  override get message() {
    return `The listener's key cannot be kept in ${this.directory}: ${this.detail}`
  }
}

export interface ServerIdentity {
  readonly key: KeyObject
  /** The certificate, then its issuers, in PEM. */
  readonly chainPem: string
}

const ownerOnly = 0o600
const keyFile = "broker-server.key"
const chainFile = "broker-server.crt"

/** A certificate with less time than this is replaced at the next start. */
const leastMillis = 30 * 86_400_000

const names = (certificate: X509Certificate): ReadonlySet<string> =>
  new Set((certificate.subjectAltName ?? "").split(", ").map((each) => each.replace(/^(DNS|IP Address):/, "")))

const carries = (certificate: X509Certificate, wanted: ReadonlyArray<string>): boolean => {
  const has = names(certificate)
  return wanted.every((name) => has.has(name) || certificate.checkIP(name) !== undefined)
}

/** The identity that an earlier start left, when it still serves: its time is long enough, its issuer trusted, its names right. */
export const keptIdentity = Effect.fnUntraced(function* (
  directory: string,
  wanted: ReadonlyArray<string>,
  trusted: ReadonlyArray<string>
) {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.tryPromise(async (): Promise<ServerIdentity | undefined> => {
    const chainPem = await readFile(join(directory, chainFile), "utf8")
    const key = createPrivateKey(await readFile(join(directory, keyFile)))
    const certificate = new X509Certificate(chainPem)
    const isTrusted = trusted.map((pem) => new X509Certificate(pem)).some((issuer) => certificate.checkIssued(issuer))
    const lasts = certificate.validToDate.getTime() - now > leastMillis
    return isTrusted && lasts && certificate.checkPrivateKey(key) && carries(certificate, wanted)
      ? { key, chainPem }
      : undefined
  }).pipe(Effect.orElseSucceed(() => undefined))
})

/** Keeps it for the next start. The key is there before the certificate: without its key a certificate is not taken. */
export const keepIdentity = (directory: string, { chainPem, key }: ServerIdentity) =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(directory, { recursive: true })
      const files = [
        [keyFile, key.export({ type: "pkcs8", format: "pem" })],
        [chainFile, chainPem]
      ] as const
      for (const [name, text] of files) {
        await writeFile(join(directory, `${name}.new`), text, { mode: ownerOnly })
        await rename(join(directory, `${name}.new`), join(directory, name))
      }
    },
    catch: (cause) => new ServerIdentityUnwritable({ directory, detail: String(cause) })
  })
