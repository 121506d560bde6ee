import type { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { callRecords } from "./CallRecords.ts"
import { certificates } from "./Certificates.ts"
import { clientWindows } from "./ClientWindows.ts"
import { edge } from "./Edge.ts"
import { fraudLists } from "./FraudLists.ts"
import { fraudAlerts } from "./FraudAlerts.ts"
import { gateways } from "./Gateways.ts"
import { journal } from "./Journal.ts"
import { messageDomains } from "./MessageDomains.ts"
import { messages } from "./Messages.ts"
import { portalUsers } from "./PortalUsers.ts"
import { projections } from "./Projections.ts"
import { readModels } from "./ReadModels.ts"
import { webhooksOut } from "./WebhooksOut.ts"

/** Every migration of the database by its name. The number gives the order; a name that was released never changes. */
export const all: Record<string, Effect.Effect<void, unknown, SqlClient.SqlClient>> = {
  "0001_journal": journal,
  "0002_read_models": readModels,
  "0003_edge": edge,
  "0004_projections": projections,
  "0005_fraud_lists": fraudLists,
  "0006_gateways": gateways,
  "0007_fraud_alerts": fraudAlerts,
  "0008_call_records": callRecords,
  "0009_webhooks_out": webhooksOut,
  "0010_certificates": certificates,
  "0011_messages": messages,
  "0012_message_domains": messageDomains,
  "0013_portal_users": portalUsers,
  "0014_client_windows": clientWindows
}
