import { Console, Effect, FileSystem, Option, Path } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CertificateProfile, ClientId, KeyAlgorithm } from "../../domain/pki/CertificateProfile.ts"
import { CertificateStatus } from "../../domain/pki/Client.ts"
import { RevocationReason } from "../../domain/pki/RevocationReason.ts"
import type { CertificateView, IssuedView } from "../../http/api/CertificateViews.ts"
import { SerialText } from "../../http/api/CertificateViews.ts"
import { withApi } from "../ApiConnection.ts"
import { CliFailure } from "../CliFailure.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"
import { crl } from "./certificates/Crl.ts"

const columns: ReadonlyArray<Column<CertificateView>> = [
  { title: "serial", cell: (row) => row.serial },
  { title: "client", cell: (row) => row.clientId },
  { title: "domain", cell: (row) => row.domain },
  { title: "profile", cell: (row) => row.profile },
  { title: "status", cell: (row) => row.status },
  { title: "not after", cell: (row) => row.notAfter },
  { title: "reason", cell: (row) => row.revocationReason }
]

const clientId = Argument.String("client").pipe(
  Argument.withDescription("The client's id, which is the CN of its certificates"),
  Argument.withSchema(ClientId)
)
const serial = Argument.String("serial").pipe(
  Argument.withDescription("The certificate's serial number in hexadecimal"),
  Argument.withSchema(SerialText)
)
const validityDays = Flag.Int("days").pipe(
  Flag.withDescription("Days for which it is good; 365 when it is not given"),
  Flag.optional
)
const keyFlags = {
  csr: Flag.File("csr", { mustExist: true }).pipe(
    Flag.withDescription("Signing request (PKCS#10, PEM); without it a key is made and handed out this once"),
    Flag.optional
  ),
  keyAlgorithm: Flag.Literals("algorithm", KeyAlgorithm.literals).pipe(
    Flag.withDescription("Kind of the key that is made; ecdsa-p256 when it is not given"),
    Flag.optional
  ),
  out: Flag.Directory("out").pipe(
    Flag.withDescription("Directory for client.crt, client.key and ca.crt; they are printed without it"),
    Flag.optional
  )
}

const ownerOnly = 0o600

const writeIssued = Effect.fnUntraced(function* (directory: string, issued: IssuedView) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(directory, { recursive: true })
  const files = [
    ["client.crt", issued.pem + issued.chainPem],
    ["ca.crt", issued.rootPem],
    ...(issued.privateKeyPem === null ? [] : [["client.key", issued.privateKeyPem] as const])
  ] as const
  for (const [name, text] of files) {
    yield* fs.writeFileString(path.join(directory, name), text, { mode: ownerOnly })
    yield* Console.error(`wrote ${path.join(directory, name)}`)
  }
})

const handOut = Effect.fnUntraced(function* (
  format: Parameters<typeof printOne>[0],
  out: Option.Option<string>,
  issued: IssuedView
) {
  if (Option.isNone(out)) return yield* printOne(format, issued)
  yield* writeIssued(out.value, issued)
  const { pem: _, chainPem: __, rootPem: ___, privateKeyPem: ____, pkcs12: _____, ...shown } = issued
  yield* printOne(format, shown)
})

const readFile = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError(() => CliFailure.refused(`${file} cannot be read`))
  )

const requestOf = (csr: Option.Option<string>) =>
  Option.isNone(csr) ? Effect.succeed({}) : Effect.map(readFile(csr.value), (signingRequest) => ({ signingRequest }))

const issue = Command.make(
  "issue",
  {
    output,
    headers,
    clientId,
    ...keyFlags,
    validityDays,
    profile: Flag.Literals("profile", CertificateProfile.literals).pipe(
      Flag.withDescription("client, server, or gateway, which is both; client when it is not given"),
      Flag.optional
    ),
    dnsNames: Flag.String("dns").pipe(
      Flag.withDescription("Host name that it carries; may be repeated"),
      Flag.atLeast(0)
    ),
    ipAddresses: Flag.String("ip").pipe(
      Flag.withDescription("Address that it carries; may be repeated"),
      Flag.atLeast(0)
    ),
    domain: Flag.String("domain").pipe(
      Flag.withDescription("Domain that the client's messages belong to"),
      Flag.optional
    ),
    rateLimit: Flag.Int("rate-limit").pipe(Flag.withDescription("Requests that it may send in 60 s"), Flag.optional)
  },
  Effect.fnUntraced(function* ({ csr, dnsNames, domain, headers, ipAddresses, out, output, rateLimit, ...flags }) {
    const limits =
      Option.isSome(domain) || Option.isSome(rateLimit)
        ? {
            limits: {
              domain: Option.getOrElse(domain, () => "default"),
              rateLimit: Option.getOrElse(rateLimit, () => 100),
              dailyQuota: null
            }
          }
        : {}
    const { clientId, keyAlgorithm, profile, validityDays } = flags
    const payload = {
      clientId,
      dnsNames,
      ipAddresses,
      ...limits,
      ...given({ keyAlgorithm, profile, validityDays }),
      ...(yield* requestOf(csr))
    }
    yield* handOut(output, out, yield* withApi((api) => api.certificates.issue({ headers, payload })))
  })
).pipe(
  Command.withDescription("Issue a certificate"),
  Command.withExamples([
    { command: "tandem certs issue billing --out billing", description: "Key and certificate into a directory" },
    { command: "tandem certs issue billing --csr billing.csr", description: "For a key that its owner keeps" }
  ])
)

