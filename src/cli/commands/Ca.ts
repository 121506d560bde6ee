import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { KeyAlgorithm } from "../../domain/pki/CertificateProfile.ts"
import type { AuthorityCertificate } from "../../domain/pki/Authority.ts"
import { withApi } from "../ApiConnection.ts"
import { output, printOne, printRows } from "../Output.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const algorithm = Flag.Literals("algorithm", KeyAlgorithm.literals).pipe(
  Flag.withDescription("Kind of key; ecdsa-p256 when it is not given"),
  Flag.optional
)

const issuerYears = Flag.Int("issuer-years").pipe(
  Flag.withDescription("Years for which the issuer issues; 5 when it is not given"),
  Flag.optional
)

const init = Command.make(
  "init",
  {
    output,
    headers,
    algorithm,
    issuerYears,
    commonName: Flag.String("name").pipe(
      Flag.withDescription("Name (CN) of the root; Tandem CA when it is not given"),
      Flag.optional
    ),
    rootYears: Flag.Int("root-years").pipe(
      Flag.withDescription("Years for which the root is good; 10 when it is not given"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ algorithm, commonName, headers, issuerYears, output, rootYears }) {
    const payload = given({ algorithm, commonName, issuerYears, rootYears })
    yield* printOne(output, yield* withApi((api) => api.certificates.createAuthority({ headers, payload })))
  })
).pipe(
  Command.withDescription("Make the certificate authority: a root, and an issuer under it"),
  Command.withExamples([{ command: "tandem ca init --name 'Acme CA'", description: "Once for each plane" }])
)

const replaceIssuer = Command.make(
  "replace-issuer",
  { output, headers, algorithm, issuerYears },
  Effect.fnUntraced(function* ({ algorithm, headers, issuerYears, output }) {
    const payload = given({ algorithm, issuerYears })
    yield* printOne(output, yield* withApi((api) => api.certificates.replaceIssuer({ headers, payload })))
  })
).pipe(
  Command.withDescription("Let a new issuer issue from now on; what the old one has issued stays good"),
  Command.withExamples([
    { command: "tandem ca replace-issuer", description: "In good time before the old one is over" }
  ])
)

type Row = AuthorityCertificate & { readonly role: string }

const columns: ReadonlyArray<Column<Row>> = [
  { title: "role", cell: (row) => row.role },
  { title: "name", cell: (row) => row.commonName },
  { title: "algorithm", cell: (row) => row.algorithm },
  { title: "serial", cell: (row) => row.serial },
  { title: "not after", cell: (row) => new Date(row.notAfterMillis).toISOString() },
  { title: "fingerprint", cell: (row) => row.fingerprint }
]

const show = Command.make(
  "show",
  { output },
  Effect.fnUntraced(function* ({ output }) {
    const { issuers, root } = yield* withApi((api) => api.certificates.authority())
    const rows: ReadonlyArray<Row> = [
      ...(root === null ? [] : [{ ...root, role: "root" }]),
      ...issuers.map((issuer, n) => ({ ...issuer, role: n === issuers.length - 1 ? "issues" : "issued before" }))
    ]
    yield* printRows(output, columns, rows)
  })
).pipe(Command.withDescription("Show the authority's own certificates"))

export const ca = Command.make("ca").pipe(
  Command.withDescription("The plane's own certificate authority"),
  Command.withSubcommands([init, show, replaceIssuer])
)
