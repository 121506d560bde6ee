import type { CallAttempt } from "./CallAttempt.ts"
import type { ListMatch } from "./Finding.ts"

/** Groups by which a switch sorts where calls come from. */
export const sourceGroups = { trusted: 1, internationalGateway: 10, blacklisted: 66 }

/** What the switch's own group decides before anything else is looked at. */
export const groupMatch = ({ sourceGroup, sourceIp }: CallAttempt): ListMatch | undefined =>
  sourceGroup === sourceGroups.blacklisted
    ? {
        list: "block",
        kind: "ip",
        value: sourceIp,
        reason: `the switch has it in group ${sourceGroup}, which is blacklisted`
      }
    : undefined
