import { Clock, Config, Context, Effect, Layer, Option, Redacted, Schedule, Schema } from "effect"
import { WebhookNotSent, WebhookSender } from "../webhooks/WebhookSender.ts"
import { signedHeaders } from "../webhooks/StandardSignature.ts"

/** A token on its way to the one who may set a new password with it. */
export interface PasswordReset {
  readonly resetId: string
  readonly userId: string
  readonly email: string
  readonly token: Redacted.Redacted
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

const address = Config.option(Config.NonEmptyString("PORTAL_RESET_WEBHOOK_URL"))

const Secret = Schema.String.check(
  Schema.isPattern(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, { expected: "whsec_ and 24 bytes or more in base64" })
)

/** Whoever has an address to send to needs it. */
const signingSecret = Config.schema(Schema.Redacted(Secret), "PORTAL_RESET_WEBHOOK_SECRET")

/** Three tries within half a minute; afterwards the person asks again. */
const again = Schedule.exponential("2 seconds", 3).pipe(Schedule.jittered, Schedule.upTo({ times: 2 }))

const bodyOf = ({ email, expiresAt, token, userId }: PasswordReset, nowMillis: number) =>
  JSON.stringify({
    type: "portal.password_reset",
    timestamp: new Date(nowMillis).toISOString(),
    data: { user_id: userId, email, token: Redacted.value(token), expires_at: expiresAt }
  })

const isTaken = (status: number) => status >= 200 && status < 300

/** How the token of a password's reset gets to the person whose account it is for: a mail gateway, for example. */
export class PasswordResetDelivery extends Context.Service<
  PasswordResetDelivery,
  {
    /** False: there is none, and a manager hands tokens over. */
    readonly isConfigured: boolean
    /** Whether the other end took it. */
    readonly deliver: (reset: PasswordReset) => Effect.Effect<boolean>
  }
>()("tandem/layers/access/PasswordResetDelivery") {
  /** Posts to PORTAL_RESET_WEBHOOK_URL, signed as standardwebhooks.com says. */
  static readonly layer = Layer.effect(
    PasswordResetDelivery,
    Effect.gen(function* () {
      const sender = yield* WebhookSender
      const url = yield* address
      if (Option.isNone(url)) {
        return PasswordResetDelivery.of({ isConfigured: false, deliver: () => Effect.succeed(false) })
      }
      const secret = yield* signingSecret
      const refusal = sender.refusal(url.value)
      if (refusal !== undefined) yield* Effect.logError(`nothing is sent to PORTAL_RESET_WEBHOOK_URL: ${refusal}`)

      const post = Effect.fnUntraced(function* (reset: PasswordReset) {
        const nowMillis = yield* Clock.currentTimeMillis
        const body = bodyOf(reset, nowMillis)
        const headers = {
          "content-type": "application/json",
          "user-agent": "Tandem-Portal/1",
          ...signedHeaders(Redacted.value(secret), reset.resetId, nowMillis, body)
        }
        const { status } = yield* sender.send({ url: url.value, headers, body })
        if (!isTaken(status)) return yield* new WebhookNotSent({ detail: `HTTP ${status}` })
      })

      return PasswordResetDelivery.of({
        isConfigured: true,
        deliver: (reset) =>
          post(reset).pipe(
            Effect.retry(again),
            Effect.as(true),
            Effect.catch(({ detail }) =>
              Effect.as(
                Effect.logWarning("a password's reset could not be delivered").pipe(
                  Effect.annotateLogs({ userId: reset.userId, detail })
                ),
                false
              )
            )
          )
      })
    })
  )
}
