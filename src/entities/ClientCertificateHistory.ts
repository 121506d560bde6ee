import type { ClientState, HeldCertificate } from "../domain/pki/Client.ts"
import { ClientEvent, evolveClient, unknownClient } from "../domain/pki/Client.ts"
import { nextAgeMillis } from "../domain/pki/ClientDecisions.ts"
import type { Definition } from "./Aggregate.ts"

const iso = (millis: number | null) => (millis === null ? null : new Date(millis).toISOString())

const certificateRow = (clientId: string, held: HeldCertificate) => ({
  table: "certificates" as const,
  row: {
    serial: held.serial,
    client_id: clientId,
    profile: held.profile,
    status: held.status,
    fingerprint: held.fingerprint,
    issuer: held.issuer,
    not_before: iso(held.notBeforeMillis),
    not_after: iso(held.notAfterMillis),
    revoked_at: iso(held.revokedAtMillis),
    revocation_reason: held.revocationReason,
    revocation_note: held.revocationNote,
    renews: held.renews,
    pem: held.pem
  }
})

export const clientHistory: Definition<ClientState, ClientEvent> = {
  entityType: "ClientCertificate",
  initial: unknownClient,
  evolve: evolveClient,
  event: ClientEvent,
  wakeAtMillis: nextAgeMillis,
  row: (state) =>
    state.status === "unknown"
      ? undefined
      : [
          {
            table: "certificate_clients",
            row: {
              client_id: state.clientId,
              domain: state.domain,
              rate_limit: state.rateLimit,
              daily_quota: state.dailyQuota
            }
          },
          ...state.certificates.map((held) => certificateRow(state.clientId, held))
        ]
}
