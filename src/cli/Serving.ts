import { Effect } from "effect"
import { servesUntilStopped } from "./CleanStop.ts"
import * as Plane from "./Plane.ts"
import { pointWebhooks, prepareNode, startNode } from "./RunningPlane.ts"
import { routeToSink } from "./SinkRoute.ts"
import type { Role } from "./SettingProblems.ts"
import { refuseProblems, startProblems } from "./SettingProblems.ts"
import { provideSettings, SettingValues } from "./SettingValues.ts"

/** One node of a plane in this process, until a signal. */
export const serveAs = Effect.fnUntraced(function* (role: Role) {
  const { values } = yield* SettingValues
  yield* refuseProblems(startProblems(values, role))
  yield* servesUntilStopped
  return yield* Effect.gen(function* () {
    const prepared = yield* prepareNode(role, values)
    const { sandbox } = prepared
    const { services, url } = yield* startNode(prepared)
    if (sandbox !== undefined) {
      yield* pointWebhooks(sandbox, url)
      yield* Effect.provideContext(routeToSink(sandbox), services)
    }
    yield* Effect.logInfo("the node serves").pipe(
      Effect.annotateLogs({ role, url, ...(sandbox && { sandbox: sandbox.baseUrl }) })
    )
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(Plane.observability), Effect.provide(provideSettings(values)))
})
