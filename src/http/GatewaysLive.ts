import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { DispatcherFormat } from "../domain/gateways/DispatcherList.ts"
import { dispatcherList } from "../domain/gateways/DispatcherList.ts"
import type { GatewayState } from "../domain/gateways/Gateway.ts"
import { GatewayUnknown } from "../domain/gateways/Gateway.ts"
import { configOf, GatewayId, gatewayIdOfCode } from "../domain/gateways/GatewayConfig.ts"
import { Gateway } from "../entities/Gateway.ts"
import { GatewayRows } from "../layers/storage/GatewayRows.ts"
import { Journal } from "../layers/storage/Journal.ts"
import { CurrentCaller } from "./api/Authorization.ts"
import type { GatewayAnswer } from "./api/GatewayViews.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { CommandKeys } from "./CommandKeys.ts"
import { askEntity } from "./EntityCall.ts"
import { gatewayEventSummary } from "./GatewayEventSummary.ts"
import { readPage, VersionCursor } from "./Paging.ts"
import { asProblems, problemOf } from "./ProblemDetails.ts"

const unknownGateway = (gatewayId: string) => problemOf(new GatewayUnknown({ gatewayId }))

const answerOf = ({ config, gatewayId, health, status, statusExpiresAtMillis, statusReason }: GatewayState) => {
  const statusExpiresAt = statusExpiresAtMillis === null ? null : new Date(statusExpiresAtMillis).toISOString()
  // Whatever a command left behind has been configured: an actor without configuration refuses every command.
  return config === null
    ? Effect.fail(unknownGateway(gatewayId))
    : Effect.succeed<GatewayAnswer>({ gatewayId, status, statusReason, statusExpiresAt, health, ...config })
}

const restrictionOf = (payload: { readonly reason: string; readonly expiresAt?: string | null }) => ({
  reason: payload.reason,
  expiresAtMillis: payload.expiresAt === undefined || payload.expiresAt === null ? null : Date.parse(payload.expiresAt)
})

interface Headers {
  readonly "idempotency-key"?: string | undefined
}

/** What every command to a gateway begins with: its key, and by whom it is given. */
const makeAsking = Effect.gen(function* () {
  const keys = yield* CommandKeys
  return Effect.fnUntraced(function* (operation: string, gatewayId: string, headers: Headers, body?: unknown) {
    const idempotencyKey = headers["idempotency-key"]
    const commandKey = yield* keys.keyFor({
      operation: `gateways.${operation}`,
      target: gatewayId,
      body,
      idempotencyKey
    })
    return { commandKey, by: (yield* CurrentCaller).name }
  })
})

const reading = Effect.gen(function* () {
  const gateways = yield* GatewayRows
  const journal = yield* Journal
  const known = Effect.fnUntraced(function* (gatewayId: string) {
    const row = yield* asProblems(gateways.get(gatewayId))
    return yield* Option.match(row, { onNone: () => Effect.fail(unknownGateway(gatewayId)), onSome: Effect.succeed })
  })
  return {
    known,
    list: (
      query: Parameters<typeof readPage>[0]["query"],
      filter: Parameters<GatewayRows["Service"]["list"]>[0]["filter"]
    ) =>
      readPage({
        query,
        key: GatewayId,
        read: (afterGatewayId, limit) => asProblems(gateways.list({ filter, afterGatewayId, limit })),
        keyOf: ({ gatewayId }) => gatewayId
      }),
    dispatcher: (set: number, format: DispatcherFormat) =>
      Effect.map(asProblems(gateways.ofDispatcherSet(set)), (rows) => dispatcherList(format, set, rows)),
    timeline: Effect.fnUntraced(function* (gatewayId: string, query: Parameters<typeof readPage>[0]["query"]) {
      const page = yield* readPage({
        query,
        key: VersionCursor,
        read: (after, limit) =>
          asProblems(journal.history(Gateway.type, gatewayId, { afterVersion: after ?? 0, limit })),
        keyOf: ({ version }) => version
      })
      if (page.items.length === 0) yield* known(gatewayId)
      return { ...page, items: page.items.map((event) => ({ ...event, summary: gatewayEventSummary(event) })) }
    })
  }
})

export const GatewaysLive = HttpApiBuilder.group(
  TandemApi,
  "gateways",
  Effect.fnUntraced(function* (handlers) {
    const asked = yield* makeAsking
    const read = yield* reading
    const clientFor = yield* Gateway.client

    return handlers.handleAll({
      list: ({ query: { carrier, type, ...query } }) =>
        read.list(query, { ...query, carrierName: carrier, gatewayType: type }),
      get: ({ params }) => read.known(params.gatewayId),
      dispatcher: ({ query }) => read.dispatcher(query.set ?? 1, query.format ?? "kamailio"),
      timeline: ({ params, query }) => read.timeline(params.gatewayId, query),
      stats: ({ params, query }) => askEntity(clientFor(params.gatewayId).Stats({ period: query.period ?? "24h" })),
      create: Effect.fnUntraced(function* ({ headers, payload }) {
        const { activate, gatewayId: given, ...draft } = payload
        const gatewayId = given ?? gatewayIdOfCode(draft.code)
        const common = yield* asked("create", gatewayId, headers, payload)
        const command = { ...common, config: configOf(draft), activate: activate ?? false }
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Create(command)), answerOf)
      }),
      update: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, payload: patch }) {
        const common = yield* asked("update", gatewayId, headers, patch)
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Update({ ...common, patch })), answerOf)
      }),
      thresholds: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, payload: patch }) {
        const common = yield* asked("thresholds", gatewayId, headers, patch)
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Update({ ...common, patch })), answerOf)
      }),
      remove: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, query }) {
        const reason = query.reason ?? "no reason was given"
        const common = yield* asked("remove", gatewayId, headers, reason)
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Delete({ ...common, reason })), answerOf)
      }),
      activate: Effect.fnUntraced(function* ({ params: { gatewayId }, headers }) {
        const common = yield* asked("activate", gatewayId, headers)
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Activate(common)), answerOf)
      }),
      deactivate: Effect.fnUntraced(function* ({ params: { gatewayId }, headers }) {
        const common = yield* asked("deactivate", gatewayId, headers)
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Deactivate(common)), answerOf)
      }),
      suspend: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, payload }) {
        const common = yield* asked("suspend", gatewayId, headers, payload)
        const command = { ...common, ...restrictionOf(payload) }
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Suspend(command)), answerOf)
      }),
      blacklist: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, payload }) {
        const common = yield* asked("blacklist", gatewayId, headers, payload)
        const command = { ...common, ...restrictionOf(payload) }
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Blacklist(command)), answerOf)
      }),
      unblacklist: Effect.fnUntraced(function* ({ params: { gatewayId }, headers, payload }) {
        const common = yield* asked("unblacklist", gatewayId, headers, payload)
        const command = { ...common, reason: payload.reason }
        return yield* Effect.flatMap(askEntity(clientFor(gatewayId).Unblacklist(command)), answerOf)
      })
    })
  })
)
