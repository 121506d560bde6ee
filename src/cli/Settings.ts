import type { Setting } from "./Setting.ts"
import { boolean, httpUrl, oneOf, port, positiveNumber, postgresUrl, wholeNumber } from "./Setting.ts"
import { settingsOfBroker } from "./SettingsOfBroker.ts"
import { settingsOfFraud } from "./SettingsOfFraud.ts"
import { settingsOfMessages } from "./SettingsOfMessages.ts"
import { settingsOfPortal } from "./SettingsOfPortal.ts"
import { settingsOfVendors } from "./SettingsOfVendors.ts"

const plane: ReadonlyArray<Setting> = [
  {
    name: "TANDEM_HOST",
    group: "Plane",
    default: "127.0.0.1",
    description: "Address that the edge listens on."
  },
  {
    name: "TANDEM_PORT",
    group: "Plane",
    default: "8080",
    description: "Port that the edge listens on.",
    check: port
  },
  {
    name: "TANDEM_DATA_DIR",
    group: "Plane",
    default: ".tandem",
    description: "Directory of the embedded Postgres, the sandbox's state and the development key."
  },
  {
    name: "TANDEM_SANDBOX",
    group: "Plane",
    default: "on when no vendor is configured",
    description:
      "Whether simulated vendors take the place of all real ones (`tandem start`, `tandem serve --role all`).",
    check: boolean
  },
  {
    name: "TANDEM_SANDBOX_PORT",
    group: "Plane",
    default: "8081",
    description: "Port that the sandbox listens on.",
    check: port
  },
  {
    name: "TANDEM_URL",
    group: "Command line",
    default: "http://127.0.0.1:8080",
    description: "Where the commands of `tandem` that talk to a running plane find it.",
    check: httpUrl
  },
  {
    name: "TANDEM_API_KEY",
    group: "Command line",
    secret: true,
    default: "the development key in TANDEM_DATA_DIR, when there is one",
    description: "Key that those commands show to the plane."
  }
]

const storage: ReadonlyArray<Setting> = [
  {
    name: "DATABASE_URL",
    group: "Database",
    secret: true,
    default: "an embedded Postgres in TANDEM_DATA_DIR",
    description: "Postgres to use; needed when a plane has more than one node.",
    check: postgresUrl
  },
  {
    name: "DATABASE_POOL_SIZE",
    group: "Database",
    default: "24",
    description: "Connections of one node to Postgres, at most.",
    check: wholeNumber(4, 150)
  },
  {
    name: "COMMAND_RETENTION_DAYS",
    group: "Database",
    default: "30",
    description: "Days for which a repeated command key still gets its first answer.",
    check: wholeNumber(1, 3650)
  }
]

const webhooksOut: ReadonlyArray<Setting> = [
  {
    name: "WEBHOOKS_OUT_ALLOW_PRIVATE",
    group: "Webhooks",
    default: "false",
    description: "Whether subscriptions may lead into private networks, and to this machine by plain HTTP.",
    check: boolean
  }
]

const cluster: ReadonlyArray<Setting> = [
  {
    name: "RUNNER_HOST",
    group: "Cluster",
    default: "127.0.0.1",
    description: "Address under which the other nodes reach this one."
  },
  {
    name: "RUNNER_PORT",
    group: "Cluster",
    default: "0",
    description: "Port on which this node listens for the other nodes; 0 is any free one.",
    check: port
  }
]

const limits: ReadonlyArray<Setting> = [
  {
    name: "BACKORDER_CHECK_MINUTES",
    group: "Limits",
    default: "10",
    description: "Minutes between two looks at an open back-order that nothing was heard of.",
    check: positiveNumber
  },
  {
    name: "BACKORDER_NOTE_HOURS",
    group: "Limits",
    default: "4",
    description: "Hours between two notes on the ticket about an open back-order.",
    check: positiveNumber
  },
  {
    name: "BACKORDER_EXPIRE_DAYS",
    group: "Limits",
    default: "60",
    description: "Days after which an open back-order is cancelled and given up.",
    check: positiveNumber
  },
  {
    name: "API_RATE_LIMIT_PER_MINUTE",
    group: "Limits",
    default: "600",
    description: "Requests a minute that one API key may send to one node.",
    check: wholeNumber(1, 1_000_000)
  },
  {
    name: "RPC_RATE_LIMIT_PER_MINUTE",
    group: "Limits",
    default: "60000",
    description: "RPCs a minute that one API key may send to one node.",
    check: wholeNumber(1, 1_000_000)
  },
  {
    name: "VENDOR_BREAKER_FAILURES",
    group: "Limits",
    default: "5",
    description: "Failed calls in a row after which a vendor's circuit opens.",
    check: wholeNumber(1, 3600)
  },
  {
    name: "VENDOR_BREAKER_OPEN_SECONDS",
    group: "Limits",
    default: "30",
    description: "Seconds for which an open circuit lets no call through.",
    check: wholeNumber(1, 3600)
  },
  {
    name: "VENDOR_BREAKER_SUCCESSES",
    group: "Limits",
    default: "2",
    description: "Successful trial calls in a row after which a circuit closes again.",
    check: wholeNumber(1, 3600)
  }
]

const observability: ReadonlyArray<Setting> = [
  {
    name: "LOG_LEVEL",
    group: "Observability",
    default: "Info",
    description: "Least level of the log lines that are written.",
    check: oneOf("All", "Trace", "Debug", "Info", "Warn", "Error", "Fatal", "None")
  },
  {
    name: "LOG_FORMAT",
    group: "Observability",
    default: "auto",
    description: "Form of the log lines on standard error: json, pretty, or auto, which is pretty on a terminal.",
    check: oneOf("auto", "json", "pretty")
  },
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    group: "Observability",
    description: "Where spans, metrics and logs are sent to by OTLP over HTTP; nothing is sent when not set.",
    check: httpUrl
  },
  {
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    group: "Observability",
    secret: true,
    description: "Headers to send there: name=value, with commas between them."
  }
]

/** Every setting that Tandem reads, in the order in which they are shown. */
export const settings: ReadonlyArray<Setting> = [
  ...plane,
  ...storage,
  ...cluster,
  ...settingsOfVendors,
  ...settingsOfFraud,
  ...settingsOfBroker,
  ...webhooksOut,
  ...settingsOfMessages,
  ...settingsOfPortal,
  ...limits,
  ...observability
]
