import { Clock, Effect, Result, Schema, Semaphore } from "effect"
import { hash } from "node:crypto"
import type { CommandKeyConflict } from "../domain/journal/CommandErrors.ts"
import { JournalUnavailable } from "../domain/journal/CommandErrors.ts"
import type { ReadModelRow } from "../layers/storage/journal/Append.ts"
import { VersionConflict } from "../layers/storage/journal/Append.ts"
import { Journal } from "../layers/storage/Journal.ts"

/** How often a command is decided anew because another owner wrote first. */
const maxConflicts = 5

/** What makes an entity of a history: pure functions of the domain, and what the lists and timers show of it. */
export interface Definition<State, Event extends { readonly _tag: string }> {
  readonly entityType: string
  readonly initial: (entityId: string) => State
  readonly evolve: (state: State, event: Event) => State
  readonly event: Schema.Codec<Event, unknown>
  readonly row: (state: State) => ReadModelRow | undefined
  /** When to wake the entity next; null: never; undefined: leave the timer as it is. */
  readonly wakeAtMillis?: (state: State, nowMillis: number) => number | null | undefined
}

export interface Command<State, Event, Reply, Refusal> {
  readonly name: string
  /** Absent for what the entity does by itself and may do again. */
  readonly key?: string
  readonly payload: unknown
  readonly success: Schema.Codec<Reply, unknown>
  readonly error: Schema.Codec<Refusal, unknown>
  readonly decide: (state: State, nowMillis: number) => Result.Result<ReadonlyArray<Event>, Refusal>
  readonly reply: (state: State, events: ReadonlyArray<Event>) => Reply
  /** Columns of the read model that no event carries. */
  readonly patch?: Readonly<Record<string, unknown>>
}

/** `value` is absent for an answer that says nothing but "done". */
const Answer = Schema.Struct({ refused: Schema.Boolean, value: Schema.optionalKey(Schema.Unknown) })
const decodeAnswer = Schema.decodeUnknownEffect(Schema.fromJsonString(Answer))

/** Digest of what a command asks, to tell a repeated key from a reused one. */
export const fingerprintOf = (name: string, payload: unknown): string => hash("sha256", JSON.stringify([name, payload]))

/**
 * One entity's state as its history says, and the only way to add to it. Commands run one after the other; an answer is
 * given after the commit, and a command key that was answered before gets that answer again.
 */
export const makeAggregate = Effect.fnUntraced(function* <State, Event extends { readonly _tag: string }>(
  definition: Definition<State, Event>,
  entityId: string
) {
  const journal = yield* Journal
  const { entityType } = definition
  const turn = yield* Semaphore.make(1)
  const decodeEvent = Schema.decodeUnknownEffect(definition.event)
  const encodeEvent = Schema.encodeUnknownEffect(definition.event)
  let current: { readonly state: State; readonly version: number; readonly hash: string } | undefined

  const load = Effect.gen(function* () {
    const history = yield* journal.load(entityType, entityId)
    let state = definition.initial(entityId)
    for (const event of history.events) {
      state = definition.evolve(state, yield* decodeEvent(event.payload).pipe(Effect.orDie))
    }
    return (current = { state, version: history.version, hash: history.hash })
  })
  const loaded = Effect.suspend(() => (current ? Effect.succeed(current) : load))

  const attempt = Effect.fnUntraced(function* <Reply, Refusal>(command: Command<State, Event, Reply, Refusal>) {
    const before = yield* loaded
    const nowMillis = yield* Clock.currentTimeMillis
    const decision = command.decide(before.state, nowMillis)
    const events = Result.isSuccess(decision) ? decision.success : []
    const state = events.reduce(definition.evolve, before.state)
    const answer = Result.isSuccess(decision)
      ? {
          refused: false,
          value: yield* Schema.encodeEffect(command.success)(command.reply(state, events)).pipe(Effect.orDie)
        }
      : { refused: true, value: yield* Schema.encodeEffect(command.error)(decision.failure).pipe(Effect.orDie) }
    if (command.key === undefined && Result.isFailure(decision)) return yield* Effect.fail(decision.failure)
    const row = Result.isSuccess(decision) ? definition.row(state) : undefined
    const encoded = yield* Effect.forEach(events, (event) =>
      encodeEvent(event).pipe(
        Effect.orDie,
        Effect.map((payload) => ({ type: event._tag, payload }))
      )
    )
    // Whatever goes wrong in the commit, its outcome is unknown here: the next command loads the truth.
    current = undefined
    const outcome = yield* journal.append({
      entityType,
      entityId,
      expectedVersion: before.version,
      previousHash: before.hash,
      events: encoded,
      command:
        command.key === undefined
          ? undefined
          : {
              key: command.key,
              fingerprint: fingerprintOf(command.name, command.payload),
              reply: JSON.stringify(answer)
            },
      row: row && { table: row.table, row: { ...row.row, ...command.patch } },
      wakeAtMillis: definition.wakeAtMillis?.(state, nowMillis)
    })
    if (outcome._tag === "AlreadyAnswered") return yield* replay(command, outcome.reply)
    current = { state, version: outcome.version, hash: outcome.hash }
    return yield* Result.isSuccess(decision)
      ? Effect.succeed(command.reply(state, events))
      : Effect.fail(decision.failure)
  })

  const replay = Effect.fnUntraced(function* <Reply, Refusal>(
    command: Pick<Command<State, Event, Reply, Refusal>, "success" | "error">,
    reply: string
  ) {
    const answer = yield* decodeAnswer(reply).pipe(Effect.orDie)
    if (!answer.refused) return yield* Schema.decodeUnknownEffect(command.success)(answer.value).pipe(Effect.orDie)
    return yield* Effect.flatMap(
      Schema.decodeUnknownEffect(command.error)(answer.value).pipe(Effect.orDie),
      Effect.fail<Refusal>
    )
  })

  const execute = <Reply, Refusal>(
    command: Command<State, Event, Reply, Refusal>
  ): Effect.Effect<Reply, Refusal | CommandKeyConflict | JournalUnavailable> => {
    const run = (conflictsLeft: number): Effect.Effect<Reply, Refusal | CommandKeyConflict | JournalUnavailable> =>
      attempt(command).pipe(
        Effect.catch((failure) => {
          if (!(failure instanceof VersionConflict)) return Effect.fail(failure)
          return conflictsLeft > 0
            ? run(conflictsLeft - 1)
            : Effect.fail(new JournalUnavailable({ detail: "other owners keep writing first" }))
        })
      )
    return turn.withPermit(run(maxConflicts))
  }

  /** The answer that the command's key got before, if it did: asked before anything is done outside. */
  const answered = Effect.fnUntraced(function* <Reply, Refusal>(
    command: Pick<Command<State, Event, Reply, Refusal>, "name" | "key" | "payload" | "success" | "error">
  ) {
    if (command.key === undefined) return undefined
    const reply = yield* journal.answered(entityType, entityId, {
      key: command.key,
      fingerprint: fingerprintOf(command.name, command.payload)
    })
    return reply === undefined ? undefined : { value: yield* replay(command, reply) }
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
