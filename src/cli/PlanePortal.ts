import { Layer } from "effect"
import { PortalPasswordDesk } from "../entities/PortalPasswordDesk.ts"
import { PortalSignIn } from "../entities/PortalSignIn.ts"
import { PortalUserDesk } from "../entities/PortalUserDesk.ts"
import { AccessTokens } from "../layers/access/AccessTokens.ts"
import { PasswordResetDelivery } from "../layers/access/PasswordResetDelivery.ts"
import { Passwords } from "../layers/access/Passwords.ts"
import { PortalAttempts } from "../layers/storage/PortalAttempts.ts"
import { PortalNotes } from "../layers/storage/PortalNotes.ts"
import { PortalPasswords } from "../layers/storage/PortalPasswords.ts"
import { PortalSessions } from "../layers/storage/PortalSessions.ts"
import { PortalUsers } from "../layers/storage/PortalUsers.ts"

const storage = Layer.mergeAll(
  PortalAttempts.layer,
  PortalNotes.layer,
  PortalPasswords.layer,
  PortalSessions.layer,
  PortalUsers.layer
)

/** People who log in to the portal, and what is done with their accounts. */
export const portal = PortalUserDesk.layer.pipe(
  Layer.provideMerge(Layer.merge(PortalPasswordDesk.layer, PortalSignIn.layer)),
  Layer.provideMerge(Layer.mergeAll(AccessTokens.layer, PasswordResetDelivery.layer, Passwords.layer)),
  Layer.provideMerge(storage)
)
