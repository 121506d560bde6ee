import type { Effect } from "effect"
import type { Asking, BrokerAnswer } from "./BrokerAnswers.ts"
import type { BrokerDesk, Client } from "./BrokerDesk.ts"
import { batchBytes, oneMessageBytes } from "./BrokerSettings.ts"

export interface Route {
  readonly endpoint: string
  readonly method: "GET" | "POST"
  readonly maxBytes: number
  readonly run: (client: Client, asking: Asking, given: Given) => Effect.Effect<BrokerAnswer>
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
    run: (client, asking, { body, idempotencyKey }) => desk.submit(client, asking, body, idempotencyKey)
  }
  const batch: Route = {
    endpoint: "/api/v1/messages/batch",
    method: "POST",
    maxBytes: batchBytes,
    run: (client, asking, { body }) => desk.submitBatch(client, asking, body)
  }
  const show: Route = {
    endpoint: "/api/v1/messages/:id",
    method: "GET",
    maxBytes: 0,
    run: (client, asking, { id }) => desk.show(client, asking, id)
  }
  return (path: string): Route | undefined => {
    if (path === submit.endpoint) return submit
    if (path === batch.endpoint) return batch
    return path.startsWith(prefix) && !idOf(path).includes("/") ? show : undefined
  }
}
