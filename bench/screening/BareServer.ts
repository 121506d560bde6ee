import { createServer } from "node:http"

/** The least that any answer over HTTP costs: parse the same JSON, answer at once. */
const answer = JSON.stringify({ action: "allow", is_fraud: false, fraud_types: [], confidence: 0 })

const server = createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    JSON.parse(Buffer.concat(chunks).toString("utf8"))
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
    response.end(answer)
  })
})

server.listen(Number(process.argv[2]), "127.0.0.1")
