import type { Redacted } from "effect"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { RpcClient, RpcSerialization } from "effect/rpc"
import { rpcPath, TandemRpcs } from "./RpcContract.ts"

export interface RpcClientOptions {
  /** The edge's address without a path, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  readonly apiKey: Redacted.Redacted
}

/**
 * A typed client of the actors for internal services: `client["PhoneNumber.Get"]({ e164 })`. Calls fail with the problems
 * that the contract names, and with `RpcClientError` when the edge cannot be reached or answers something else.
 */
export const makeRpcClient = ({ baseUrl, apiKey }: RpcClientOptions) =>
  Effect.gen(function* () {
    const protocol = RpcClient.layerProtocolHttp({
      url: new URL(rpcPath, baseUrl).href,
      transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey))
    }).pipe(Layer.provide(RpcSerialization.layerJson))
    return yield* RpcClient.make(TandemRpcs, { flatten: true }).pipe(Effect.provide(yield* Layer.build(protocol)))
  })
