import type { Setting } from "./Setting.ts"
import { httpUrl, port } from "./Setting.ts"

/** What the certificate authority and the broker's listener read. */
export const settingsOfBroker: ReadonlyArray<Setting> = [
  {
    name: "CA_KEY_PASSPHRASE",
    group: "Certificates",
    secret: true,
    default: "one that `tandem start` makes, in TANDEM_DATA_DIR",
    description: "Passphrase that the keys of the certificate authority are sealed under; without it nothing is issued."
  },
  {
    name: "CA_ORGANIZATION",
    group: "Certificates",
    default: "Tandem",
    description: "Organization (O) that certificates name."
  },
  {
    name: "PKI_PUBLIC_URL",
    group: "Certificates",
    description: "Where others reach this plane's revocation lists and its OCSP responder; certificates name it.",
    check: httpUrl
  },
  {
    name: "BROKER_HOST",
    group: "Broker",
    default: "127.0.0.1",
    description: "Address that the broker's mutual TLS listener listens on."
  },
  {
    name: "BROKER_PORT",
    group: "Broker",
    default: "8443",
    description: "Port on which the broker's clients hand in messages.",
    check: port
  },
  {
    name: "BROKER_SERVER_NAMES",
    group: "Broker",
    default: "localhost,127.0.0.1,::1",
    description: "Names and addresses by which clients reach the listener, with commas between them."
  },
  {
    name: "BROKER_PROXY_CLIENTS",
    group: "Broker",
    description: "Clients that are proxies: what they say of the certificate behind them is believed."
  },
  {
    name: "BROKER_CRL_FILE",
    group: "Broker",
    description: "File that this node keeps the revocation lists of all issuers in, for a proxy; none when not set."
  },
  {
    name: "HAPROXY_RUNTIME_SOCKET",
    group: "Broker",
    description: "Runtime socket of the HAProxy that reads BROKER_CRL_FILE; it is handed each new list."
  },
  {
    name: "HAPROXY_MASTER_SOCKET",
    group: "Broker",
    description:
      "Socket of that HAProxy's master process (-S), which is asked to reload when a list is too long to hand over."
  }
]
