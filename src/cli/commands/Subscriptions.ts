import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Severity } from "../../domain/fraud/FraudType.ts"
import { EventKind, SubscriptionFormat } from "../../domain/subscriptions/Subscription.ts"
import type { SubscriptionView } from "../../http/api/SubscriptionsApi.ts"
import { RoutingKey, SubscriptionId, SubscriptionName, SubscriptionUrl } from "../../http/api/SubscriptionsApi.ts"
import { withApi } from "../ApiConnection.ts"
import type { OutputFormat } from "../Output.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given, headers } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"
import { deliveries, replay, test } from "./SubscriptionDeliveries.ts"

const columns: ReadonlyArray<Column<SubscriptionView>> = [
  { title: "subscription", cell: (row) => row.subscriptionId },
  { title: "name", cell: (row) => row.name },
  { title: "state", cell: (row) => (row.enabled ? "enabled" : `disabled ${row.disabledReason}`) },
  { title: "format", cell: (row) => row.format },
  { title: "address", cell: (row) => row.url },
  { title: "from severity", cell: (row) => row.minSeverity },
  { title: "failing since", cell: (row) => row.failingSince }
]

const subscriptionId = Argument.String("subscription-id").pipe(
  Argument.withDescription("The subscription's id, sub_…"),
  Argument.withSchema(SubscriptionId)
)

const name = Flag.String("name").pipe(Flag.withDescription("What people call it"), Flag.withSchema(SubscriptionName))
const url = Flag.String("url").pipe(
  Flag.withDescription("Where messages are sent, https://…"),
  Flag.withSchema(SubscriptionUrl),
  Flag.optional
)
const kinds = Flag.Literals("kind", EventKind.literals).pipe(
  Flag.withDescription("A kind of event to be told; may be given several times. All kinds when it is not given"),
  Flag.between(0, EventKind.literals.length)
)
const minSeverity = Flag.Literals("min-severity", Severity.literals).pipe(
  Flag.withDescription("Only alerts that are this severe or worse"),
  Flag.optional
)

const list = Command.make(
  "list",
  { output, limit },
  Effect.fnUntraced(function* (input) {
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.subscriptions.list({ query })))
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List subscriptions, newest first"),
  Command.withExamples([{ command: "tandem subscriptions list", description: "Who is told" }])
)

const get = Command.make(
  "get",
  { output, subscriptionId },
  Effect.fnUntraced(function* (input) {
    const params = { subscriptionId: input.subscriptionId }
    yield* printOne(input.output, yield* withApi((api) => api.subscriptions.get({ params })))
  })
).pipe(
  Command.withDescription("Show one subscription"),
  Command.withExamples([{ command: "tandem subscriptions get sub_0123456789abcdef", description: "One subscription" }])
)

interface Told {
  readonly subscription: SubscriptionView
  readonly secret: string | null
}

const printTold = Effect.fnUntraced(function* (format: OutputFormat, { secret, subscription }: Told) {
  yield* printOne(format, { ...subscription, secret })
  if (secret !== null) yield* Console.error("the secret is shown this once; keep it where the receiver finds it")
})

const create = Command.make(
  "create",
  {
    output,
    name,
    url,
    kinds,
    minSeverity,
    headers,
    format: Flag.Literals("format", SubscriptionFormat.literals).pipe(
      Flag.withDescription("Form of the messages; standard when it is not given"),
      Flag.optional
    ),
    routingKey: Flag.String("routing-key").pipe(
      Flag.withDescription("PagerDuty's integration key"),
      Flag.withSchema(RoutingKey),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ format, headers, kinds, minSeverity, name, output, routingKey, url }) {
    const payload = { name, kinds, ...given({ format, minSeverity, routingKey, url }) }
    yield* printTold(output, yield* withApi((api) => api.subscriptions.create({ payload, headers })))
  })
).pipe(
  Command.withDescription("Have events sent to an address"),
  Command.withExamples([
    {
      command: "tandem subscriptions create --name soc --url https://soc.example/hook --min-severity HIGH",
      description: "Signed messages about severe alerts"
    },
    {
      command: "tandem subscriptions create --name pager --format pagerduty --routing-key 0123456789abcdef",
      description: "Incidents at PagerDuty"
    }
  ])
)

const change = Command.make(
  "change",
  {
    output,
    subscriptionId,
    name: name.pipe(Flag.optional),
    url,
    kinds,
    minSeverity,
    enabled: Flag.Literals("enabled", ["yes", "no"]).pipe(
      Flag.withDescription("Whether anything is sent; enabling sends what has waited"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ enabled, kinds, minSeverity, name, output, subscriptionId, url }) {
    const payload = {
      ...given({ minSeverity, name, url, enabled: Option.map(enabled, (word) => word === "yes") }),
      ...(kinds.length === 0 ? {} : { kinds })
    }
    const params = { subscriptionId }
    yield* printOne(output, yield* withApi((api) => api.subscriptions.change({ params, payload })))
  })
).pipe(
  Command.withDescription("Change what is given"),
  Command.withExamples([
    { command: "tandem subscriptions change sub_0123456789abcdef --enabled yes", description: "It works again" }
  ])
)

const remove = Command.make(
  "delete",
  { output, subscriptionId },
  Effect.fnUntraced(function* (input) {
    const params = { subscriptionId: input.subscriptionId }
    yield* printOne(input.output, yield* withApi((api) => api.subscriptions.remove({ params })))
  })
).pipe(
  Command.withDescription("End a subscription, with all its deliveries"),
  Command.withExamples([{ command: "tandem subscriptions delete sub_0123456789abcdef", description: "Tell nobody" }])
)

const rotateSecret = Command.make(
  "rotate-secret",
  { output, subscriptionId, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { subscriptionId: input.subscriptionId }, headers: input.headers }
    yield* printTold(input.output, yield* withApi((api) => api.subscriptions.rotateSecret(request)))
  })
).pipe(
  Command.withDescription("Sign with a new secret from now on"),
  Command.withExamples([
    { command: "tandem subscriptions rotate-secret sub_0123456789abcdef", description: "The old one got about" }
  ])
)

export const subscriptions = Command.make("subscriptions").pipe(
  Command.withDescription("Webhooks that Tandem sends"),
  Command.withSubcommands([list, get, create, change, remove, rotateSecret, test, deliveries, replay])
)
