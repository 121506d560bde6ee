import type { Setting } from "./Setting.ts"
import { boolean, networks, port, redisUrl, wholeNumber } from "./Setting.ts"

/** What the screening of calls reads. */
export const settingsOfFraud: ReadonlyArray<Setting> = [
  {
    name: "FRAUD_SWITCH_HOST",
    group: "Fraud",
    default: "127.0.0.1",
    description: "Address that the switch port listens on."
  },
  {
    name: "FRAUD_SWITCH_PORT",
    group: "Fraud",
    default: "8070",
    description: "Port on which switches ask about calls and hand in CDRs.",
    check: port
  },
  {
    name: "FRAUD_SWITCH_NETWORKS",
    group: "Fraud",
    default: "loopback and private networks",
    description: "Networks that may ask at the switch port, as CIDR with commas between them.",
    check: networks
  },
  {
    name: "FRAUD_SWITCH_TOKEN",
    group: "Fraud",
    secret: true,
    description: "Bearer token that switches must show at the switch port; none when not set."
  },
  {
    name: "FRAUD_EVAPI_ADDRESSES",
    group: "Fraud",
    description: "Kamailio proxies whose evapi port this node connects to, as host:port with commas between them."
  },
  {
    name: "FRAUD_DEADLINE_MILLIS",
    group: "Fraud",
    default: "80",
    description: "Longest wait for windows that live on another node; the verdict goes without them then.",
    check: wholeNumber(5, 2000)
  },
  {
    name: "FRAUD_MAX_CALLERS",
    group: "Fraud",
    default: "1200000",
    description: "Callers that the plane remembers at most.",
    check: wholeNumber(1000, 50_000_000)
  },
  {
    name: "FRAUD_MAX_CALLED",
    group: "Fraud",
    default: "300000",
    description: "Called numbers that the plane remembers at most.",
    check: wholeNumber(1000, 50_000_000)
  },
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
  },
  {
    name: "FRAUD_CALL_RETENTION_DAYS",
    group: "Fraud",
    default: "730",
    description: "Days for which screened calls are kept; older CDRs are refused.",
    check: wholeNumber(1, 3650)
  },
  {
    name: "FRAUD_NUMBER_HASH_KEY",
    group: "Fraud",
    secret: true,
    description:
      "Key, of 32 characters or more, of the HMAC that takes the place of callers' numbers in old call records; they are kept as they are when not set.",
    check: (value) => (value.length < 32 ? "must have 32 characters or more" : undefined)
  },
  {
    name: "FRAUD_HASH_AFTER_HOURS",
    group: "Fraud",
    default: "24",
    description:
      "Hours after the end of a day (UTC) after which callers' numbers are replaced, when there is a key for it.",
    check: wholeNumber(1, 87_600)
  }
]
