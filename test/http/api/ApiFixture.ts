import { ConfigProvider, Effect, Layer, Option, Redacted } from "effect"
import { TestRunner } from "effect/cluster"
import { HttpServer } from "effect/http"
import { portal } from "../../../src/cli/PlanePortal.ts"
import { AuthorityLive } from "../../../src/entities/AuthorityLive.ts"
import { ClientCertificateLive } from "../../../src/entities/ClientCertificateLive.ts"
import { DeadLetterReplay, DeadLetterUnknown, ReplayFailed } from "../../../src/entities/DeadLetterReplay.ts"
import { FraudRulesLive } from "../../../src/entities/FraudRulesLive.ts"
import { FraudWatchLive } from "../../../src/entities/FraudWatchLive.ts"
import { ListEntryLive } from "../../../src/entities/ListEntryLive.ts"
import { LocalWatches } from "../../../src/entities/LocalWatches.ts"
import { MessageDesk } from "../../../src/entities/MessageDesk.ts"
import { MessageDomainDesk } from "../../../src/entities/MessageDomainDesk.ts"
import { SubscriptionDesk } from "../../../src/entities/SubscriptionDesk.ts"
import { GatewayLive } from "../../../src/entities/GatewayLive.ts"
import { GatewayRulesLive } from "../../../src/entities/GatewayRulesLive.ts"
import { ApiLive } from "../../../src/http/ApiLive.ts"
import * as Server from "../../../src/http/Server.ts"
import { GatewayPolicy } from "../../../src/layers/fraud/GatewayPolicy.ts"
import { ScreeningPolicy } from "../../../src/layers/fraud/ScreeningPolicy.ts"
import { KeyRing } from "../../../src/layers/messaging/KeyRing.ts"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"
import { AuthorityKeys } from "../../../src/layers/pki/AuthorityKeys.ts"
import { ClientDirectory } from "../../../src/layers/pki/ClientDirectory.ts"
import { RevocationLists } from "../../../src/layers/pki/RevocationLists.ts"
import { TrustStore } from "../../../src/layers/pki/TrustStore.ts"
import { AlertRows } from "../../../src/layers/storage/AlertRows.ts"
import { ApiKeys } from "../../../src/layers/storage/ApiKeys.ts"
import { AuthorityRow } from "../../../src/layers/storage/AuthorityRow.ts"
import { BackorderRows } from "../../../src/layers/storage/BackorderRows.ts"
import { CertificateRows } from "../../../src/layers/storage/CertificateRows.ts"
import { Deliveries } from "../../../src/layers/storage/Deliveries.ts"
import { CallRecords } from "../../../src/layers/storage/CallRecords.ts"
import { DeadLetters } from "../../../src/layers/storage/DeadLetters.ts"
import { SipOptions } from "../../../src/layers/sip/SipOptions.ts"
import { GatewayClaims } from "../../../src/layers/storage/GatewayClaims.ts"
import { GatewayMetrics } from "../../../src/layers/storage/GatewayMetrics.ts"
import { GatewayRows } from "../../../src/layers/storage/GatewayRows.ts"
import { IdempotencyKeys } from "../../../src/layers/storage/IdempotencyKeys.ts"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { JournalChanges } from "../../../src/layers/storage/JournalChanges.ts"
import { ListRows } from "../../../src/layers/storage/ListRows.ts"
import { MessageDomains } from "../../../src/layers/storage/MessageDomains.ts"
import { MessageIntake } from "../../../src/layers/storage/MessageIntake.ts"
import { MessageRows } from "../../../src/layers/storage/MessageRows.ts"
import { MessageReplays } from "../../../src/layers/storage/messages/MessageReplays.ts"
import { MessagingNotes } from "../../../src/layers/storage/MessagingNotes.ts"
import { NumberRows } from "../../../src/layers/storage/NumberRows.ts"
import { OrderRows } from "../../../src/layers/storage/OrderRows.ts"
import { SubscriptionNotes } from "../../../src/layers/storage/SubscriptionNotes.ts"
import { Subscriptions } from "../../../src/layers/storage/Subscriptions.ts"
import { WebhookSender } from "../../../src/layers/webhooks/WebhookSender.ts"
import { VendorDoor } from "../../../src/layers/vendors/VendorDoor.ts"
import { VendorError } from "../../../src/layers/vendors/VendorError.ts"
import { Zendesk } from "../../../src/layers/vendors/Zendesk.ts"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as TestDatabase from "../../fixtures/TestDatabase.ts"
import * as TestEntities from "./TestEntities.ts"

/** A help desk whose answers follow from the ticket's id; the text of a ticket is another one each time. */
const TestZendesk = Layer.sync(Zendesk, () => {
  let reads = 0
  return Zendesk.of({
    ticket: (id) => {
      const error = (reason: VendorError["reason"]) =>
        Effect.fail(VendorError.of({ vendor: "zendesk", operation: "ticket", reason, detail: reason }))
      if (id === "4040") return error("NotFound")
      if (id === "5020") return error("Unauthorized")
      if (id === "5030") return error("Unavailable")
      reads++
      return Effect.succeed({
        id,
        subject: "numbers",
        description: `text ${reads}`,
        status: "open",
        tags: [],
        updatedAt: "2026-01-01T00:00:00Z",
        customFields: {}
      })
    },
    comments: () => Effect.die("not part of the API"),
    answer: () => Effect.die("not part of the API")
  })
})

