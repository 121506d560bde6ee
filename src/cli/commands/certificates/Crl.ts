import { Console, Effect, FileSystem, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { withApi } from "../../ApiConnection.ts"

/** The revocation list of the issuer that issues now, or of each, as HAProxy and OpenSSL read it. */
export const crl = Command.make(
  "crl",
  {
    out: Flag.File("out").pipe(Flag.withDescription("File for it; printed without it"), Flag.optional),
    delta: Flag.Boolean("delta").pipe(
      Flag.withDescription("Only what was revoked since the last full list"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ delta, out }) {
    const { pem } = yield* withApi((api) =>
      api.certificates.revocationLists({ query: { delta: delta ? "true" : "false" } })
    )
    if (Option.isNone(out)) return yield* Console.log(pem.trimEnd())
    yield* (yield* FileSystem.FileSystem).writeFileString(out.value, pem)
    yield* Console.error(`wrote ${out.value}`)
  })
).pipe(
  Command.withDescription("Write the revocation lists of all issuers, PEM"),
  Command.withExamples([{ command: "tandem certs crl --out crl.pem", description: "For a proxy or OpenSSL" }])
)
