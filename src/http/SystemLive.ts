import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { VendorDoor } from "../layers/vendors/VendorDoor.ts"
import { TandemApi } from "./api/TandemApi.ts"

export const SystemLive = HttpApiBuilder.group(
  TandemApi,
  "system",
  Effect.fnUntraced(function* (handlers) {
    const door = yield* VendorDoor
    return handlers.handle("vendors", () => Effect.map(door.states, (items) => ({ items })))
  })
)
