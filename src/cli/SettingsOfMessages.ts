import type { Setting } from "./Setting.ts"

/** What the keeping of messages reads. */
export const settingsOfMessages: ReadonlyArray<Setting> = [
  {
    name: "MESSAGE_KEY_FILE",
    group: "Messages",
    default: "message-keys.json in TANDEM_DATA_DIR",
    description: "File with the keys that messages are encrypted with; all nodes of a plane need the same one."
  }
]
