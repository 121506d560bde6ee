import type { CallEnd } from "../../domain/fraud/CallAttempt.ts"
import type { Campaign } from "./Campaign.ts"
import type { FraudLabel, HonestGroup } from "./Labels.ts"
import type { Leg } from "./Leg.ts"

/** A call, with the truth about it. */
export interface GeneratedCall {
  readonly call: CallEnd
  /** The fraud that it is part of; null: it is honest. */
  readonly label: FraudLabel | null
  /** The fraud that it is by definition as well, whatever it is part of. */
  readonly also: FraudLabel | null
  /** The kind of honest caller; null: it is fraud. */
  readonly group: HonestGroup | "ordinary" | null
  /** Id of the fraud campaign or of the honest caller. */
  readonly actor: string
  /** How well the fraud hides, 0 to 1; 0 for honest calls. */
  readonly difficulty: number
}

/** Names who called, by number; what is withheld has no name. */
const ordinaryActor = (leg: Leg) => (leg.aNumber === "" ? "withheld" : leg.aNumber)

export const generated = (callId: string, leg: Leg, campaign: Campaign | null): GeneratedCall => {
  const { outcome, trunk } = leg
  const atMillis = Math.floor(leg.atMillis)
  const reachedMillis = atMillis + outcome.ringMillis
  return {
    call: {
      callId,
      atMillis,
      aNumber: leg.aNumber,
      bNumber: leg.bNumber,
      assertedNumber: leg.assertedNumber,
      displayName: leg.displayName,
      userAgent: trunk.userAgent,
      sourceIp: trunk.sourceIp,
      sourceGroup: trunk.sourceGroup,
      gatewayId: trunk.gatewayId,
      carrierId: trunk.carrierId,
      region: leg.region,
      attestation: leg.attestation,
      answeredAtMillis: outcome.sipCode === 200 ? reachedMillis : null,
      endedAtMillis: reachedMillis + outcome.durationMillis,
      ringMillis: outcome.ringMillis,
      durationMillis: outcome.durationMillis,
      sipCode: outcome.sipCode,
      unchecked: false
    },
    label: campaign === null ? null : campaign.label,
    also: leg.also ?? null,
    group: campaign === null ? "ordinary" : campaign.group,
    actor: campaign === null ? ordinaryActor(leg) : campaign.actor,
    difficulty: campaign === null ? 0 : campaign.difficulty
  }
}
