import { Effect, Metric } from "effect"
import type { Accepted, NewMessage } from "../../domain/messaging/Message.ts"
import { ClientUsage } from "../../layers/storage/ClientUsage.ts"
import { MessageIntake } from "../../layers/storage/MessageIntake.ts"
import type { Asking, BrokerAnswer, Reply } from "./BrokerAnswers.ts"
import { errorAnswer } from "./BrokerAnswers.ts"
import { countedBy } from "./CountedBy.ts"
import type { Client } from "./PeerIdentity.ts"
import { makeReplying } from "./Replying.ts"

const enqueued = Metric.counter("proxy_messages_enqueued_total", {
  description: "Messages that clients were told are safe",
  incremental: true
})
const failedToEnqueue = Metric.counter("proxy_messages_failed_total", {
  description: "Messages that were not taken, by reason",
  incremental: true
})

export const unavailable = (asking: Asking) =>
  errorAnswer(asking, "service_unavailable", "messages cannot be taken now; send the same again", {
    retryAfterSeconds: 1
  })

const quotaUsedUp = (asking: Asking) =>
  errorAnswer(asking, "rate_limit_exceeded", "the client's messages of this day are used up", {
    retryAfterSeconds: 3600
  })

export type AnswerOf = (accepted: ReadonlyArray<Accepted>) => BrokerAnswer

/** Takes messages in for clients. */
export const makeTaking = Effect.gen(function* () {
  const intake = yield* MessageIntake
  const usage = yield* ClientUsage
  const replying = yield* makeReplying
  const context = yield* Effect.context<never>()

  const countNotTaken = countedBy(failedToEnqueue, ["reason"], context)
  const notTaken = (reason: string, count: number) => countNotTaken([reason], count)

  const accept = (asking: Asking, messages: ReadonlyArray<NewMessage>, answerOf: AnswerOf, reply: Reply) =>
    intake.offer(messages, (exit) => {
      if (exit._tag === "Failure") {
        notTaken("unavailable", messages.length)
        return reply(unavailable(asking))
      }
      enqueued.updateUnsafe(exit.value.filter(({ outcome }) => outcome === "accepted").length, context)
      reply(answerOf(exit.value))
    })

  /** Takes messages of one client, as many as its quota has left: all or none; and answers with what became of each. */
  const take = (
    { clientId, dailyQuota }: Client,
    asking: Asking,
    messages: ReadonlyArray<NewMessage>,
    answerOf: AnswerOf,
    reply: Reply
  ): void => {
    if (messages.length === 0) return reply(answerOf([]))
    if (dailyQuota === null) return accept(asking, messages, answerOf, reply)
    const asked = usage.take(clientId, dailyQuota, messages.length).pipe(
      Effect.map((isLeft) => (isLeft ? accept(asking, messages, answerOf, reply) : reply(quotaUsedUp(asking)))),
      Effect.catchTag("MessagesUnavailable", () => {
        notTaken("unavailable", messages.length)
        return Effect.sync(() => reply(unavailable(asking)))
      })
    )
    replying(asking, reply, asked)
  }

  return { take, notTaken }
})
