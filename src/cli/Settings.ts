import type { Setting } from "./Setting.ts"
import { boolean, digits, httpUrl, oneOf, port, positiveNumber, postgresUrl, wholeNumber } from "./Setting.ts"

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

const zendesk: ReadonlyArray<Setting> = [
  {
    name: "ZENDESK_BASE_URL",
    group: "Zendesk",
    neededForVendors: true,
    configuresVendor: true,
    description: "Address of the help desk, https://<subdomain>.zendesk.com.",
    check: httpUrl
  },
  {
    name: "ZENDESK_EMAIL",
    group: "Zendesk",
    neededForVendors: true,
    configuresVendor: true,
    description: "Agent in whose name tickets are answered."
  },
  {
    name: "ZENDESK_API_TOKEN",
    group: "Zendesk",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "API token of that agent."
  },
  {
    name: "ZENDESK_WEBHOOK_SECRET",
    group: "Zendesk",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "Signing secret of the webhook that reports tickets."
  },
  {
    name: "ZENDESK_PUBLIC_ANSWERS",
    group: "Zendesk",
    default: "true",
    description: "Whether answers are seen by the customer, or are internal notes.",
    check: boolean
  },
  {
    name: "ZENDESK_TAGS",
    group: "Zendesk",
    default: "support_automation,us_number_order_ai_automation",
    description: "Tags that every answered ticket gets, with commas between them."
  },
  {
    name: "ZENDESK_REQUESTS_PER_MINUTE",
    group: "Zendesk",
    default: "400",
    description: "Requests a minute that the plan allows.",
    check: wholeNumber(1, 100_000)
  },
  ...["CARRIER_TICKET_NUMBER", "US_LONG_CODES", "NUMBER_ORDER", "PREFIX"].map((field) => ({
    name: `ZENDESK_FIELD_${field}`,
    group: "Zendesk" as const,
    description: `Id of the ticket's custom field for the ${field.toLowerCase().replaceAll("_", " ")}; left alone when not set.`,
    check: digits
  }))
]

const plivo: ReadonlyArray<Setting> = [
  {
    name: "PLIVO_BASE_URL",
    group: "Plivo",
    default: "https://api.plivo.com",
    configuresVendor: true,
    description: "Address of Plivo's API.",
    check: httpUrl
  },
  {
    name: "PLIVO_AUTH_ID",
    group: "Plivo",
    neededForVendors: true,
    configuresVendor: true,
    description: "Account that numbers are rented for."
  },
  {
    name: "PLIVO_AUTH_TOKEN",
    group: "Plivo",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "Token of that account."
  }
]

const inteliquent: ReadonlyArray<Setting> = [
  {
    name: "INTELIQUENT_BASE_URL",
    group: "Inteliquent",
    default: "https://services.inteliquent.com/Services/2.0.0",
    configuresVendor: true,
    description: "Address of Inteliquent's number API.",
    check: httpUrl
  },
  {
    name: "INTELIQUENT_TOKEN_URL",
    group: "Inteliquent",
    default: "https://services-token.inteliquent.com/oauth2/token",
    configuresVendor: true,
    description: "Where access tokens are issued.",
    check: httpUrl
  },
  {
    name: "INTELIQUENT_CLIENT_ID",
    group: "Inteliquent",
    neededForVendors: true,
    configuresVendor: true,
    description: "OAuth2 client, or key for Basic authentication."
  },
  {
    name: "INTELIQUENT_CLIENT_SECRET",
    group: "Inteliquent",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "Secret of that client."
  },
  {
    name: "INTELIQUENT_PRIVATE_KEY",
    group: "Inteliquent",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "Private key that goes into the body of every call."
  },
  {
    name: "INTELIQUENT_TRUNK_GROUP",
    group: "Inteliquent",
    neededForVendors: true,
    configuresVendor: true,
    description: "Trunk group that ordered numbers are routed to."
  },
  {
    name: "INTELIQUENT_WEBHOOK_AUTHORIZATION",
    group: "Inteliquent",
    secret: true,
    description: "Whole Authorization header that its notifications must carry; none is asked for when not set."
  },
  {
    name: "INTELIQUENT_AUTH",
    group: "Inteliquent",
    default: "oauth",
    description: "oauth: access tokens from INTELIQUENT_TOKEN_URL; basic: client and secret with every call.",
    check: oneOf("oauth", "basic")
  }
]

const openAi: ReadonlyArray<Setting> = [
  {
    name: "OPENAI_BASE_URL",
    group: "OpenAI",
    default: "https://api.openai.com/v1",
    description: "Address of the Responses API.",
    check: httpUrl
  },
  {
    name: "OPENAI_API_KEY",
    group: "OpenAI",
    secret: true,
    neededForVendors: true,
    description: "Key of that API. While the API fails, the built-in parser reads tickets."
  },
  { name: "OPENAI_MODEL", group: "OpenAI", default: "gpt-5-mini", description: "Model that reads tickets." }
]

const inventory: ReadonlyArray<Setting> = [
  {
    name: "MCP_URL",
    group: "MCP inventory",
    neededForVendors: true,
    configuresVendor: true,
    description: "Address of the number inventory's MCP server.",
    check: httpUrl
  },
  {
    name: "MCP_USERNAME",
    group: "MCP inventory",
    neededForVendors: true,
    configuresVendor: true,
    description: "User for Basic authentication there."
  },
  {
    name: "MCP_PASSWORD",
    group: "MCP inventory",
    secret: true,
    neededForVendors: true,
    configuresVendor: true,
    description: "Password of that user."
  },
  {
    name: "MCP_USER_EMAIL",
    group: "MCP inventory",
    neededForVendors: true,
    description: "In whose name numbers are added and blocked there."
  },
  {
    name: "MCP_CARRIER_ID",
    group: "MCP inventory",
    neededForVendors: true,
    description: "Carrier that numbers are added under."
  },
  {
    name: "MCP_CARRIER_TIER_US",
    group: "MCP inventory",
    default: "10000252",
    description: "Carrier tier of numbers in the United States.",
    check: digits
  },
  {
    name: "MCP_CARRIER_TIER_CA",
    group: "MCP inventory",
    default: "10000253",
    description: "Carrier tier of numbers in Canada.",
    check: digits
  },
  {
    name: "MCP_TRANSPORT",
    group: "MCP inventory",
    default: "streamable",
    description: "streamable: JSON-RPC over HTTP; legacy: the older bodies with query and raw_args.",
    check: oneOf("streamable", "legacy")
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
  ...zendesk,
  ...plivo,
  ...inteliquent,
  ...openAi,
  ...inventory,
  ...limits,
  ...observability
]
