import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { Threat } from "../domain/fraud/ThreatLevel.ts"

/** Most looks in one message. */
export const maxObservations = 512

/**
 * Looks at many calls, in order. Both ways JSON, an array of `Observation` and of `Observed`: nodes trust each other, and a
 * call must not be decoded three times on its way to a verdict.
 */
export const Observe = Rpc.make("Observe", { payload: { observations: Schema.String }, success: Schema.String })

/** How threatened a called number is by the calls that came so far: asking counts as no call. */
export const GetThreat = Rpc.make("GetThreat", { payload: { bNumber: Schema.String }, success: Threat })

/** One slice of the number space and of the sources; the entity id is `slice-{n}`. */
export const FraudWatch = Entity.make("FraudWatch", [Observe, GetThreat])
