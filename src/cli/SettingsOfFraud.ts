import type { Setting } from "./Setting.ts"
import { boolean, redisUrl, wholeNumber } from "./Setting.ts"

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
  },
  {
    name: "REDIS_URL",
    group: "Fraud",
    secret: true,
    description: "Redis in which SIP proxies find gateways and the block list; nothing is mirrored when not set.",
    check: redisUrl
  },
  {
    name: "GATEWAY_PROBE_SECONDS",
    group: "Fraud",
    default: "5",
    description: "Seconds between two SIP OPTIONS to an active gateway; 0 sends none.",
    check: wholeNumber(0, 3600)
  },
  {
    name: "SIP_PROBE_HOST",
    group: "Fraud",
    default: "127.0.0.1",
    description: "Address or name that Tandem gives as its own in the SIP OPTIONS that it sends."
  },
  {
    name: "SIP_PROBE_TLS_VERIFY",
    group: "Fraud",
    default: "true",
    description: "Whether SIP OPTIONS over TLS check the gateway's certificate.",
    check: boolean
  }
]
