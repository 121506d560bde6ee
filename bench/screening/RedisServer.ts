import { Redis } from "ioredis"
import type { ServerResponse } from "node:http"
import { createServer } from "node:http"

/**
 * The usual design, with call masking alone: a sorted set of callers for each called number in Redis, trimmed, counted and
 * expired at each call, in one pipelined transaction.
 */
const redis = new Redis({ host: "127.0.0.1", port: Number(process.argv[3]), enableAutoPipelining: true })
const windowMillis = 5_000
const threshold = 5

const verdictOf = async (caller: string, called: string): Promise<string> => {
  const now = Date.now()
  const key = `window:${called}`
  const replies = await redis
    .multi()
    .zremrangebyscore(key, 0, now - windowMillis)
    .zadd(key, now, caller)
    .zcard(key)
    .pexpire(key, windowMillis)
    .exec()
  const callers = Number(replies?.[2]?.[1] ?? 0)
  return callers >= threshold ? "block" : "allow"
}

const respond = async (call: { caller_id: string; called_number: string }, response: ServerResponse) => {
  const action = await verdictOf(call.caller_id, call.called_number)
  const answer = JSON.stringify({ action, is_fraud: action === "block", fraud_types: [], confidence: 0 })
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
  response.end(answer)
}

const server = createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    void respond(JSON.parse(Buffer.concat(chunks).toString("utf8")), response)
  })
})

server.listen(Number(process.argv[2]), "127.0.0.1")
