import { Clock, Effect, Result } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { matchesOf } from "../domain/gateways/BlacklistRule.ts"
import { evolveGateway, GatewayConflict, GatewayUnknown, isThere } from "../domain/gateways/Gateway.ts"
import {
  decideActivate,
  decideBlacklist,
  decideCreate,
  decideDeactivate,
  decideDelete,
  decideExpire,
  decideRules,
  decideSuspend,
  decideUnblacklist,
  decideUpdate
} from "../domain/gateways/GatewayDecisions.ts"
import { periodOf, summaryOf } from "../domain/gateways/GatewayFigures.ts"
import { GatewayPolicy } from "../layers/fraud/GatewayPolicy.ts"
import { claimsOf, GatewayClaims } from "../layers/storage/GatewayClaims.ts"
import * as Contract from "./Gateway.ts"
import { makeGatewayCounts } from "./GatewayCounts.ts"
import type { Decide } from "./GatewayHistory.ts"
import { gatewayHistory } from "./GatewayHistory.ts"
import { makeGatewayProbing } from "./GatewayProbing.ts"
import type { Asked } from "./StateBook.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison, tended } from "./Supervision.ts"

/** How long the rules wait between two looks at a gateway's figures. */
const betweenLooks = "5 seconds"

const claimDetail = (kind: string, heldBy: string) =>
  kind === "code" ? `gateway ${heldBy} has this code` : `gateway ${heldBy} has this address in the same source group`

/** One gateway's history, its figures and its probes. */
const makeActor = Effect.fnUntraced(function* (gatewayId: string) {
  const claims = yield* GatewayClaims
  const policy = yield* GatewayPolicy
  const book = yield* makeStateBook(gatewayHistory, gatewayId, {
    success: Contract.Get.successSchema,
    error: Contract.Get.errorSchema
  })
  const counts = yield* makeGatewayCounts(gatewayId)
  const probing = yield* makeGatewayProbing({ gatewayId, state: book.state, note: book.note, counts })

  /** Claims what no other gateway may have, when the command is going to say what this one has. */
  const claimFor = Effect.fnUntraced(function* (decide: Decide) {
    const state = yield* book.state
    const decision = decide(state, yield* Clock.currentTimeMillis)
    if (Result.isFailure(decision) || decision.success.length === 0) return
    const { config } = decision.success.reduce(evolveGateway, state)
    const [taken] = config === null ? [] : yield* claims.claim(gatewayId, claimsOf(config))
    if (taken === undefined) return
    return yield* new GatewayConflict({ gatewayId, detail: claimDetail(taken.kind, taken.heldBy) })
  })

  const release = claims
    .release(gatewayId)
    .pipe(Effect.catch((error) => Effect.logWarning("a gateway's old claims lapse by themselves", error)))

  const judge = Effect.gen(function* () {
    const { config, ruleMatchedAtMillis, ruledSinceMillis, status } = yield* book.state
    if (status !== "active" || config === null) return
    const nowMillis = yield* Clock.currentTimeMillis
    const matches = matchesOf(
      policy.current().rules,
      { config, matchedAtMillis: ruleMatchedAtMillis },
      (windowSeconds) => summaryOf(counts.tallyOver(periodOf(windowSeconds), nowMillis, ruledSinceMillis)),
      nowMillis
    )
    for (const { evidence, rule } of matches) {
      yield* Effect.logWarning("a rule matched a gateway").pipe(Effect.annotateLogs({ gatewayId, rule, evidence }))
    }
    if (matches.length > 0) yield* book.note((state) => decideRules(state, matches, nowMillis))
  })

  const look = yield* tended(
    `Gateway/${gatewayId}/rules`,
    () => Effect.andThen(judge, Effect.sleep(betweenLooks)),
    "a gateway could not be judged; its next calls bring it up again"
  )

  return { gatewayId, book, counts, probing, claimFor, release, look: look(undefined) }
})
type Actor = Effect.Success<ReturnType<typeof makeActor>>

