import { Effect, Layer, Option, Schema } from "effect"
import { callEntity } from "./EntityCalls.ts"
import { Backorder } from "./Backorder.ts"
import { FraudAlert } from "./FraudAlert.ts"
import { DeadLetterReplay, DeadLetterUnknown, ReplayFailed } from "./DeadLetterReplay.ts"
import { FraudRules } from "./FraudRules.ts"
import { ListEntry } from "./ListEntry.ts"
import { Gateway } from "./Gateway.ts"
import { GatewayRules } from "./GatewayRules.ts"
import { Order } from "./Order.ts"
import { PhoneNumber } from "./PhoneNumber.ts"
import type { DeadLetter } from "../domain/journal/DeadLetter.ts"
import { DeadLetters } from "../layers/storage/DeadLetters.ts"

const entities = [Order, PhoneNumber, Backorder, FraudAlert, ListEntry, FraudRules, Gateway, GatewayRules]

const payloadOf = (letter: DeadLetter) =>
  Effect.gen(function* () {
    const entity = entities.find((each) => each.type === letter.entityType)
    const rpc = entity?.protocol.requests.get(letter.command as never)
    if (rpc === undefined) {
      return yield* new ReplayFailed({ id: letter.id, detail: `no command ${letter.entityType}.${letter.command}` })
    }
    return yield* Schema.decodeUnknownEffect(rpc.payloadSchema as Schema.Codec<unknown, unknown>)(letter.payload).pipe(
      Effect.mapError((error) => new ReplayFailed({ id: letter.id, detail: error.message }))
    )
  })

/** What all commands have in common once their payload has been decoded with the command's own schema. */
type Commands = Readonly<
  Record<string, (payload: unknown) => Effect.Effect<unknown, { readonly _tag: string; readonly message: string }>>
>

export const DeadLetterReplayLive = Layer.effect(
  DeadLetterReplay,
  Effect.gen(function* () {
    const letters = yield* DeadLetters
    const clients: Readonly<Record<string, (entityId: string) => unknown>> = {
      [Order.type]: yield* Order.client,
      [PhoneNumber.type]: yield* PhoneNumber.client,
      [Backorder.type]: yield* Backorder.client,
      [Gateway.type]: yield* Gateway.client,
      [GatewayRules.type]: yield* GatewayRules.client,
      [FraudAlert.type]: yield* FraudAlert.client,
      [ListEntry.type]: yield* ListEntry.client,
      [FraudRules.type]: yield* FraudRules.client
    }
    return DeadLetterReplay.of({
      replay: Effect.fn("DeadLetterReplay.replay")(function* (id) {
        const found = yield* letters.get(id)
        if (Option.isNone(found)) return yield* new DeadLetterUnknown({ id })
        const letter = found.value
        const payload = yield* payloadOf(letter)
        const commands = clients[letter.entityType]?.(letter.entityId) as Commands | undefined
        const send = commands?.[letter.command]
        if (send === undefined) return yield* new ReplayFailed({ id, detail: "no such entity" })
        yield* callEntity(send(payload)).pipe(
          Effect.mapError(
            (error) => new ReplayFailed({ id, detail: error.message === "" ? error._tag : error.message })
          )
        )
        yield* letters.markReplayed(id)
        return Option.getOrElse(yield* letters.get(id), () => letter)
      })
    })
  })
)
