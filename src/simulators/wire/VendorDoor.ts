import { NodeHttpServerRequest } from "@effect/platform-node"
import { ByteSize, Clock, Effect, type Scope } from "effect"
import { HttpIncomingMessage, HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { defaultDelayMillis, defaultHoldMillis, defaultRetryAfterSeconds, type FaultRule } from "../faults/FaultRule.ts"
import type { Faults, FaultTarget } from "../faults/Faults.ts"
import type { CallLog } from "./CallLog.ts"
import {
  type HttpVerb,
  isoTime,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "./Vendor.ts"

const maxBodyBytes = ByteSize.fromInputUnsafe("8 MiB")

const verbs: ReadonlyArray<HttpVerb> = ["GET", "POST", "PUT", "DELETE", "PATCH"]

/** What stands between every request and the vendors. `save` must have returned before an answer is sent. */
export interface VendorDoor {
  readonly faults: Faults
  readonly calls: CallLog
  readonly save: () => void
}

export const toResponse = (reply: VendorReply): HttpServerResponse.HttpServerResponse =>
  reply.contentType === undefined
    ? HttpServerResponse.empty({ status: reply.status, headers: reply.headers })
    : HttpServerResponse.text(reply.text, {
        status: reply.status,
        headers: reply.headers,
        contentType: reply.contentType
      })

/** Keeps the caller waiting, then breaks the connection. */
const breakAfter = (request: HttpServerRequest.HttpServerRequest, holdMillis: number): Effect.Effect<never> =>
  Effect.sleep(holdMillis).pipe(
    Effect.andThen(Effect.sync(() => NodeHttpServerRequest.toServerResponse(request).destroy())),
    Effect.andThen(Effect.never)
  )

const failureOf = (rule: FaultRule | undefined): VendorFailure | undefined =>
  rule?.kind === "unauthorized" || rule?.kind === "rateLimited" || rule?.kind === "serverError" ? rule.kind : undefined

const failureReply = (vendor: Vendor, rule: FaultRule, failure: VendorFailure): VendorReply => {
  const reply = vendor.failure(failure)
  if (failure === "serverError") return { ...reply, status: rule.status ?? reply.status }
  if (failure !== "rateLimited") return reply
  const retryAfter = String(rule.retryAfterSeconds ?? defaultRetryAfterSeconds)
  return { ...reply, headers: { ...reply.headers, "retry-after": retryAfter } }
}

const half = (reply: VendorReply): VendorReply => ({
  ...reply,
  text: reply.text === "" ? "{" : reply.text.slice(0, Math.ceil(reply.text.length / 2)),
  contentType: reply.contentType ?? "application/json"
})

/** Runs the handler and saves what it changed; a handler's bug is the vendor's own server error. */
const commit = (door: VendorDoor, vendor: Vendor, route: VendorRoute, call: VendorCall): Effect.Effect<VendorReply> =>
  Effect.try({ try: () => route.handle(call), catch: (cause) => cause }).pipe(
    Effect.tapError((cause) => Effect.logWarning(`The sandbox's ${vendor.name} failed`, cause)),
    Effect.catch(() => Effect.succeed(vendor.failure("serverError"))),
    Effect.tap(Effect.sync(door.save))
  )

const callOf = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, text: string) {
  const params = yield* HttpRouter.params
  const nowMillis = yield* Clock.currentTimeMillis
  const asked = `http://${request.headers["host"] ?? ""}${request.url}`
  const url = new URL(URL.canParse(asked) ? asked : `http://sandbox${request.url}`)
  const call: VendorCall = { method: request.method, url, params, headers: request.headers, text, nowMillis }
  return call
})

const answer = Effect.fnUntraced(function* (
  door: VendorDoor,
  vendor: Vendor,
  route: VendorRoute,
  request: HttpServerRequest.HttpServerRequest,
  scope: Scope.Scope
) {
  const text = yield* request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBodyBytes),
    Effect.orElseSucceed(() => undefined)
  )
  if (text === undefined) return toResponse(vendor.failure("bodyTooLarge"))
  const call = yield* callOf(request, text)
  const target: FaultTarget = {
    vendor: vendor.name,
    operation: route.operation,
    line: `${call.method} ${call.url.pathname}`
  }
  if (route.isControl === true) return toResponse(yield* commit(door, vendor, route, call))
  const slow = door.faults.strikeSlow(target)
  if (slow !== undefined) yield* Effect.sleep(slow.delayMillis ?? defaultDelayMillis)
  const rule = door.faults.strikeCall(target)
  const log = (status: number | null) =>
    door.calls.add({
      at: isoTime(call.nowMillis),
      vendor: vendor.name,
      operation: route.operation,
      method: call.method,
      path: call.url.pathname + call.url.search,
      status,
      fault: (rule ?? slow)?.kind ?? null
    })
  const holdMillis = rule?.holdMillis ?? defaultHoldMillis
  if (rule?.kind === "timeoutBeforeCommit") {
    log(null)
    return yield* breakAfter(request, holdMillis)
  }
  if (rule?.kind === "timeoutLateCommit") {
    log(null)
    // The vendor goes on although its caller has gone away.
    yield* Effect.forkIn(Effect.delay(commit(door, vendor, route, call), holdMillis), scope)
    return yield* breakAfter(request, rule.delayMillis ?? holdMillis)
  }
  const failure = failureOf(rule)
  const reply =
    rule !== undefined && failure !== undefined
      ? failureReply(vendor, rule, failure)
      : yield* commit(door, vendor, route, call)
  if (rule?.kind === "timeoutAfterCommit") {
    log(null)
    return yield* breakAfter(request, holdMillis)
  }
  log(reply.status)
  return toResponse(rule?.kind === "malformedBody" ? half(reply) : reply)
})

const otherVerbs = (vendor: Vendor): ReadonlyArray<VendorRoute> =>
  [...new Set(vendor.routes.map((route) => route.path))].flatMap((path) =>
    verbs
      .filter((method) => !vendor.routes.some((route) => route.path === path && route.method === method))
      .map((method) => ({
        method,
        path,
        operation: "methodNotAllowed",
        handle: () => vendor.failure("methodNotAllowed")
      }))
  )

const elsewhere = (vendor: Vendor): ReadonlyArray<VendorRoute> =>
  verbs.map((method) => ({
    method,
    path: `${vendor.prefix}/:elsewhere/*` as const,
    operation: "notFound",
    handle: () => vendor.failure("notFound")
  }))

/** Adds the vendor's routes; its own 405 and 404 answer what lies beside them. What it does late ends with the scope. */
export const addVendor = Effect.fnUntraced(function* (router: HttpRouter.HttpRouter, door: VendorDoor, vendor: Vendor) {
  const scope = yield* Effect.scope
  yield* Effect.forEach(
    [...vendor.routes, ...otherVerbs(vendor), ...elsewhere(vendor)],
    (route) => router.add(route.method, route.path, (request) => answer(door, vendor, route, request, scope)),
    { discard: true }
  )
})