const renew = Command.make(
  "renew",
  { output, headers, clientId, ...keyFlags, validityDays },
  Effect.fnUntraced(function* ({ clientId, csr, headers, keyAlgorithm, out, output, validityDays }) {
    const payload = { ...given({ keyAlgorithm, validityDays }), ...(yield* requestOf(csr)) }
    const issued = yield* withApi((api) => api.certificates.renew({ headers, params: { clientId }, payload }))
    yield* handOut(output, out, issued)
  })
).pipe(
  Command.withDescription("Issue a certificate that takes over; the old one stays good until its time is over"),
  Command.withExamples([{ command: "tandem certs renew billing --out billing-2027", description: "With a new key" }])
)

const revoke = Command.make(
  "revoke",
  {
    output,
    headers,
    serial,
    note: Flag.String("note").pipe(Flag.withDescription("Why, in words")),
    reason: Flag.Literals("reason", RevocationReason.literals).pipe(
      Flag.withDescription("Why, by RFC 5280's names; unspecified when it is not given"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ headers, note, output, reason, serial }) {
    const payload = { note, ...given({ reason }) }
    yield* printOne(output, yield* withApi((api) => api.certificates.revoke({ headers, params: { serial }, payload })))
  })
).pipe(
  Command.withDescription("Revoke a certificate; open connections with it are cut within two seconds"),
  Command.withExamples([
    { command: "tandem certs revoke 4a01f2 --reason keyCompromise --note 'laptop stolen'", description: "At once" }
  ])
)

const list = Command.make(
  "list",
  {
    output,
    limit,
    status: Flag.Literals("status", CertificateStatus.literals).pipe(
      Flag.withDescription("Only those with this status"),
      Flag.optional
    ),
    clientId: Flag.String("client").pipe(
      Flag.withDescription("Only this client's"),
      Flag.withSchema(ClientId),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ clientId, limit, output, status }) {
    const query = given({ clientId, status })
    const rows = yield* withApi((api) =>
      readPages(limit, (page) => api.certificates.list({ query: { ...page, ...query } }))
    )
    yield* printRows(output, columns, rows)
  })
).pipe(Command.withDescription("List certificates, newest first"))

const expiring = Command.make(
  "expiring",
  {
    output,
    limit,
    days: Flag.Int("days").pipe(
      Flag.withDescription("Days that are left at most; 30 when it is not given"),
      Flag.withDefault(30)
    )
  },
  Effect.fnUntraced(function* ({ days, limit, output }) {
    const rows = yield* withApi((api) =>
      readPages(limit, (page) => api.certificates.list({ query: { ...page, expiringDays: days } }))
    )
    yield* printRows(output, columns, rows)
  })
).pipe(Command.withDescription("List good certificates whose time is over soon"))

const verify = Command.make(
  "verify",
  {
    output,
    file: Argument.File("file", { mustExist: true }).pipe(Argument.withDescription("The certificate, PEM")),
    usage: Flag.Literals("usage", CertificateProfile.literals).pipe(
      Flag.withDescription("What it is to be used for; client when it is not given"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ file, output, usage }) {
    const payload = { pem: yield* readFile(file), ...given({ usage }) }
    const report = yield* withApi((api) => api.certificates.verify({ payload }))
    yield* output === "json"
      ? printOne(output, report)
      : printRows(
          output,
          [
            { title: "check", cell: (row) => row.name },
            { title: "status", cell: (row) => row.status },
            { title: "detail", cell: (row) => row.detail }
          ],
          report.checks
        )
    if (!report.ok) return yield* CliFailure.refused("the certificate is not good")
  })
).pipe(Command.withDescription("Check a certificate: signature, time, expiry, revocation, usage, fingerprint"))

export const certs = Command.make("certs").pipe(
  Command.withDescription("Certificates of the broker's clients, of servers and gateways"),
  Command.withSubcommands([issue, renew, revoke, list, expiring, verify, crl])
)
