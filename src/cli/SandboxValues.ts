import type { Sandbox } from "../simulators/Sandbox.ts"
import type { Values } from "./SettingValues.ts"

/** What the sandbox's Inteliquent puts before its notifications. */
export const inteliquentAuthorization = "Bearer sandbox-inteliquent-notifications"

/** The settings that make a plane take a sandbox's vendors for the real ones. */
export const sandboxValues = ({ credentials, urls }: Pick<Sandbox["Service"], "credentials" | "urls">): Values => ({
  ZENDESK_BASE_URL: urls.zendesk,
  ZENDESK_EMAIL: credentials.zendesk.email,
  ZENDESK_API_TOKEN: credentials.zendesk.apiToken,
  ZENDESK_WEBHOOK_SECRET: credentials.zendesk.webhookSecret,
  PLIVO_BASE_URL: urls.plivo,
  PLIVO_AUTH_ID: credentials.plivo.authId,
  PLIVO_AUTH_TOKEN: credentials.plivo.authToken,
  INTELIQUENT_BASE_URL: urls.inteliquent,
  INTELIQUENT_TOKEN_URL: urls.inteliquentToken,
  INTELIQUENT_CLIENT_ID: credentials.inteliquent.clientId,
  INTELIQUENT_CLIENT_SECRET: credentials.inteliquent.clientSecret,
  INTELIQUENT_PRIVATE_KEY: credentials.inteliquent.privateKey,
  INTELIQUENT_TRUNK_GROUP: credentials.inteliquent.trunkGroup,
  INTELIQUENT_WEBHOOK_AUTHORIZATION: inteliquentAuthorization,
  OPENAI_BASE_URL: urls.openai,
  OPENAI_API_KEY: credentials.openai.apiKey,
  MCP_URL: urls.mcp,
  MCP_USERNAME: credentials.mcp.username,
  MCP_PASSWORD: credentials.mcp.password,
  MCP_USER_EMAIL: "tandem@sandbox.test",
  MCP_CARRIER_ID: "sandbox-carrier"
})
