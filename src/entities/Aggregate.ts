import type { Schema } from "effect"
import { Clock, Effect, Result, Schedule, Schema as S, Semaphore } from "effect"
import type { CommandKeyConflict } from "../domain/journal/CommandErrors.ts"
import { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { Append, ReadModelRow } from "../layers/storage/journal/Append.ts"
import { VersionConflict } from "../layers/storage/journal/Append.ts"
import { Journal } from "../layers/storage/Journal.ts"
import type { AnswerSchemas } from "./CommandAnswer.ts"
import { encodeAnswer, fingerprintOf, replayAnswer } from "./CommandAnswer.ts"

/**
 * When another owner wrote first, the command is decided anew. The waits grow to a quarter of a second, about three
 * seconds in all: an owner that has lost its shard writes no longer than that.
 */
const afterConflict = Schedule.min([Schedule.exponential("1 millis"), Schedule.spaced("250 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 20 })
)

/** What makes an entity of a history: pure functions of the domain, and what the lists and timers show of it. */
export interface Definition<State, Event extends { readonly _tag: string }> {
  readonly entityType: string
  readonly initial: (entityId: string) => State
  readonly evolve: (state: State, event: Event) => State
  readonly event: Schema.Codec<Event, unknown>
  readonly row: (state: State) => ReadModelRow | ReadonlyArray<ReadModelRow> | undefined
  /** When to wake the entity next; null: never; undefined: leave the timer as it is. */
  readonly wakeAtMillis?: (state: State, nowMillis: number) => number | null | undefined
}

export interface Command<State, Event, Reply, Refusal> extends AnswerSchemas<Reply, Refusal> {
  readonly name: string
  /** Absent for what the entity does by itself and may do again. */
  readonly key?: string
  readonly payload: unknown
  readonly decide: (state: State, nowMillis: number) => Result.Result<ReadonlyArray<Event>, Refusal>
  readonly reply: (state: State, events: ReadonlyArray<Event>) => Reply
}

interface Current<State> {
  readonly state: State
  readonly version: number
  readonly hash: string
}

const loadFrom = <State, Event extends { readonly _tag: string }>(
  journal: Journal["Service"],
  definition: Definition<State, Event>,
  entityId: string
) => {
  const decodeEvent = S.decodeUnknownEffect(definition.event)
  return Effect.gen(function* () {
    const history = yield* journal.load(definition.entityType, entityId)
    let state = definition.initial(entityId)
    for (const event of history.events) {
      state = definition.evolve(state, yield* decodeEvent(event.payload).pipe(Effect.orDie))
    }
    return { state, version: history.version, hash: history.hash } satisfies Current<State>
  })
}

/** Turns a decision into what the journal is asked to commit. */
const makeProposal = <State, Event extends { readonly _tag: string }>(
  definition: Definition<State, Event>,
  entityId: string
) => {
  const encodeEvent = S.encodeSync(definition.event)
  return <Reply, Refusal>(
    before: Current<State>,
    command: Command<State, Event, Reply, Refusal>,
    nowMillis: number
  ) => {
    const decision = command.decide(before.state, nowMillis)
    const decided = Result.isSuccess(decision) ? decision.success : []
    const state = decided.reduce(definition.evolve, before.state)
    const answer = Result.map(decision, (events) => command.reply(state, events))
    const { key } = command
    const append: Append = {
      entityType: definition.entityType,
      entityId,
      expectedVersion: before.version,
      previousHash: before.hash,
      events: decided.map((event) => ({ type: event._tag, payload: encodeEvent(event) })),
      command:
        key === undefined
          ? undefined
          : { key, fingerprint: fingerprintOf(command.name, command.payload), reply: encodeAnswer(command, answer) },
      row: Result.isSuccess(decision) ? definition.row(state) : undefined,
      wakeAtMillis: definition.wakeAtMillis?.(state, nowMillis)
    }
    return { append, answer, state }
  }
}

/**
 * One entity's state as its history says, and the only way to add to it. Commands run one after the other; an answer is
 * given after the commit, and a command key that was answered before gets that answer again.
 */
export const makeAggregate = Effect.fnUntraced(function* <State, Event extends { readonly _tag: string }>(
  definition: Definition<State, Event>,
  entityId: string
) {
  const journal = yield* Journal
  const turn = yield* Semaphore.make(1)
  const propose = makeProposal(definition, entityId)
  const load = loadFrom(journal, definition, entityId)
  let current: Current<State> | undefined

  const loaded = Effect.suspend(() =>
    current ? Effect.succeed(current) : Effect.tap(load, (fresh) => Effect.sync(() => (current = fresh)))
  )

  const attempt = Effect.fnUntraced(function* <Reply, Refusal>(command: Command<State, Event, Reply, Refusal>) {
    const before = yield* loaded
    const { answer, append, state } = propose(before, command, yield* Clock.currentTimeMillis)
    if (command.key === undefined && Result.isFailure(answer)) return yield* Effect.fail(answer.failure)
    // Whatever goes wrong in the commit, its outcome is unknown here: the next command loads the truth.
    current = undefined
    const outcome = yield* journal.append(append)
    if (outcome._tag === "AlreadyAnswered") return yield* replayAnswer(command, outcome.reply)
    current = { state, version: outcome.version, hash: outcome.hash }
    return yield* Effect.fromResult(answer)
  })

  const execute = <Reply, Refusal>(
    command: Command<State, Event, Reply, Refusal>
  ): Effect.Effect<Reply, Refusal | CommandKeyConflict | JournalUnavailable> =>
    turn
      .withPermit(
        Effect.retry(attempt(command), {
          while: (failure) => failure instanceof VersionConflict,
          schedule: afterConflict
        })
      )
      .pipe(
        Effect.mapError((failure) =>
          failure instanceof VersionConflict
            ? new JournalUnavailable({ detail: "other owners keep writing first" })
            : failure
        )
      )

  /** The answer that the command's key got before, if it did: asked before anything is done outside. */
  const answered = Effect.fnUntraced(function* <Reply, Refusal>(
    command: Omit<Command<State, Event, Reply, Refusal>, "decide" | "reply">
  ) {
    if (command.key === undefined) return undefined
    const kept = yield* journal.answered(definition.entityType, entityId, {
      key: command.key,
      fingerprint: fingerprintOf(command.name, command.payload)
    })
    return kept === undefined ? undefined : { value: yield* replayAnswer(command, kept) }
  })

  return {
    state: turn.withPermit(Effect.map(loaded, (each) => each.state)),
    execute,
    answered,
    /** Forgets what is in memory; the next command loads the history. */
    forget: Effect.sync(() => {
      current = undefined
    })
  }
})
