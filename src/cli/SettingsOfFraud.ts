import type { Setting } from "./Setting.ts"
import { boolean, wholeNumber } from "./Setting.ts"

/** What the screening of calls reads. */
export const settingsOfFraud: ReadonlyArray<Setting> = [
  {
    name: "FRAUD_STIR_TRUST_FILE",
    group: "Fraud",
    description:
      "PEM file with the certificates of the authorities whose signers are believed (STIR/SHAKEN); without it no call's signature is checked."
  },
  {
    name: "FRAUD_STIR_MAX_AGE_SECONDS",
    group: "Fraud",
    default: "60",
    description: "Seconds that may lie between the issue of a call's PASSporT and the call.",
    check: wholeNumber(1, 3600)
  },
  {
    name: "FRAUD_STIR_ALLOW_PRIVATE",
    group: "Fraud",
    default: "false",
    description: "Whether signers' certificates are fetched from private addresses and any port too, for a laboratory.",
    check: boolean
  }
]
