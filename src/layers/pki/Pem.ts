const lineLength = 64

/** Textual encoding (RFC 7468). */
export const toPem = (label: string, bytes: Buffer): string => {
  const text = bytes.toString("base64")
  const lines: Array<string> = []
  for (let at = 0; at < text.length; at += lineLength) lines.push(text.slice(at, at + lineLength))
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}

/** The one block with one of the labels in the text; undefined when there is none, several, or a damaged one. */
export const fromPem = (labels: ReadonlyArray<string>, text: string): Buffer | undefined => {
  const [block, ...others] = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----/g)]
  if (block === undefined || others.length > 0) return undefined
  const [, label = "", body = "", end] = block
  const base64 = body.replace(/[ \t\r\n]+/g, "")
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && base64.length % 4 === 0
  return labels.includes(label) && label === end && isBase64 ? Buffer.from(base64, "base64") : undefined
}
