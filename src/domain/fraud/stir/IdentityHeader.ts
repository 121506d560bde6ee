import { Result } from "effect"
import type { PassportProblem } from "./PassportReason.ts"

/** Longest Identity header that is read, in characters. */
export const maxIdentityLength = 8 * 1024

/** Most Identity headers that one call may carry (RFC 8224 §4: one for each PASSporT). */
export const maxIdentities = 8

/** One Identity header, RFC 8224 §4: `<token>;info=<address>;alg=ES256;ppt=shaken`. */
export interface IdentityHeader {
  /** The PASSporT: `header.claims.signature`, or `..signature` in compact form. */
  readonly token: string
  readonly info: string
  readonly alg: string | undefined
  readonly ppt: string | undefined
}

/** The pieces between separators that stand outside of angle brackets and quotes. */
const splitOutside = (text: string, separator: "," | ";"): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  let start = 0
  let closing = ""
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (closing !== "") closing = char === closing ? "" : closing
    else if (char === "<") closing = ">"
    else if (char === '"') closing = '"'
    else if (char === separator) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...pieces, text.slice(start)]
}

const unquoted = (value: string): string => /^"(.*)"$/.exec(value)?.[1] ?? value

const parseOne = (text: string): IdentityHeader | undefined => {
  const [token = "", ...rest] = splitOutside(text, ";").map((piece) => piece.trim())
  const parameters = new Map<string, string>()
  for (const piece of rest) {
    const equals = piece.indexOf("=")
    const name = (equals < 0 ? piece : piece.slice(0, equals)).trim().toLowerCase()
    if (name === "" || parameters.has(name)) return undefined
    parameters.set(name, equals < 0 ? "" : piece.slice(equals + 1).trim())
  }
  const info = /^<([^<>\s]+)>$/.exec(parameters.get("info") ?? "")?.[1]
  if (info === undefined || !/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/.test(token)) return undefined
  const named = (name: string) => {
    const value = parameters.get(name)
    return value === undefined ? undefined : unquoted(value)
  }
  return { token, info, alg: named("alg"), ppt: named("ppt") }
}

/**
 * The Identity headers of a call, in their order. Proxies may have joined several of them with commas. One that cannot be
 * read makes all of them unreadable.
 */
export const parseIdentity = (
  value: string
): Result.Result<ReadonlyArray<IdentityHeader>, Extract<PassportProblem, "TooLarge" | "MalformedHeader">> => {
  if (value.length > maxIdentityLength) return Result.fail("TooLarge")
  const pieces = splitOutside(value, ",")
  if (pieces.length > maxIdentities) return Result.fail("TooLarge")
  const headers = pieces.flatMap((piece) => parseOne(piece) ?? [])
  return headers.length === pieces.length ? Result.succeed(headers) : Result.fail("MalformedHeader")
}
