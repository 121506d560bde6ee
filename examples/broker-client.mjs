// Hands in messages over mutual TLS, with nothing but Node (20 or newer):
//   node broker-client.mjs https://127.0.0.1:8443 DIRECTORY "+15551234567" "Hello" [more texts]
// DIRECTORY holds client.crt, client.key and ca.crt, as `tandem certs issue NAME --out DIRECTORY` writes them.
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { Agent, request } from "node:https"
import { join } from "node:path"

const [, , url, directory, sender, ...texts] = process.argv
if (url === undefined || directory === undefined || sender === undefined || texts.length === 0) {
  console.error("usage: node broker-client.mjs URL DIRECTORY SENDER TEXT [TEXT ...]")
  process.exit(2)
}

const read = (name) => readFileSync(join(directory, name))
const agent = new Agent({ keepAlive: true, cert: read("client.crt"), key: read("client.key"), ca: read("ca.crt") })

const post = (path, body) =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" }
    const sent = request(new URL(path, url), { method: "POST", agent, headers }, (response) => {
      const chunks = []
      response.on("data", (chunk) => chunks.push(chunk))
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks)) }))
    })
    sent.on("error", reject)
    sent.end(JSON.stringify(body))
  })

/** The id makes a message the same one however often it is sent: after a lost answer, send it again. */
const send = async (path, body, tries = 5) => {
  for (let n = 1; ; n++) {
    try {
      const answer = await post(path, body)
      if (answer.status !== 429 && answer.status < 500) return answer
      if (n === tries) return answer
      await new Promise((resolve) => setTimeout(resolve, 1000 * (answer.body.retry_after ?? n)))
    } catch (error) {
      if (n === tries) throw error
      await new Promise((resolve) => setTimeout(resolve, 1000 * n))
    }
  }
}

const messages = texts.map((text) => ({ message_id: randomUUID(), sender_number: sender, message_body: text }))
const answer =
  messages.length === 1
    ? await send("/api/v1/messages", messages[0])
    : await send("/api/v1/messages/batch", { messages })
console.log(answer.status, JSON.stringify(answer.body, null, 2))
agent.destroy()
process.exitCode = answer.status === 202 ? 0 : 1
