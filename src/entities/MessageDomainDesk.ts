import { Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { MessageDomain, MessageDomainChoice, MessageDomainUnknown } from "../domain/messaging/MessageDomain.ts"
import { defaultMessageDomain, MessageDomainRefused } from "../domain/messaging/MessageDomain.ts"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import { MessagingNotes } from "../layers/storage/MessagingNotes.ts"
import { makeSecret } from "../layers/webhooks/StandardSignature.ts"
import { WebhookSender } from "../layers/webhooks/WebhookSender.ts"

/** A domain, with its signing secret where that is new: it is told this once. */
export interface DomainWithSecret {
  readonly domain: MessageDomain
  readonly secret: string | null
}

/** What is not given stays as it is, or is as usual where the domain is new. */
export type WantedDomain = { readonly [K in keyof MessageDomainChoice]?: MessageDomainChoice[K] | undefined } & {
  /** Made when it is not given and the domain has none. */
  readonly secret?: string | undefined
}

type Refusal = MessageDomainRefused | JournalUnavailable

const hostOf = ({ destination }: MessageDomainChoice) => new URL(destination.url).host

const mismatchOf = ({ firstRetrySeconds, maxRetrySeconds }: MessageDomainChoice) =>
  firstRetrySeconds > maxRetrySeconds ? "the first retry waits longer than the longest" : undefined

const makeDesk = Effect.gen(function* () {
  const sender = yield* WebhookSender
  const domains = yield* MessageDomains
  const notes = yield* MessagingNotes
  const random = yield* SecureRandom.SecureRandom
  const newSecret = Effect.provideService(makeSecret, SecureRandom.SecureRandom, random)

  const choiceOf = Effect.fnUntraced(function* (before: MessageDomain | undefined, wanted: WantedDomain) {
    const { secret: _, ...chosen } = wanted
    const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined))
    const destination = wanted.destination ?? before?.destination
    if (destination === undefined) return yield* new MessageDomainRefused({ reason: "there is no address to send to" })
    const choice: MessageDomainChoice = { ...defaultMessageDomain, ...before, ...given, destination }
    const why = sender.refusal(destination.url)
    if (why !== undefined) {
      return yield* new MessageDomainRefused({ reason: `nothing may be sent to the address: ${why}` })
    }
    const mismatch = mismatchOf(choice)
    return mismatch === undefined ? choice : yield* new MessageDomainRefused({ reason: mismatch })
  })

  return MessageDomainDesk.of({
    put: Effect.fn("MessageDomainDesk.put")(function* (by, domain, wanted) {
      const found = yield* Effect.result(domains.get(domain))
      if (found._tag === "Failure" && found.failure._tag === "JournalUnavailable") return yield* found.failure
      const before = found._tag === "Success" ? found.success : undefined
      const choice = yield* choiceOf(before, wanted)
      const made = wanted.secret === undefined && before === undefined ? yield* newSecret : undefined
      const secret = wanted.secret ?? made
      const { enabled, firstRetrySeconds, maxAttempts, maxRetrySeconds, retentionDays } = choice
      const settled = { enabled, firstRetrySeconds, maxAttempts, maxRetrySeconds, retentionDays }
      yield* notes.ofDomain(domain, { _tag: "MessageDomainSet", host: hostOf(choice), ...settled, by })
      const put = { domain, choice, by, secret: secret === undefined ? null : Redacted.make(secret) }
      return { domain: yield* domains.put(put), secret: made ?? null }
    }),
    rotateSecret: Effect.fn("MessageDomainDesk.rotateSecret")(function* (by, domain) {
      yield* domains.get(domain)
      const secret = yield* newSecret
      yield* notes.ofDomain(domain, { _tag: "MessageDomainSecretChanged", by })
      return { domain: yield* domains.changeSecret(domain, Redacted.make(secret), by), secret }
    }),
    remove: Effect.fn("MessageDomainDesk.remove")(function* (by, domain) {
      yield* domains.get(domain)
      yield* notes.ofDomain(domain, { _tag: "MessageDomainRemoved", by })
      return yield* domains.remove(domain)
    })
  })
})

/** What an admin does about domains of messages, checked, and noted in the journal in the name of `by`. */
export class MessageDomainDesk extends Context.Service<
  MessageDomainDesk,
  {
    readonly put: (by: string, domain: string, wanted: WantedDomain) => Effect.Effect<DomainWithSecret, Refusal>
    readonly rotateSecret: (
      by: string,
      domain: string
    ) => Effect.Effect<DomainWithSecret, MessageDomainUnknown | JournalUnavailable>
    /** Its messages stay, and wait until there is such a domain again. */
    readonly remove: (
      by: string,
      domain: string
    ) => Effect.Effect<MessageDomain, MessageDomainUnknown | JournalUnavailable>
  }
>()("tandem/entities/MessageDomainDesk") {
  static readonly layer = Layer.effect(
    MessageDomainDesk,
    Effect.suspend(() => makeDesk)
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}
