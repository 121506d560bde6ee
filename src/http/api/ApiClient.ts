import type { Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { TandemApi } from "./TandemApi.ts"

/**
 * A typed client of the HTTP API. `baseUrl` is the edge's address without a path, such as `http://127.0.0.1:8080`. Calls
 * fail with the problems that the contract names, with `HttpClientError` when the edge cannot be reached, and with
 * `SchemaError` when it answers something else.
 */
export const makeApiClient = (options: { readonly baseUrl: string; readonly apiKey: Redacted.Redacted }) =>
  HttpApiClient.make(TandemApi, {
    baseUrl: options.baseUrl,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(options.apiKey))
  })

export type ApiClient = HttpApiClient.ForApi<typeof TandemApi>
