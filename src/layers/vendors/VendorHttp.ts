import { Clock, Duration, Effect, Option, Predicate, Redacted, Result, Schema, Stream } from "effect"
import type { HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import { Headers, HttpClient } from "effect/http"
import type { VendorErrorReason } from "./VendorError.ts"
import { VendorError } from "./VendorError.ts"

/** Longest answer that is read, in characters; a longer one is "Malformed". */
export const maxAnswerLength = 4 * 1024 * 1024

/** Longest Retry-After that is believed. */
export const maxRetryAfterMillis = 600_000

export interface VendorAnswer {
  readonly status: number
  readonly headers: Headers.Headers
  readonly text: string
}

export interface VendorHttp {
  /** Sends the request and reads the whole answer, whatever its status, or as much of it as `isWhole` wants. */
  readonly exchange: (
    operation: string,
    request: HttpClientRequest.HttpClientRequest,
    isWhole?: (text: string) => boolean
  ) => Effect.Effect<VendorAnswer, VendorError>
  /** The answer as JSON by the schema; a status other than 2xx is an error by {@link refusal}. */
  readonly json: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    request: HttpClientRequest.HttpClientRequest,
    schema: S
  ) => Effect.Effect<S["Type"], VendorError>
  readonly decode: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    answer: VendorAnswer,
    schema: S
  ) => Effect.Effect<S["Type"], VendorError>
  readonly decodeValue: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    value: unknown,
    schema: S
  ) => Effect.Effect<S["Type"], VendorError>
  /** The error that the status of an answer stands for. */
  readonly refusal: (operation: string, answer: VendorAnswer) => Effect.Effect<VendorError>
}

/** HTTP with one vendor: bounded answers, and errors in our terms from which the given secrets are struck out. */
export const makeVendorHttp = Effect.fnUntraced(function* (
  vendor: string,
  secrets: ReadonlyArray<Redacted.Redacted<string>>
) {
  const client = yield* HttpClient.HttpClient
  const strike = (text: string) =>
    secrets.reduce((rest, secret) => {
      const value = Redacted.value(secret)
      return value === "" ? rest : rest.replaceAll(value, "…")
    }, text)

  const exchange: VendorHttp["exchange"] = (operation, request, isWhole) =>
    client.execute(request).pipe(
      Effect.flatMap((response) =>
        readText(vendor, operation, response, isWhole).pipe(
          Effect.map((text) => ({ status: response.status, headers: response.headers, text }))
        )
      ),
      Effect.mapError((error) => (error instanceof VendorError ? error : unreachable(vendor, operation, error)))
    )

  const decodeValue: VendorHttp["decodeValue"] = (operation, value, schema) =>
    Schema.decodeUnknownEffect(schema)(value).pipe(
      Effect.mapError((error) =>
        VendorError.of({
          vendor,
          operation,
          reason: "Malformed",
          detail: strike(`the answer is not as documented: ${error.message}`)
        })
      )
    )

  const decode: VendorHttp["decode"] = (operation, answer, schema) =>
    decodeValue(operation, answer.text, Schema.fromJsonString(schema))

  const refusal: VendorHttp["refusal"] = (operation, answer) =>
    Effect.map(retryAfterMillisOf(answer.headers["retry-after"]), (retryAfterMillis) =>
      VendorError.of({
        vendor,
        operation,
        status: answer.status,
        reason: reasonOfStatus(answer.status),
        ...explain(answer, strike),
        ...(retryAfterMillis === undefined ? {} : { retryAfterMillis })
      })
    )

  const json: VendorHttp["json"] = (operation, request, schema) =>
    Effect.flatMap(exchange(operation, request), (answer) =>
      isOk(answer) ? decode(operation, answer, schema) : Effect.flatMap(refusal(operation, answer), Effect.fail)
    )

  const http: VendorHttp = { exchange, json, decode, decodeValue, refusal }
  return http
})

export const isOk = (answer: VendorAnswer): boolean => answer.status >= 200 && answer.status < 300

/** Reads until the answer ends or `isWhole` has seen enough: some servers never end a stream of events. */
const readText = (
  vendor: string,
  operation: string,
  response: HttpClientResponse.HttpClientResponse,
  isWhole: (text: string) => boolean = () => false
) =>
  Effect.suspend(() => {
    let text = ""
    return response.stream.pipe(
      Stream.decodeText,
      Stream.takeUntil((chunk) => {
        text += chunk
        return text.length > maxAnswerLength || isWhole(text)
      }),
      Stream.runDrain,
      Effect.catchIf(
        (error) => error.reason._tag === "EmptyBodyError",
        () => Effect.void
      ),
      Effect.flatMap(() =>
        text.length <= maxAnswerLength
          ? Effect.succeed(text)
          : Effect.fail(
              VendorError.of({
                vendor,
                operation,
                reason: "Malformed",
                detail: `the answer is longer than ${maxAnswerLength} characters`
              })
            )
      )
    )
  })

/** Codes of Node and undici for a connection that never came about, so that nothing can have been committed. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

/** `code` of the innermost error that has one. */
export const errorCodeOf = (error: unknown, depth = 0): string | undefined => {
  if (!Predicate.isObject(error) || depth > 5) return undefined
  const inner = errorCodeOf("cause" in error ? error.cause : undefined, depth + 1)
  return inner ?? ("code" in error && typeof error.code === "string" ? error.code : undefined)
}

export const wasNotSent = (error: unknown): boolean => unsentCodes.has(errorCodeOf(error) ?? "")

const unreachable = (vendor: string, operation: string, error: HttpClientError.HttpClientError): VendorError =>
  VendorError.of({
    vendor,
    operation,
    reason: "Unreachable",
    detail: errorCodeOf(error) ?? error.reason._tag,
    ...(wasNotSent(error) ? { committed: "no" as const } : {})
  })

export const reasonOfStatus = (status: number): VendorErrorReason => {
  switch (status) {
    case 401:
    case 403:
      return "Unauthorized"
    case 404:
      return "NotFound"
    case 408:
      return "Timeout"
    case 409:
      return "Conflict"
    case 429:
      return "RateLimited"
    default:
      return status >= 500 ? "Unavailable" : status >= 400 ? "Rejected" : "Malformed"
  }
}

/** What a Retry-After (RFC 9110 §10.2.3, seconds or a date) asks to wait, at most {@link maxRetryAfterMillis}. */
export const retryAfterMillisOf = (header: string | null | undefined): Effect.Effect<number | undefined> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const parsed = typeof header === "string" ? Headers.parseRetryAfter(header) : undefined
    return parsed === undefined || Result.isFailure(parsed)
      ? undefined
      : Math.min(maxRetryAfterMillis, Duration.toMillis(Headers.retryAfterDelay(parsed.success, now)))
  })

const wordsOf = ["error", "title", "message", "description", "status", "details"]

/** The vendors word their errors in a few fields; anything that is no JSON object is left out of the detail. */
const explain = (answer: VendorAnswer, strike: (text: string) => string): { detail: string; code?: string } => {
  const body = Option.getOrUndefined(Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))(answer.text))
  if (!Predicate.isObject(body)) return { detail: `HTTP ${answer.status}` }
  const fields: Record<string, unknown> = { ...body }
  const words = wordsOf.flatMap((name) => {
    const value = fields[name]
    return typeof value === "string" ? [value] : Predicate.isObject(value) ? [JSON.stringify(value)] : []
  })
  const code = fields["statusCode"] ?? fields["error"]
  return {
    detail: strike(words.join(": ")) || `HTTP ${answer.status}`,
    ...(typeof code === "string" && /^\w{1,60}$/.test(code) ? { code } : {})
  }
}
