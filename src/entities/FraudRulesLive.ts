import { Effect, Option, Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { decideChange, decideReplace, decideRevert, RulesEvent } from "../domain/fraud/rules/RuleChanges.ts"
import { Journal } from "../layers/storage/Journal.ts"
import * as Contract from "./FraudRules.ts"
import { fraudRulesHistory } from "./FraudRulesHistory.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison } from "./Supervision.ts"

const decodeEvent = Schema.decodeUnknownOption(RulesEvent)

const behaviour = Effect.gen(function* () {
  const { entityId } = yield* Entity.CurrentAddress
  const journal = yield* Journal
  const book = yield* makeStateBook(fraudRulesHistory, entityId, {
    success: Contract.Change.successSchema,
    error: Contract.Change.errorSchema
  })

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType: "FraudRules", entityId, command }, payload, run)

  /** The event that brought a version; each event brings the next, so that both counts are one. */
  const eventOf = Effect.fnUntraced(function* (version: number) {
    if (version < 1) return undefined
    const [event] = yield* journal.history("FraudRules", entityId, { afterVersion: version - 1, limit: 1 })
    return event?.version === version ? Option.getOrUndefined(decodeEvent(event.payload)) : undefined
  })

  return Contract.FraudRules.of({
    Change: ({ payload }) =>
      guarded(
        "Change",
        payload,
        book.record("Change", payload, (state) => decideChange(state, payload.rule, payload.patch, payload))
      ),
    Replace: ({ payload }) =>
      guarded(
        "Replace",
        payload,
        book.record("Replace", payload, (state) => decideReplace(state, payload.rules, payload))
      ),
    Revert: ({ payload }) =>
      guarded(
        "Revert",
        payload,
        Effect.flatMap(eventOf(payload.toVersion), (event) =>
          book.record("Revert", payload, (state) => decideRevert(state, payload.toVersion, event, payload))
        )
      ),
    Get: () => Rpc.fork(book.state)
  })
})

/** Most commands that the rules let wait. */
const mailboxCapacity = 256

export const FraudRulesLive = Contract.FraudRules.toLayer(behaviour, { maxIdleTime: "5 minutes", mailboxCapacity })
