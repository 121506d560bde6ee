import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { MessageDomainName } from "../domain/messaging/MessageDomain.ts"
import { MessageDomainDesk } from "../entities/MessageDomainDesk.ts"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import { MessageDomainWithSecret } from "./api/MessageDomainsApi.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { readPage } from "./Paging.ts"
import { asProblems } from "./ProblemDetails.ts"

const callerName = Effect.map(CurrentCaller, ({ name }) => name)

export const MessageDomainsLive = HttpApiBuilder.group(
  TandemApi,
  "messageDomains",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* MessageDomainDesk
    const domains = yield* MessageDomains
    const keys = yield* CommandKeys

    return handlers.handleAll({
      list: ({ query }) =>
        readPage({
          query,
          key: MessageDomainName,
          read: (after, limit) => asProblems(domains.list({ after, limit })),
          keyOf: ({ domain }) => domain
        }),
      get: ({ params }) => asProblems(domains.get(params.domain)),
      put: Effect.fnUntraced(function* ({ params, payload }) {
        return yield* asProblems(desk.put(yield* callerName, params.domain, payload))
      }),
      remove: Effect.fnUntraced(function* ({ params }) {
        return yield* asProblems(desk.remove(yield* callerName, params.domain))
      }),
      rotateSecret: Effect.fnUntraced(function* ({ headers, params: { domain } }) {
        const by = yield* callerName
        const asked = {
          operation: "messageDomains.rotateSecret",
          target: domain,
          idempotencyKey: headers["idempotency-key"]
        }
        return yield* keys.once(asked, MessageDomainWithSecret, () => asProblems(desk.rotateSecret(by, domain)))
      })
    })
  })
)
