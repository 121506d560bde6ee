import { Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { RpcSerialization, RpcServer } from "effect/rpc"
import { InvalidRequest } from "./api/RequestProblems.ts"
import { unreadableBody } from "./ProblemDetails.ts"
import { problemResponse } from "./ProblemResponse.ts"
import { RpcAuthorizationLive } from "./RpcAuthorization.ts"
import { rpcPath, TandemRpcs } from "./RpcContract.ts"
import { RpcHandlersLive } from "./RpcHandlers.ts"

/** Most calls that one POST may carry. */
export const maxCallsPerPost = 64

const Message = Schema.StructWithRest(Schema.Struct({ _tag: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])
const Messages = Schema.fromJsonString(
  Schema.Union([Message, Schema.Array(Message).check(Schema.isMaxLength(maxCallsPerPost))])
)

const notMessages = new InvalidRequest({
  detail: `Send one message of Effect's RPC protocol, or an array of at most ${maxCallsPerPost}.`,
  issues: [{ path: ["payload"], message: "Expected RPC messages" }]
})

/** The RPC server takes any body and tells of a bad one in its own way; here it meets the same answer as elsewhere. */
const onlyMessages = HttpRouter.middleware((route) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const text = yield* request.text
    const isJson = yield* Effect.isSuccess(Effect.try(() => JSON.parse(text)))
    if (!isJson) return yield* problemResponse(unreadableBody)
    const isMessages = yield* Effect.isSuccess(Schema.decodeUnknownEffect(Messages)(text))
    return isMessages ? yield* route : yield* problemResponse(notMessages)
  }).pipe(Effect.catchTag("HttpServerError", Effect.die))
)

/** The route of the RPCs for internal services. */
export const RpcLive = RpcServer.layer(TandemRpcs).pipe(
  Layer.provide(RpcServer.layerProtocolHttp({ path: rpcPath }).pipe(Layer.provide(onlyMessages.layer))),
  Layer.provide([RpcHandlersLive, RpcAuthorizationLive, RpcSerialization.layerJson])
)
