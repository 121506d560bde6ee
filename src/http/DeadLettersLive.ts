import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DeadLetterReplay, DeadLetterUnknown } from "../entities/DeadLetterReplay.ts"
import { DeadLetters, maxDeadLettersPage } from "../layers/storage/DeadLetters.ts"
import { DeadLetterId, pageLimit } from "./api/Parameters.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { DeadLetterView } from "./api/Views.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { readPage } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

export const DeadLettersLive = HttpApiBuilder.group(
  TandemApi,
  "deadLetters",
  Effect.fnUntraced(function* (handlers) {
    const letters = yield* DeadLetters
    const replays = yield* DeadLetterReplay
    const keys = yield* CommandKeys
    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query: { ...query, limit: Math.min(query.limit ?? pageLimit.default, maxDeadLettersPage - 1) },
          key: DeadLetterId,
          read: (afterId, limit) => asProblems(letters.list({ afterId, limit })),
          keyOf: ({ id }) => id
        }),
      get: Effect.fnUntraced(function* ({ params: { deadLetterId: id } }) {
        const letter = yield* asProblems(letters.get(id))
        return yield* Option.match(letter, {
          onNone: () => Effect.fail(problemOf(new DeadLetterUnknown({ id }))),
          onSome: Effect.succeed
        })
      }),
      replay: ({ params: { deadLetterId: id }, headers }) =>
        keys.once(
          { operation: "deadLetters.replay", target: id, idempotencyKey: headers["idempotency-key"] },
          DeadLetterView,
          () => askEntity(replays.replay(id))
        )
    })
  })
)
