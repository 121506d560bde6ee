/** The kinds of fraud that are generated, called as the rules that should find them. */
export const fraudLabels = [
  "call_masking",
  "sequential_spoofing",
  "impossible_geography",
  "cli_mask",
  "cli_impossible",
  "sim_box",
  "wangiri",
  "irsf",
  "pbx_hacking",
  "traffic_pumping",
  "flash_call",
  "refiling",
  "robocall"
] as const
export type FraudLabel = (typeof fraudLabels)[number]

/** Honest callers that look like fraud to a rule that looks at one thing alone. */
export const honestGroups = [
  "call_centre",
  "taxi",
  "courier",
  "hospital",
  "otp_sender",
  "radio_vote",
  "roaming_family",
  "church_broadcast",
  "offshore_centre",
  "transit_carrier"
] as const
export type HonestGroup = (typeof honestGroups)[number]
