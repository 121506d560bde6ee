import { Clock, Effect } from "effect"
import { createHash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { Agent, request } from "node:https"
import type { Holder } from "../fixtures/BrokerClient.ts"

/** One client with several sender numbers, each of which hands in its messages one after the other, counting. */
export interface BusyClient {
  readonly name: string
  readonly holder: Holder
  readonly senders: number
  readonly messagesPerSender: number
}

/** A UUID of version 4 that follows from the message, so that the same message has it again after a lost answer. */
export const messageIdOf = (client: string, sender: number, count: number): string => {
  const hex = createHash("sha256").update(`${client}/${sender}/${count}`).digest("hex")
  const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const numberOf = (client: string, sender: number): string => {
  const digits = Number.parseInt(createHash("sha256").update(client).digest("hex").slice(0, 10), 16)
  return `+1${String(200_000_000 + (digits % 700_000_000))}${sender}`
}

const statusOf = (response: IncomingMessage): Promise<number> =>
  new Promise((resolve, reject) => {
    response.resume()
    response.on("end", () => resolve(response.statusCode ?? 0))
    response.on("error", reject)
  })

const longestAnswerMillis = 10_000

const post = (url: string, agent: Agent, body: string) =>
  Effect.callback<number>((resume) => {
    const failed = () => resume(Effect.succeed(0))
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }
    const sent = request(new URL("/api/v1/messages", url), { method: "POST", agent, headers }, (response) => {
      void statusOf(response).then((status) => resume(Effect.succeed(status)), failed)
    })
    sent.setTimeout(longestAnswerMillis, () => sent.destroy(new Error("no answer in time")))
    sent.on("error", failed)
    sent.end(body)
    return Effect.sync(() => sent.destroy())
  })

/** Hands in everything, each message again and again until it is answered with 202, at whichever node answers. */
export const runClient = Effect.fnUntraced(function* (client: BusyClient, urls: ReadonlyArray<string>) {
  const { holder, messagesPerSender, name, senders } = client
  const agents = urls.map(() => new Agent({ keepAlive: true, servername: "localhost", ...holder }))
  yield* Effect.addFinalizer(() => Effect.sync(() => agents.forEach((agent) => agent.destroy())))
  const slow: Array<number> = []
  let again = 0

  const handIn = Effect.fnUntraced(function* (sender: number, count: number) {
    const body = JSON.stringify({
      message_id: messageIdOf(name, sender, count),
      sender_number: numberOf(name, sender),
      message_body: `message of ${name} #${count}`
    })
    const since = yield* Clock.currentTimeMillis
    for (let n = sender; ; n++) {
      const at = n % urls.length
      const agent = agents[at]
      if (agent !== undefined && (yield* post(urls[at] ?? "", agent, body)) === 202) break
      again += 1
      yield* Effect.sleep("200 millis")
    }
    slow.push((yield* Clock.currentTimeMillis) - since)
  })

  const one = Effect.fnUntraced(function* (sender: number) {
    for (let count = 1; count <= messagesPerSender; count++) yield* handIn(sender, count)
  })
  yield* Effect.forEach(
    Array.from({ length: senders }, (_, n) => n),
    one,
    { concurrency: "unbounded", discard: true }
  )
  return { again, slowestMillis: Math.max(...slow) }
}, Effect.scoped)
