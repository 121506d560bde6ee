import { Duration, Effect, Option, Redacted } from "effect"
import { FetchHttpClient, HttpClientError } from "effect/http"
import type { ApiClient } from "../http/api/ApiClient.ts"
import { makeApiClient } from "../http/api/ApiClient.ts"
import { RateLimited } from "../http/api/RequestProblems.ts"
import { isProblem } from "../http/Problem.ts"
import { CliFailure } from "./CliFailure.ts"
import type { ExitCode } from "./ExitCodes.ts"
import { exitCodes } from "./ExitCodes.ts"
import { readDevelopmentKey, readPlane } from "./PlaneFile.ts"
import { checkedValues } from "./SettingProblems.ts"
import { dataDirOf } from "./SettingValues.ts"

const defaultUrl = "http://127.0.0.1:8080"

/** The plane to talk to: TANDEM_URL and TANDEM_API_KEY, or the plane that was started on this machine with its own key. */
const address = Effect.gen(function* () {
  const values = yield* checkedValues("TANDEM_URL")
  const dataDir = dataDirOf(values)
  const local = Option.getOrUndefined(yield* readPlane(dataDir))
  const apiKey = values.TANDEM_API_KEY ?? Option.getOrUndefined(yield* readDevelopmentKey(dataDir))
  if (apiKey === undefined) {
    return yield* CliFailure.of(exitCodes.unauthorised, "TANDEM_API_KEY is missing; `tandem keys create` makes a key")
  }
  return { baseUrl: values.TANDEM_URL ?? local?.url ?? defaultUrl, apiKey: Redacted.make(apiKey) }
})

const exitCodeOfStatus = (status: number): ExitCode => {
  if (status === 401 || status === 403) return exitCodes.unauthorised
  return status === 404 ? exitCodes.notFound : exitCodes.failed
}

const isTransport = (error: unknown): error is HttpClientError.HttpClientError =>
  HttpClientError.isHttpClientError(error) && error.reason._tag === "TransportError"

/** How a command ends when the plane answers with a problem, with something else, or not at all. */
export const failureOf = (error: unknown, baseUrl: string): CliFailure => {
  if (error instanceof CliFailure) return error
  if (isProblem(error)) return CliFailure.of(exitCodeOfStatus(error.status), error.detail ?? error.title)
  if (isTransport(error)) return CliFailure.of(exitCodes.unreachable, `no plane answers at ${baseUrl} (TANDEM_URL)`)
  return CliFailure.refused(`the answer of ${baseUrl} is not understood: ${String(error).slice(0, 300)}`)
}

/** Does something with a running plane. */
export const withApi = <A, E, R>(use: (api: ApiClient) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const target = yield* address
    return yield* makeApiClient(target).pipe(
      Effect.flatMap(use),
      Effect.mapError((error) => failureOf(error, target.baseUrl))
    )
  }).pipe(Effect.provide(FetchHttpClient.layer))

/** For many requests in a row: one that came too early is sent again when the plane says so. */
export const patiently = <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  request.pipe(
    Effect.catch((error) =>
      error instanceof RateLimited
        ? Effect.andThen(Effect.sleep(Duration.seconds(error.retryAfterSeconds)), patiently(request))
        : Effect.fail(error)
    )
  )