const TestReplay = Layer.effect(
  DeadLetterReplay,
  Effect.gen(function* () {
    const letters = yield* DeadLetters
    return DeadLetterReplay.of({
      replay: Effect.fnUntraced(function* (id) {
        const letter = yield* letters.get(id)
        if (Option.isNone(letter)) return yield* new DeadLetterUnknown({ id })
        if (letter.value.cause === "hopeless") return yield* new ReplayFailed({ id, detail: "failed again" })
        yield* letters.markReplayed(id)
        return Option.getOrThrow(yield* letters.get(id))
      })
    })
  })
)

const webhooksOut = SubscriptionDesk.layer.pipe(
  Layer.provideMerge(
    Layer.mergeAll(Subscriptions.layer, SubscriptionNotes.layer, Deliveries.layer, WebhookSender.layer)
  )
)

/** Messages that nobody delivers. */
const messaging = Layer.merge(MessageDesk.layer, MessageDomainDesk.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      MessageDomains.layer,
      MessageIntake.layer,
      MessageReplays.layer,
      MessageRows.layer,
      MessagingNotes.layer
    )
  ),
  Layer.provideMerge(KeyRing.layer),
  Layer.provide(
    Layer.unwrap(
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-api-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        ),
        (path) => ConfigProvider.layer(ConfigProvider.fromUnknown({ TANDEM_DATA_DIR: path }))
      )
    )
  )
)

const storage = Layer.mergeAll(
  AlertRows.layer,
  AuthorityRow.layer,
  CertificateRows.layer,
  JournalChanges.layer,
  ApiKeys.layer,
  BackorderRows.layer,
  CallRecords.layer,
  DeadLetters.layer,
  GatewayClaims.layer,
  GatewayMetrics.layer,
  GatewayRows.layer,
  IdempotencyKeys.layer,
  Journal.layer,
  ListRows.layer,
  NumberRows.layer,
  OrderRows.layer
).pipe(Layer.provideMerge(TestDatabase.layer))

/** Whom the test's node trusts; keys of its authority are sealed under a passphrase of the test. */
const TestTrust = RevocationLists.layer.pipe(
  Layer.provideMerge(ClientDirectory.layer),
  Layer.provideMerge(TrustStore.layer),
  Layer.provideMerge(AuthorityKeys.layer),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ CA_KEY_PASSPHRASE: "a test's passphrase" })))
)

/** Gateways that are probed by nobody, since the tests' addresses are nobody's. */
const TestGateways = Layer.merge(GatewayLive, GatewayRulesLive).pipe(
  Layer.provide([SipOptions.layer, GatewayPolicy.layer.pipe(Layer.provide(JournalChanges.layer))]),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ GATEWAY_PROBE_SECONDS: "0" })))
)

const TestCertificates = Layer.merge(AuthorityLive, ClientCertificateLive)

const TestWatches = FraudWatchLive.pipe(Layer.provide(LocalWatches.layer))

/** The API over real HTTP and a real database, with actors and a help desk of the test. */
export const layer = Server.layerAt({ host: "127.0.0.1", port: 0 })(ApiLive).pipe(
  Layer.provide(TestReplay),
  Layer.provide([TestZendesk, VendorDoor.layer, Metrics.layer]),
  Layer.provideMerge([TestEntities.layer, TestGateways, TestCertificates, ListEntryLive, FraudRulesLive, TestWatches]),
  Layer.provideMerge([TestRunner.layer, TestEntities.Commands.layer]),
  Layer.provideMerge(ScreeningPolicy.layer),
  Layer.provideMerge(portal),
  Layer.provideMerge(messaging),
  Layer.provideMerge(webhooksOut),
  Layer.provideMerge(TestTrust),
  Layer.provideMerge(storage)
)

export const baseUrl = Effect.map(HttpServer.HttpServer, ({ address }) =>
  address._tag === "UnixPathAddress" ? "" : `http://127.0.0.1:${address.port}`
)

/** A key of the role, as it is sent. */
export const keyOf = Effect.fnUntraced(function* (role: string) {
  const { key } = yield* (yield* ApiKeys).create({ name: `a ${role}`, role })
  return Redacted.value(key)
})

/** A JSON body: the members of problems and pages that tests look at, and whatever else there is. */
export interface Body {
  readonly type: string
  readonly title: string
  readonly detail: string
  readonly instance: string
  readonly issues: ReadonlyArray<{ readonly path: ReadonlyArray<string | number> }>
  readonly retryAfterSeconds: number
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly nextCursor: string | null
  readonly [member: string]: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** `{}` when the answer is no JSON. */
  readonly body: Body
}

/** One request by Node's own client, so that nothing of Effect's stands between the test and the wire. */
export const send = Effect.fnUntraced(function* (
  path: string,
  init: {
    readonly key?: string
    readonly method?: string
    readonly headers?: Record<string, string>
    body?: unknown
  } = {}
) {
  const url = `${yield* baseUrl}${path}`
  return yield* Effect.promise(async (signal): Promise<Answer> => {
    const response = await fetch(url, {
      signal,
      method: init.method ?? "GET",
      headers: {
        ...(init.key === undefined ? {} : { authorization: `Bearer ${init.key}` }),
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...init.headers
      },
      ...(init.body === undefined
        ? {}
        : { body: typeof init.body === "string" ? init.body : JSON.stringify(init.body) })
    })
    const text = await response.text()
    const json = /\bjson\b/.test(response.headers.get("content-type") ?? "")
    return { status: response.status, headers: response.headers, text, body: JSON.parse(json ? text : "{}") }
  })
})
