import type { SipProtocol } from "../../domain/gateways/GatewayConfig.ts"

/** What every branch begins with (RFC 3261 §8.1.1.7). */
const branchCookie = "z9hG4bK"

export interface OptionsRequest {
  readonly target: { readonly ipAddress: string; readonly port: number; readonly protocol: SipProtocol }
  /** Address or name that we are known by, and the port that the answer goes to. */
  readonly sentBy: { readonly host: string; readonly port: number }
  /** Chance for the branch, the tag and the Call-ID; different in each request. */
  readonly token: string
}

export const branchOf = (token: string): string => `${branchCookie}${token}`

const bracketed = (host: string) => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host)

/** An OPTIONS outside of a dialog (RFC 3261 §11.1); `rport` brings the answer to where it came from (RFC 3581). */
export const optionsText = ({ sentBy, target, token }: OptionsRequest): string => {
  const us = bracketed(sentBy.host)
  const uri = `sip:${bracketed(target.ipAddress)}:${target.port}`
  const transport = target.protocol === "UDP" ? "" : `;transport=${target.protocol.toLowerCase()}`
  return [
    `OPTIONS ${uri}${transport} SIP/2.0`,
    `Via: SIP/2.0/${target.protocol} ${us}:${sentBy.port};rport;branch=${branchOf(token)}`,
    "Max-Forwards: 70",
    `From: <sip:tandem@${us}>;tag=${token}`,
    `To: <${uri}>`,
    `Call-ID: ${token}@${us}`,
    "CSeq: 1 OPTIONS",
    `Contact: <sip:tandem@${us}:${sentBy.port}${transport}>`,
    "Accept: application/sdp",
    "User-Agent: Tandem",
    "Content-Length: 0",
    "",
    ""
  ].join("\r\n")
}

export interface SipResponse {
  readonly status: number
  /** Of the topmost Via, by which an answer finds its request (RFC 3261 §17.1.3). */
  readonly branch: string
  readonly method: string
}

/** Most bytes that one message may have. */
export const maxMessageBytes = 65_536

const headerIn = (head: string, name: RegExp): string | undefined => {
  // A header may be folded over lines, the next of which begins with a blank (RFC 3261 §7.3.1).
  const line = head
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n")
    .find((each) => name.test(each))
  return line?.slice(line.indexOf(":") + 1).trim()
}

/** What the head of a message says, when it is a response; undefined for a request, and for what is no SIP. */
export const responseOf = (head: string): SipResponse | undefined => {
  const status = /^SIP\/2\.0 (\d{3})(?: |\r\n)/i.exec(head)?.[1]
  const branch = /;\s*branch\s*=\s*([^\s;,]+)/i.exec(headerIn(head, /^(via|v)\s*:/i)?.split(",")[0] ?? "")?.[1]
  const method = /^\d+\s+(\S+)/.exec(headerIn(head, /^cseq\s*:/i) ?? "")?.[1]
  return status === undefined || branch === undefined || method === undefined
    ? undefined
    : { status: Number(status), branch, method: method.toUpperCase() }
}

/** Divides a stream of messages by their Content-Length (RFC 3261 §18.3): the heads that are whole, and what is left. */
export const headsOf = (stream: string): { readonly heads: ReadonlyArray<string>; readonly rest: string } => {
  const heads: Array<string> = []
  let rest = stream.replace(/^(\r\n)+/, "")
  for (;;) {
    const end = rest.indexOf("\r\n\r\n")
    if (end < 0) return { heads, rest }
    const head = rest.slice(0, end + 2)
    const length = Number(headerIn(head, /^(content-length|l)\s*:/i) ?? "0")
    const next = end + 4 + (Number.isInteger(length) && length > 0 ? length : 0)
    if (rest.length < next) return { heads, rest }
    heads.push(head)
    rest = rest.slice(next).replace(/^(\r\n)+/, "")
  }
}
