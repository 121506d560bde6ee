import { Effect, Ref, Result, Schema } from "effect"
import { ClusterSchema, Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import type { Definition } from "../../src/entities/Aggregate.ts"
import { makeAggregate } from "../../src/entities/Aggregate.ts"

const payload = { key: Schema.String, amount: Schema.Int }

/** A durable command of Tandem's: volatile message, journaled decision, answer after the commit. */
const Add = Rpc.make("Add", { payload, success: Schema.Int })

export const JournaledCounter = Entity.make("JournaledCounter", [Add])

const Added = Schema.TaggedStruct("Added", { amount: Schema.Int })

const history: Definition<number, typeof Added.Type> = {
  entityType: "JournaledCounter",
  initial: () => 0,
  evolve: (count, event) => count + event.amount,
  event: Added,
  row: () => undefined
}

export const JournaledCounterLive = JournaledCounter.toLayer(
  Effect.gen(function* () {
    const { entityId } = yield* Entity.CurrentAddress
    const counter = yield* makeAggregate(history, entityId)
    return JournaledCounter.of({
      Add: ({ payload }) =>
        Effect.orDie(
          counter.execute({
            name: "Add",
            key: payload.key,
            payload,
            success: Schema.Int,
            error: Schema.Never,
            decide: () => Result.succeed([{ _tag: "Added" as const, amount: payload.amount }]),
            reply: (count) => count
          })
        )
    })
  })
)

/** The stock way: the cluster itself persists the message and its reply. */
const PersistedAdd = Rpc.make("Add", { payload, success: Schema.Int, primaryKey: ({ key }) => key }).annotate(
  ClusterSchema.Persisted,
  true
)

export const PersistedCounter = Entity.make("PersistedCounter", [PersistedAdd])

export const PersistedCounterLive = PersistedCounter.toLayer(
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    return PersistedCounter.of({
      Add: ({ payload }) => Ref.updateAndGet(count, (before) => before + payload.amount)
    })
  })
)
