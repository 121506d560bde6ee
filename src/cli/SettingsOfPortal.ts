import type { Setting } from "./Setting.ts"
import { atLeastBytes, httpUrl, networks, signingSecret, wholeNumber } from "./Setting.ts"

/** What the portal reads, where people log in. */
export const settingsOfPortal: ReadonlyArray<Setting> = [
  {
    name: "PORTAL_JWT_SECRET",
    group: "Portal",
    secret: true,
    default: "derived from MESSAGE_KEY_FILE",
    description: "Key that access tokens are signed with, 32 bytes or more; all nodes of a plane need the same one.",
    check: atLeastBytes(32)
  },
  {
    name: "PORTAL_ACCESS_TOKEN_MINUTES",
    group: "Portal",
    default: "30",
    description: "Minutes for which an access token is good.",
    check: wholeNumber(1, 1_440)
  },
  {
    name: "PORTAL_SESSION_DAYS",
    group: "Portal",
    default: "30",
    description: "Days after which somebody has to log in again, however often the tokens were refreshed.",
    check: wholeNumber(1, 365)
  },
  {
    name: "PORTAL_LOGIN_FAILURES",
    group: "Portal",
    default: "5",
    description: "Wrong passwords for one address after which it is locked.",
    check: wholeNumber(1, 100)
  },
  {
    name: "PORTAL_LOGIN_WINDOW_MINUTES",
    group: "Portal",
    default: "15",
    description: "Minutes within which these wrong passwords count.",
    check: wholeNumber(1, 1_440)
  },
  {
    name: "PORTAL_LOGIN_LOCK_MINUTES",
    group: "Portal",
    default: "15",
    description: "Minutes for which an address is locked then.",
    check: wholeNumber(1, 1_440)
  },
  {
    name: "PORTAL_SOURCE_LOGINS",
    group: "Portal",
    default: "100",
    description: "Attempts to log in that one network address may make in 15 minutes at one node.",
    check: wholeNumber(1, 1_000_000)
  },
  {
    name: "PORTAL_REQUESTS_PER_HOUR",
    group: "Portal",
    default: "1000",
    description: "Requests an hour that one user of the portal may send to one node.",
    check: wholeNumber(1, 1_000_000)
  },
  {
    name: "PORTAL_PROXIES",
    group: "Portal",
    description:
      "Networks of the proxies in front of the edge, whose X-Forwarded-For tells where a request comes from.",
    check: networks
  },
  {
    name: "PORTAL_RESET_MINUTES",
    group: "Portal",
    default: "60",
    description: "Minutes for which the token for a new password is good.",
    check: wholeNumber(5, 10_080)
  },
  {
    name: "PORTAL_RESET_WEBHOOK_URL",
    group: "Portal",
    description:
      "Where tokens for new passwords are posted, to be mailed to users; managers hand them over when not set.",
    check: httpUrl
  },
  {
    name: "PORTAL_RESET_WEBHOOK_SECRET",
    group: "Portal",
    secret: true,
    description: "Secret that these posts are signed with, whsec_ and base64; needed with PORTAL_RESET_WEBHOOK_URL.",
    check: signingSecret
  }
]
