import { DateTime, Schema } from "effect"
import type { PathInput } from "effect/http/HttpRouter"

export const VendorName = Schema.Literals(["plivo", "inteliquent", "zendesk", "mcp", "openai", "sink"])
export type VendorName = typeof VendorName.Type

/** One request as the vendor sees it. Header names are in lower case. */
export interface VendorCall {
  readonly method: string
  readonly url: URL
  readonly params: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  readonly nowMillis: number
}

export interface VendorReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly contentType: string | undefined
}

export type HttpVerb = "GET" | "POST" | "PUT" | "DELETE" | "PATCH"

/** `handle` changes the vendor's state and answers without ever waiting, so no two calls can interleave. */
export interface VendorRoute {
  readonly method: HttpVerb
  readonly path: PathInput
  readonly operation: string
  /** What a person or a test asks of the simulator itself: no fault strikes it. */
  readonly isControl?: boolean
  readonly handle: (call: VendorCall) => VendorReply
}

export type VendorFailure =
  "unauthorized" | "rateLimited" | "serverError" | "notFound" | "methodNotAllowed" | "bodyTooLarge"

/** One vendor below its own prefix, and how it words the failures that are not about one operation. */
export interface Vendor {
  readonly name: VendorName
  readonly prefix: `/${string}`
  readonly routes: ReadonlyArray<VendorRoute>
  readonly failure: (failure: VendorFailure) => VendorReply
}

/** The usual HTTP status of each failure. */
export const failureStatus: Readonly<Record<VendorFailure, number>> = {
  unauthorized: 401,
  rateLimited: 429,
  serverError: 500,
  notFound: 404,
  methodNotAllowed: 405,
  bodyTooLarge: 413
}

export const jsonReply = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): VendorReply => ({ status, headers, text: JSON.stringify(body), contentType: "application/json" })

export const textReply = (
  status: number,
  text: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {}
): VendorReply => ({ status, headers, text, contentType })

export const emptyReply = (status: number, headers: Readonly<Record<string, string>> = {}): VendorReply => ({
  status,
  headers,
  text: "",
  contentType: undefined
})

/** The user and password of HTTP Basic authentication (RFC 7617), when the header carries them. */
export const basicCredentials = (
  call: VendorCall
): { readonly user: string; readonly password: string } | undefined => {
  const match = /^Basic\s+(\S+)$/i.exec(call.headers["authorization"] ?? "")
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], "base64").toString("utf8")
  const colon = text.indexOf(":")
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** The token of a Bearer header (RFC 6750), when there is one. */
export const bearerToken = (call: VendorCall): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1]

/** The body as JSON, or undefined when it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `2026-01-31T12:00:00.000Z`. */
export const isoTime = (epochMillis: number): string => DateTime.formatIso(DateTime.makeUnsafe(epochMillis))
