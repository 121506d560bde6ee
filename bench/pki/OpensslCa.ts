import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Revoked } from "../../src/layers/pki/RevocationList.ts"
import type { Authorities } from "./Authorities.ts"

const configuration = `[ca]
default_ca=bench
[bench]
dir=.
database=index.txt
new_certs_dir=certs
certificate=ca.pem
private_key=ca.key
rand_serial=yes
crlnumber=crlnumber
default_md=sha256
default_days=365
default_crl_days=1
unique_subject=no
policy=policy
x509_extensions=client
[policy]
commonName=supplied
[client]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
crlDistributionPoints=URI:http://ca.example.com/issuing.crl
authorityInfoAccess=OCSP;URI:http://ca.example.com/ocsp
`

const utcTime = (millis: number): string => `${new Date(millis).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`

/** An index as `openssl ca` keeps it, with the revoked certificates. */
const indexOf = (revoked: ReadonlyArray<Revoked>): string =>
  revoked
    .map(({ reason, revokedAtMillis, serial }) => {
      const at = utcTime(revokedAtMillis)
      const even = serial.toUpperCase()
      return `R\t${utcTime(revokedAtMillis + 365 * 86_400_000)}\t${at},${reason}\t${even}\tunknown\t/CN=client\n`
    })
    .join("")

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-bench-ca-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** `openssl ca` with the same key, or what is wrong with it. */
const authority = Effect.fnUntraced(function* ({ issuer, requests }: Authorities, index: string) {
  const cwd = yield* directory
  mkdirSync(join(cwd, "certs"))
  const key = issuer.privateKey.export({ format: "pem", type: "pkcs8" })
  const files = { "ca.cnf": configuration, "ca.pem": issuer.certificate.toString(), "ca.key": key, crlnumber: "01\n" }
  for (const [name, content] of Object.entries({ ...files, "index.txt": index }))
    writeFileSync(join(cwd, name), content)
  for (const [n, request] of requests.entries()) writeFileSync(join(cwd, `${n}.csr`), request)
  return (...args: ReadonlyArray<string>) =>
    Effect.sync(() => {
      const { status, stderr } = spawnSync("openssl", ["ca", "-config", "ca.cnf", "-batch", ...args], { cwd })
      if (status !== 0) throw new Error(`openssl ca: ${stderr.toString()}`)
    })
})

/** One process signs all requests, so that its start hardly counts. */
export const opensslFromRequests = Effect.fnUntraced(function* (authorities: Authorities) {
  const ca = yield* authority(authorities, "")
  return ca("-notext", "-out", "all.pem", "-infiles", ...authorities.requests.map((_, n) => `${n}.csr`))
})

/** A process for each request, as a script calls it for each client. */
export const opensslOneByOne = Effect.fnUntraced(function* (authorities: Authorities) {
  const ca = yield* authority(authorities, "")
  return Effect.forEach(authorities.requests, (_, n) => ca("-notext", "-out", `${n}.pem`, "-in", `${n}.csr`), {
    discard: true
  })
})

export const opensslRevocationList = Effect.fnUntraced(function* (
  authorities: Authorities,
  revoked: ReadonlyArray<Revoked>
) {
  const ca = yield* authority({ ...authorities, requests: [] }, indexOf(revoked))
  return ca("-gencrl", "-out", "list.pem")
})
