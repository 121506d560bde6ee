import { Effect } from "effect"
import type { Result } from "effect"
import type { Definition } from "./Aggregate.ts"
import { makeAggregate } from "./Aggregate.ts"
import type { AnswerSchemas } from "./CommandAnswer.ts"

/** What every command that is answered once has in common. */
export interface Asked {
  readonly commandKey: string
}

/** An aggregate whose commands are all answered with its state, and the ways to add to it. */
export const makeStateBook = Effect.fnUntraced(function* <State, Event extends { readonly _tag: string }, Refusal>(
  definition: Definition<State, Event>,
  entityId: string,
  { error, success }: AnswerSchemas<State, Refusal>
) {
  type Decide = (state: State, nowMillis: number) => Result.Result<ReadonlyArray<Event>, Refusal>
  const history = yield* makeAggregate(definition, entityId)
  const reply = (state: State) => state
  const asked = (name: string, payload: Asked) => ({ name, key: payload.commandKey, payload, success, error })

  /** Decides and keeps the answer for the command's key. */
  const record = (name: string, payload: Asked, decide: Decide) =>
    history.execute({ ...asked(name, payload), decide, reply })

  return {
    state: history.state,
    record,
    /** A step on the way that has no answer of its own. */
    note: (decide: Decide) => history.execute({ name: "note", payload: null, success, error, decide, reply }),
    /** Acts outside, then records; a key that was answered before gets that answer and acts no more. */
    actOnce: Effect.fnUntraced(function* <E, R>(
      name: string,
      payload: Asked,
      decide: Decide,
      action: Effect.Effect<unknown, E, R>
    ) {
      const before = yield* history.answered(asked(name, payload))
      if (before) return before.value
      yield* action
      return yield* record(name, payload, decide)
    }),
    /** Makes what the decision writes down, then records; a key that was answered before makes nothing more. */
    makeOnce: Effect.fnUntraced(function* <Made, E, R>(
      name: string,
      payload: Asked,
      make: (state: State) => Effect.Effect<Made, E, R>,
      decide: (made: Made, state: State, nowMillis: number) => ReturnType<Decide>
    ) {
      const before = yield* history.answered(asked(name, payload))
      if (before) return before.value
      const made = yield* make(yield* history.state)
      return yield* record(name, payload, (state, nowMillis) => decide(made, state, nowMillis))
    })
  }
})