const there = ({ book, gatewayId }: Actor) =>
  book.state.pipe(Effect.filterOrFail(isThere, () => new GatewayUnknown({ gatewayId })))

const statsOf = Effect.fnUntraced(function* (actor: Actor, { period }: typeof Contract.Stats.payloadSchema.Type) {
  const { health, status } = yield* there(actor)
  const nowMillis = yield* Clock.currentTimeMillis
  return {
    gatewayId: actor.gatewayId,
    period,
    status,
    health,
    ...actor.probing.view(),
    concurrentCalls: actor.counts.concurrentAt(nowMillis),
    ...summaryOf(actor.counts.tallyOver(period, nowMillis))
  }
})

const recordCalls = Effect.fnUntraced(function* (
  { counts, look }: Actor,
  payload: typeof Contract.RecordCalls.payloadSchema.Type
) {
  if (counts.report(payload, yield* Clock.currentTimeMillis)) yield* look
})

/** Whether a blacklisting or suspension is over, and whether there is something to probe. */
const wake = ({ book, gatewayId, probing }: Actor) =>
  Effect.gen(function* () {
    const state = yield* book.state
    const nowMillis = yield* Clock.currentTimeMillis
    if (state.statusExpiresAtMillis === null || nowMillis < state.statusExpiresAtMillis) return
    yield* book.note(decideExpire)
    yield* probing.nudge
  }).pipe(
    Effect.catch((error) =>
      Effect.logWarning("a gateway could not be woken; its timer tries again", error).pipe(
        Effect.annotateLogs({ gatewayId })
      )
    )
  )

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const actor = yield* makeActor(entityId)
  const { book, claimFor, probing, release } = actor

  const run = <A, E, R>(name: string, payload: Asked, effect: Effect.Effect<A, E, R>) =>
    parkingPoison(
      { entityType: "Gateway", entityId, command: name },
      payload,
      Effect.tap(effect, () => probing.nudge)
    )
  const recorded = (name: string, payload: Asked, decide: Decide) =>
    run(name, payload, book.record(name, payload, decide))
  const claiming = (name: string, payload: Asked, decide: Decide) =>
    run(
      name,
      payload,
      Effect.tap(book.actOnce(name, payload, decide, claimFor(decide)), () => release)
    )

  return Contract.Gateway.of({
    Create: ({ payload }) => claiming("Create", payload, (state, now) => decideCreate(state, payload, now)),
    Update: ({ payload }) => claiming("Update", payload, (state) => decideUpdate(state, payload.patch, payload.by)),
    Activate: ({ payload }) => recorded("Activate", payload, (state, now) => decideActivate(state, payload.by, now)),
    Deactivate: ({ payload }) => recorded("Deactivate", payload, (state) => decideDeactivate(state, payload.by)),
    Suspend: ({ payload }) => recorded("Suspend", payload, (state, now) => decideSuspend(state, payload, now)),
    Blacklist: ({ payload }) => recorded("Blacklist", payload, (state, now) => decideBlacklist(state, payload, now)),
    Unblacklist: ({ payload }) =>
      recorded("Unblacklist", payload, (state, now) => decideUnblacklist(state, payload.reason, payload.by, now)),
    Delete: ({ payload }) =>
      recorded("Delete", payload, (state) => decideDelete(state, payload.reason, payload.by)).pipe(Effect.tap(release)),
    RecordCalls: ({ payload }) => recordCalls(actor, payload).pipe(Rpc.fork),
    Heartbeat: () => Effect.ignore(probing.heard).pipe(Rpc.fork),
    Get: () => there(actor).pipe(Rpc.fork),
    Stats: ({ payload }) => statsOf(actor, payload).pipe(Rpc.fork),
    Wake: () => wake(actor).pipe(Rpc.fork)
  })
}).pipe(Effect.orDie)

/** Most commands that one gateway lets wait. */
const mailboxCapacity = 1_024

export const GatewayLive = Contract.Gateway.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
