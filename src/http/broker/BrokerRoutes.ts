import type { Asking, Reply } from "./BrokerAnswers.ts"
import type { BrokerDesk } from "./BrokerDesk.ts"
import { batchBytes, oneMessageBytes } from "./BrokerSettings.ts"
import type { Client } from "./PeerIdentity.ts"

export interface Route {
  readonly endpoint: string
  readonly method: "GET" | "POST"
  readonly maxBytes: number
  /** Answers once, now or later. */
  readonly run: (client: Client, asking: Asking, given: Given, reply: Reply) => void
}

/** What a request brought along. */
interface Given {
  readonly body: unknown
  readonly idempotencyKey: string | undefined
  readonly id: string
}

const prefix = "/api/v1/messages/"

/** What comes last in an address of one message. */
export const idOf = (path: string): string => path.slice(prefix.length)

/** The address of a path, when there is one. */
export const routesOf = (desk: BrokerDesk["Service"]) => {
  const submit: Route = {
    endpoint: "/api/v1/messages",
    method: "POST",
    maxBytes: oneMessageBytes,
    run: (client, asking, { body, idempotencyKey }, reply) =>
      desk.submit(client, asking, { body, idempotencyKey }, reply)
  }
  const batch: Route = {
    endpoint: "/api/v1/messages/batch",
    method: "POST",
    maxBytes: batchBytes,
    run: (client, asking, { body }, reply) => desk.submitBatch(client, asking, body, reply)
  }
  const show: Route = {
    endpoint: "/api/v1/messages/:id",
    method: "GET",
    maxBytes: 0,
    run: (client, asking, { id }, reply) => desk.show(client, asking, id, reply)
  }
  return (path: string): Route | undefined => {
    if (path === submit.endpoint) return submit
    if (path === batch.endpoint) return batch
    return path.startsWith(prefix) && !idOf(path).includes("/") ? show : undefined
  }
}
