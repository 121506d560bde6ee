import type { Setting } from "./Setting.ts"
import { httpUrl, oneOf } from "./Setting.ts"

/** What the keeping of messages reads. */
export const settingsOfMessages: ReadonlyArray<Setting> = [
  {
    name: "MESSAGE_KEY_FILE",
    group: "Messages",
    default: "message-keys.json in TANDEM_DATA_DIR",
    description: "File with the keys that messages are encrypted with; all nodes of a plane need the same one."
  },
  {
    name: "MESSAGE_KEY_KMS",
    group: "Messages",
    default: "none",
    description: "What wraps the keys in that file: none (they lie in it as they are) or vault (HashiCorp Vault).",
    check: oneOf("none", "vault")
  },
  {
    name: "VAULT_ADDR",
    group: "Messages",
    description: "Address of Vault; with MESSAGE_KEY_KMS=vault.",
    check: httpUrl
  },
  {
    name: "VAULT_TOKEN",
    group: "Messages",
    secret: true,
    description: "Token for Vault, which may encrypt and decrypt with the key."
  },
  {
    name: "VAULT_TOKEN_FILE",
    group: "Messages",
    description: "File with the token, in place of VAULT_TOKEN; read each time, so that an agent can renew it."
  },
  {
    name: "VAULT_TRANSIT_MOUNT",
    group: "Messages",
    default: "transit",
    description: "Path of Vault's transit engine."
  },
  {
    name: "VAULT_TRANSIT_KEY",
    group: "Messages",
    default: "tandem-messages",
    description: "Name of the transit engine's key."
  }
]
