import type { Schema } from "effect"
import { Effect } from "effect"
import { HttpClientRequest } from "effect/http"
import { Outcome } from "./InteliquentReplies.ts"
import type { Credential } from "./InteliquentToken.ts"
import type { Door } from "./VendorDoor.ts"
import type { VendorErrorReason } from "./VendorError.ts"
import { VendorError } from "./VendorError.ts"
import type { VendorAnswer, VendorHttp } from "./VendorHttp.ts"
import { isOk, reasonOfStatus } from "./VendorHttp.ts"

export interface InteliquentRequest<S extends Schema.ConstraintDecoder<unknown>> {
  readonly operation: string
  readonly path: string
  readonly idempotent: boolean
  /** Status codes besides 200 that are no errors of this operation. */
  readonly accept: ReadonlyArray<string>
  readonly schema: S
  readonly body: Readonly<Record<string, unknown>>
}

/** One operation; `code` is the statusCode of the answer. */
export type InteliquentCall = <S extends Schema.ConstraintDecoder<unknown>>(
  request: InteliquentRequest<S>
) => Effect.Effect<{ readonly code: string; readonly reply: S["Type"] }, VendorError>

interface CallOptions {
  readonly vendor: string
  readonly baseUrl: string
  readonly privateKey: string
  readonly door: Door
  readonly http: VendorHttp
  readonly credential: Effect.Effect<Credential, VendorError>
}

/**
 * Every operation is a POST with the private key in its body, and says in `statusCode` what became of it. The credential
 * is fetched before the call itself, so that a failure to get one never leaves a write in doubt; one that the vendor no
 * longer takes is replaced once.
 */
export const makeInteliquentCall = ({
  vendor,
  baseUrl,
  privateKey,
  door,
  http,
  credential
}: CallOptions): InteliquentCall => {
  const judge: <S extends Schema.ConstraintDecoder<unknown>>(
    request: InteliquentRequest<S>,
    answer: VendorAnswer
  ) => Effect.Effect<{ readonly code: string; readonly reply: S["Type"] }, VendorError> = Effect.fnUntraced(
    function* (request, answer) {
      const { operation } = request
      if (isTokenFault(answer.text)) {
        return yield* VendorError.of({
          vendor,
          operation,
          reason: "Unauthorized",
          status: answer.status,
          code: tokenFault,
          detail: "the token is not valid"
        })
      }
      if (!isOk(answer)) return yield* yield* http.refusal(operation, answer)
      const outcome = yield* http.decode(operation, answer, Outcome)
      const code = String(outcome.statusCode)
      if (code === "200" || request.accept.includes(code)) {
        return { code, reply: yield* http.decode(operation, answer, request.schema) }
      }
      const status = outcome.status ?? outcome.message ?? ""
      return yield* VendorError.of({
        vendor,
        operation,
        reason: reasonOfCode(code, status),
        status: answer.status,
        code,
        detail: `statusCode ${code}: ${status}`
      })
    }
  )

  return (request) => {
    const post = HttpClientRequest.post(`${baseUrl}${request.path}`).pipe(
      HttpClientRequest.acceptJson,
      HttpClientRequest.bodyJsonUnsafe({ privateKey, ...request.body })
    )
    const send = (held: Credential) =>
      door.call(
        { operation: request.operation, idempotent: request.idempotent },
        Effect.flatMap(http.exchange(request.operation, held.authorize(post)), (answer) => judge(request, answer))
      )
    return Effect.flatMap(credential, (held) =>
      Effect.catchIf(
        send(held),
        (error) => error.reason === "Unauthorized" && held.renewable,
        () => held.forget.pipe(Effect.andThen(credential), Effect.flatMap(send))
      )
    )
  }
}

const tokenFault = "900901"

/** A token that has run out is answered in XML, by the gateway before the service. */
const isTokenFault = (text: string): boolean => text.trimStart().startsWith("<") && text.includes(tokenFault)

/** 431, 411, 419 and a 410 with these words are the vendor's "try again"; other codes find fault with the request. */
const reasonOfCode = (code: string, status: string): VendorErrorReason => {
  if (code === "401" || code === "401001") return "Unauthorized"
  if (["411", "419", "431"].includes(code) || (code === "410" && /DB Error/i.test(status))) return "Unavailable"
  if (code === "429" || /^5\d\d$/.test(code)) return reasonOfStatus(Number(code))
  return "Rejected"
}
