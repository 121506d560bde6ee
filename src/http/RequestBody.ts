import type { IncomingMessage } from "node:http"

/** Reads a bounded body; what is more is thrown away, so that the connection can be used again. */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
  done: (text: string) => void,
  tooLarge: () => void
): void => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  request.on("data", (chunk: Buffer) => {
    const before = bytes
    bytes += chunk.length
    if (bytes <= maxBytes) return void chunks.push(chunk)
    chunks.length = 0
    if (before <= maxBytes) tooLarge()
  })
  request.on("end", () => {
    if (bytes <= maxBytes) done((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString("utf8") ?? "")
  })
}

/** What a text that is no JSON is read as. */
export const unparsable = Symbol()

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return unparsable
  }
}
