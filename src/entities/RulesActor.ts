import { Effect, Option, Schema } from "effect"
import type { Result } from "effect"
import { RulesEvent } from "../domain/rules/VersionedRules.ts"
import type { RulesState } from "../domain/rules/VersionedRules.ts"
import { Journal } from "../layers/storage/Journal.ts"
import type { Definition } from "./Aggregate.ts"
import type { AnswerSchemas } from "./CommandAnswer.ts"
import type { Asked } from "./StateBook.ts"
import { makeStateBook } from "./StateBook.ts"
import { parkingPoison } from "./Supervision.ts"

const decodeEvent = Schema.decodeUnknownOption(RulesEvent)

/** The history of rules of one kind; nothing but the journal keeps them. */
export const rulesHistory = <Rules>(
  entityType: string,
  versions: {
    readonly initial: RulesState<Rules>
    readonly evolve: (state: RulesState<Rules>, event: RulesEvent) => RulesState<Rules>
  }
): Definition<RulesState<Rules>, RulesEvent> => ({
  entityType,
  initial: () => versions.initial,
  evolve: versions.evolve,
  event: RulesEvent,
  row: () => undefined
})

/** What actors that hold rules have in common. */
export const makeRulesActor = Effect.fnUntraced(function* <Rules, Refusal>(
  definition: Definition<RulesState<Rules>, RulesEvent>,
  entityId: string,
  schemas: AnswerSchemas<RulesState<Rules>, Refusal>
) {
  type Decision = Result.Result<ReadonlyArray<RulesEvent>, Refusal>
  const { entityType } = definition
  const journal = yield* Journal
  const book = yield* makeStateBook(definition, entityId, schemas)

  const guarded = <A, E, R>(command: string, payload: unknown, run: Effect.Effect<A, E, R>) =>
    parkingPoison({ entityType, entityId, command }, payload, run)

  /** The event that brought a version; each event brings the next, so that both counts are one. */
  const eventOf = Effect.fnUntraced(function* (version: number) {
    if (version < 1) return undefined
    const [event] = yield* journal.history(entityType, entityId, { afterVersion: version - 1, limit: 1 })
    return event?.version === version ? Option.getOrUndefined(decodeEvent(event.payload)) : undefined
  })

  return {
    state: book.state,
    record: (command: string, payload: Asked, decide: (state: RulesState<Rules>) => Decision) =>
      guarded(command, payload, book.record(command, payload, decide)),
    revert: <Payload extends Asked & { readonly toVersion: number }>(
      payload: Payload,
      decide: (state: RulesState<Rules>, toVersion: number, event: RulesEvent | undefined, payload: Payload) => Decision
    ) =>
      guarded(
        "Revert",
        payload,
        Effect.flatMap(eventOf(payload.toVersion), (event) =>
          book.record("Revert", payload, (state) => decide(state, payload.toVersion, event, payload))
        )
      )
  }
})
