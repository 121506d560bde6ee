/** What a client of the sandbox's vendors must present. */
export interface SandboxCredentials {
  readonly plivo: { readonly authId: string; readonly authToken: string }
  readonly inteliquent: {
    readonly clientId: string
    readonly clientSecret: string
    readonly privateKey: string
    readonly trunkGroup: string
  }
  readonly zendesk: { readonly email: string; readonly apiToken: string; readonly webhookSecret: string }
  readonly mcp: { readonly username: string; readonly password: string }
  readonly openai: { readonly apiKey: string }
  /** What messages to the sink are signed with (standardwebhooks.com). */
  readonly sink: { readonly secret: string }
}

/** The credentials of a sandbox that was given none. They open nothing but a sandbox, so they are no secret. */
export const sandboxCredentials: SandboxCredentials = {
  plivo: { authId: "MASANDBOXPLIVO000001", authToken: "sandbox-plivo-auth-token" },
  inteliquent: {
    clientId: "sandbox-inteliquent-client",
    clientSecret: "sandbox-inteliquent-secret",
    privateKey: "sandbox-inteliquent-private-key",
    trunkGroup: "SANDBOX_TG_1"
  },
  zendesk: {
    email: "agent@sandbox.test",
    apiToken: "sandbox-zendesk-api-token",
    webhookSecret: "sandbox-zendesk-webhook-secret"
  },
  mcp: { username: "sandbox-mcp-user", password: "sandbox-mcp-password" },
  openai: { apiKey: "sandbox-openai-api-key" },
  sink: { secret: "whsec_c2FuZGJveCBzaW5rIHNpZ25pbmcgc2VjcmV0ICMx" }
}
