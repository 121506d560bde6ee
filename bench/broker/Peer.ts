import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import type { ServerResponse } from "node:http"
import { TLSSocket } from "node:tls"

/**
 * The usual ways to take messages durably over mutual TLS: one INSERT for each request, or one job of pg-boss.
 * Arguments: insert or pg-boss, the port, the database, the directory of the certificates.
 */
const [, , way = "", port = "", databaseUrl = "", directory = ""] = process.argv

const read = (name: string) => readFileSync(`${directory}/${name}`)

interface Submission {
  readonly sender_number: string
  readonly message_body: string
}

type Keep = (client: string, message: Submission) => Promise<unknown>

const byInsert = async (): Promise<Keep> => {
  const { Pool } = (await import("pg")).default
  const pool = new Pool({ connectionString: databaseUrl, max: 20 })
  await pool.query(`CREATE TABLE IF NOT EXISTS bench_messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client text NOT NULL, sender text NOT NULL, body text NOT NULL,
    status text NOT NULL DEFAULT 'queued', queued_at timestamptz NOT NULL DEFAULT now())`)
  return async (client, { message_body, sender_number }) => {
    const text = "INSERT INTO bench_messages (client, sender, body) VALUES ($1, $2, $3) RETURNING id"
    const { rows } = await pool.query({ name: "keep", text, values: [client, sender_number, message_body] })
    return rows[0]?.id
  }
}

const byPgBoss = async (): Promise<Keep> => {
  const { PgBoss } = await import("pg-boss")
  const boss = new PgBoss({ connectionString: databaseUrl, max: 20 })
  await boss.start()
  await boss.createQueue("messages")
  return (client, message) => boss.send("messages", { client, ...message })
}

const keep = await (way === "insert" ? byInsert() : byPgBoss())

const answer = async (socket: TLSSocket, text: string, response: ServerResponse) => {
  const client = String(socket.getPeerCertificate().subject["CN"])
  const message: Submission = JSON.parse(text)
  const id = await keep(client, message)
  const told = JSON.stringify({ message_id: id, status: "queued", client_id: client })
  response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(told) })
  response.end(told)
}

const options = {
  key: read("server.key"),
  cert: read("server.crt"),
  ca: read("ca.crt"),
  requestCert: true,
  rejectUnauthorized: true
}

createServer(options, (request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    if (request.socket instanceof TLSSocket)
      void answer(request.socket, Buffer.concat(chunks).toString("utf8"), response)
  })
}).listen(Number(port), "127.0.0.1")
