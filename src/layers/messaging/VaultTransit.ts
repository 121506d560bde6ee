import { NodeHttpClient } from "@effect/platform-node"
import { Config, Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import { Buffer } from "node:buffer"
import { readFile } from "node:fs/promises"
import type { VendorAnswer } from "../vendors/VendorHttp.ts"
import { isOk, makeVendorHttp } from "../vendors/VendorHttp.ts"
import { baseUrl, secret } from "../vendors/VendorSettings.ts"
import { KeyWrapping, KeyWrappingFailed } from "./KeyWrapping.ts"

/** Limit of one request. */
export const requestTimeoutMillis = 3_000

const longestToken = 8_192
const longestDetail = 200

const settings = Config.all({
  address: baseUrl("VAULT_ADDR"),
  token: Config.option(secret("VAULT_TOKEN")),
  tokenFile: Config.option(Config.NonEmptyString("VAULT_TOKEN_FILE")),
  mount: Config.NonEmptyString("VAULT_TRANSIT_MOUNT").pipe(Config.withDefault("transit")),
  key: Config.NonEmptyString("VAULT_TRANSIT_KEY").pipe(Config.withDefault("tandem-messages"))
})
type Settings = Config.Success<typeof settings>

type Operation = "encrypt" | "decrypt"

const answerOf = <S extends Schema.Top>(data: S) => Schema.fromJsonString(Schema.Struct({ data }))
const Encrypted = answerOf(Schema.Struct({ ciphertext: Schema.String.check(Schema.isPattern(/^vault:v\d+:.+$/)) }))
const Decrypted = answerOf(Schema.Struct({ plaintext: Schema.String }))

const decodeErrors = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ errors: Schema.Array(Schema.String) }))
)

const failed = (detail: string, retryable: boolean) => new KeyWrappingFailed({ detail: `Vault: ${detail}`, retryable })

/** What Vault says of a request that it did not take. */
const refusal = ({ key, mount }: Settings, operation: Operation, { status, text }: VendorAnswer): KeyWrappingFailed => {
  const said = Option.match(decodeErrors(text), {
    onNone: () => "",
    onSome: ({ errors }) => `: ${errors.join(", ").replace(/\s+/g, " ").slice(0, longestDetail)}`
  })
  const what = `${operation} with ${mount}/${key}`
  switch (status) {
    case 400:
      return failed(`refuses to ${what}${said}`, false)
    case 403:
      return failed(`the token is not valid, or its policy does not let it ${what}${said}`, false)
    case 404:
      return failed(`there is no transit engine at ${mount}${said}`, false)
    case 503:
      return failed(`it is sealed, or being maintained (503)${said}`, true)
    default:
      return failed(`it answers ${status} to ${what}${said}`, status === 429 || status >= 500)
  }
}

/** The token as it is now: an agent renews the file. */
const tokenOf = ({ token, tokenFile }: Settings): Effect.Effect<Redacted.Redacted<string>, KeyWrappingFailed> => {
  if (Option.isSome(token)) return Effect.succeed(token.value)
  if (Option.isNone(tokenFile)) return Effect.fail(failed("VAULT_TOKEN or VAULT_TOKEN_FILE is missing", false))
  return Effect.tryPromise({
    try: () => readFile(tokenFile.value, "utf8"),
    catch: () => failed(`VAULT_TOKEN_FILE: ${tokenFile.value} cannot be read`, true)
  }).pipe(Effect.map((text) => Redacted.make(text.trim().slice(0, longestToken))))
}

const make = Effect.gen(function* () {
  const chosen = yield* settings
  const { address, key, mount } = chosen
  const http = yield* makeVendorHttp("vault", [])

  const ask = Effect.fnUntraced(function* <A>(
    operation: Operation,
    payload: Readonly<Record<string, string>>,
    answer: Schema.ConstraintDecoder<{ readonly data: A }>
  ) {
    const token = yield* tokenOf(chosen)
    const request = HttpClientRequest.post(`${address}/v1/${mount}/${operation}/${encodeURIComponent(key)}`).pipe(
      HttpClientRequest.setHeaders({ "x-vault-token": Redacted.value(token), "x-vault-request": "true" }),
      HttpClientRequest.bodyJsonUnsafe(payload)
    )
    const answered = yield* http.exchange(operation, request).pipe(
      Effect.mapError(({ detail }) => failed(`cannot be reached at ${address}: ${detail}`, true)),
      Effect.timeoutOrElse({
        duration: requestTimeoutMillis,
        orElse: () => Effect.fail(failed(`no answer from ${address} within ${requestTimeoutMillis} ms`, true))
      })
    )
    if (!isOk(answered)) return yield* refusal(chosen, operation, answered)
    const { data } = yield* Schema.decodeUnknownEffect(answer)(answered.text).pipe(
      // The parser's words would quote the answer, and that may be a key.
      Effect.mapError(() => failed(`its answer to ${operation} is not as documented`, false))
    )
    return data
  })

  return KeyWrapping.of({
    name: `vault:${mount}/${key}`,
    wrap: (plain, role) =>
      ask(
        "encrypt",
        { plaintext: Buffer.from(plain).toString("base64"), associated_data: Buffer.from(role).toString("base64") },
        Encrypted
      ).pipe(Effect.map(({ ciphertext }) => ciphertext)),
    unwrap: (ciphertext, role) =>
      ask("decrypt", { ciphertext, associated_data: Buffer.from(role).toString("base64") }, Decrypted).pipe(
        Effect.map(({ plaintext }) => Buffer.from(plaintext, "base64"))
      )
  })
})

/**
 * Keys wrapped by HashiCorp Vault's transit engine, with the role as associated data: Vault 1.13 or later, and a key of an
 * AEAD type (`aes256-gcm96` is the default). Source: Vault's API documentation, "Transit secrets engine".
 */
export const layer = Layer.effect(KeyWrapping, make).pipe(Layer.provide(NodeHttpClient.layerUndici))
