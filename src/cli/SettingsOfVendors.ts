import type { Setting } from "./Setting.ts"
import { boolean, digits, httpUrl, oneOf, wholeNumber } from "./Setting.ts"

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

/** How the vendors are reached, and as whom. */
export const settingsOfVendors: ReadonlyArray<Setting> = [...zendesk, ...plivo, ...inteliquent, ...openAi, ...inventory]
