import { Effect } from "effect"
import { defaultLimits } from "../domain/pki/Client.ts"
import { MessageDomainDesk } from "../entities/MessageDomainDesk.ts"
import { MessageDomains } from "../layers/storage/MessageDomains.ts"
import type { Sandbox } from "../simulators/Sandbox.ts"

/** Where an earlier start had its sandbox: the port may have been another one. */
const isSink = (url: string) => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\/sandbox\/sink$/.test(url)

/** Has the messages of clients that have no domain of their own end in the sandbox, unless somebody has set where they go. */
export const routeToSink = Effect.fnUntraced(function* ({ credentials, urls }: Sandbox["Service"]) {
  const found = yield* Effect.result((yield* MessageDomains).get(defaultLimits.domain))
  if (found._tag === "Success" && !isSink(found.success.destination.url)) return
  if (found._tag === "Success" && found.success.destination.url === urls.sink) return
  yield* (yield* MessageDomainDesk).put("tandem", defaultLimits.domain, {
    destination: { kind: "http", url: urls.sink },
    secret: credentials.sink.secret
  })
})
