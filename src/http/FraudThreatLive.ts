import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { toE164 } from "../domain/fraud/DialledNumber.ts"
import { sliceIdOfCalled } from "../domain/fraud/windows/Observation.ts"
import { FraudWatch } from "../entities/FraudWatch.ts"
import { InvalidRequest } from "./api/RequestProblems.ts"
import { TandemApi } from "./api/TandemApi.ts"
import { askEntity } from "./EntityCall.ts"

const noNumber = new InvalidRequest({
  detail: "Values of the request are missing or wrong; see issues.",
  issues: [{ path: ["params", "number"], message: "Expected a number such as +2348031234567" }]
})

export const FraudThreatLive = HttpApiBuilder.group(
  TandemApi,
  "fraudThreat",
  Effect.fnUntraced(function* (handlers) {
    const watchOf = yield* FraudWatch.client
    return handlers.handleAll({
      get: Effect.fnUntraced(function* ({ params: { number } }) {
        const bNumber = toE164(number, false)
        if (bNumber === undefined || bNumber === "") return yield* noNumber
        return yield* askEntity(watchOf(sliceIdOfCalled({ bNumber })).GetThreat({ bNumber }))
      })
    })
  })
)
