import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { HttpDestination, messageDomainChoices, MessageDomainName } from "../../domain/messaging/MessageDomain.ts"
import type { MessageDomainView } from "../../http/api/MessageDomainsApi.ts"
import { SigningSecret } from "../../http/api/MessageDomainsApi.ts"
import { withApi } from "../ApiConnection.ts"
import type { OutputFormat } from "../Output.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<MessageDomainView>> = [
  { title: "domain", cell: (row) => row.domain },
  { title: "state", cell: (row) => (row.enabled ? "enabled" : "disabled") },
  { title: "address", cell: (row) => row.destination.url },
  { title: "days kept", cell: (row) => row.retentionDays, right: true },
  { title: "attempts", cell: (row) => row.maxAttempts, right: true },
  { title: "first retry s", cell: (row) => row.firstRetrySeconds, right: true },
  { title: "longest s", cell: (row) => row.maxRetrySeconds, right: true },
  { title: "changed by", cell: (row) => row.changedBy },
  { title: "updated", cell: (row) => row.updatedAt }
]

const domain = Argument.String("domain").pipe(
  Argument.withDescription("Name of the domain: a-z, 0-9, - and _"),
  Argument.withSchema(MessageDomainName)
)

interface Told {
  readonly domain: MessageDomainView
  readonly secret: string | null
}

const printTold = Effect.fnUntraced(function* (format: OutputFormat, { domain, secret }: Told) {
  yield* printOne(format, { ...domain, secret })
  if (secret !== null) yield* Console.error("the secret is shown this once; keep it where the receiver finds it")
})

const list = Command.make(
  "list",
  { output, limit },
  Effect.fnUntraced(function* (input) {
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.messageDomains.list({ query })))
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List the domains of messages, by name"),
  Command.withExamples([{ command: "tandem domains list", description: "Where messages go" }])
)

const count = (name: string, description: string) => Flag.Int(name).pipe(Flag.withDescription(description))

const set = Command.make(
  "set",
  {
    output,
    domain,
    url: Flag.String("url").pipe(
      Flag.withDescription("Where each message is posted, https://…"),
      Flag.withSchema(HttpDestination.fields.url),
      Flag.optional
    ),
    enabled: Flag.Literals("enabled", ["yes", "no"]).pipe(
      Flag.withDescription("Whether its messages are delivered, or wait"),
      Flag.optional
    ),
    retentionDays: count("retention-days", "Days for which messages are kept").pipe(
      Flag.withSchema(messageDomainChoices.retentionDays),
      Flag.optional
    ),
    maxAttempts: count("max-attempts", "Attempts after which a message is dead").pipe(
      Flag.withSchema(messageDomainChoices.maxAttempts),
      Flag.optional
    ),
    firstRetrySeconds: count("first-retry-seconds", "The longest that the first retry waits").pipe(
      Flag.withSchema(messageDomainChoices.firstRetrySeconds),
      Flag.optional
    ),
    maxRetrySeconds: count("max-retry-seconds", "The longest that any retry waits").pipe(
      Flag.withSchema(messageDomainChoices.maxRetrySeconds),
      Flag.optional
    ),
    secret: Flag.String("secret").pipe(
      Flag.withDescription("Signing secret that the receiver has already, whsec_…; one is made otherwise"),
      Flag.withSchema(SigningSecret),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ domain, enabled, output, url, ...others }) {
    const { firstRetrySeconds, maxAttempts, maxRetrySeconds, retentionDays, secret } = others
    const payload = given({
      destination: Option.map(url, (address) => ({ kind: "http" as const, url: address })),
      enabled: Option.map(enabled, (word) => word === "yes"),
      firstRetrySeconds,
      maxAttempts,
      maxRetrySeconds,
      retentionDays,
      secret
    })
    yield* printTold(output, yield* withApi((api) => api.messageDomains.put({ params: { domain }, payload })))
  })
).pipe(
  Command.withDescription("Make a domain of messages, or change what is given"),
  Command.withExamples([
    { command: "tandem domains set default --url https://sms.example/in", description: "Messages have an address" },
    { command: "tandem domains set default --enabled no", description: "Messages wait" }
  ])
)

const remove = Command.make(
  "remove",
  { output, domain },
  Effect.fnUntraced(function* (input) {
    const params = { domain: input.domain }
    yield* printOne(input.output, yield* withApi((api) => api.messageDomains.remove({ params })))
  })
).pipe(
  Command.withDescription("Take a domain away; its messages stay and wait"),
  Command.withExamples([{ command: "tandem domains remove old", description: "It has no address any more" }])
)

const secret = Command.make(
  "secret",
  { output, domain, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { domain: input.domain }, headers: input.headers }
    yield* printTold(input.output, yield* withApi((api) => api.messageDomains.rotateSecret(request)))
  })
).pipe(
  Command.withDescription("Sign with a new secret from now on"),
  Command.withExamples([{ command: "tandem domains secret default", description: "The old one got about" }])
)

export const domains = Command.make("domains").pipe(
  Command.withDescription("Where messages go, domain by domain"),
  Command.withSubcommands([list, set, remove, secret])
)
