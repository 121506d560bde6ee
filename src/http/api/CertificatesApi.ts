import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CertificateProfile, ClientId } from "../../domain/pki/CertificateProfile.ts"
import { CertificateStatus, ClientLimits, ClientState } from "../../domain/pki/Client.ts"
import { Authorization, RequiredRole } from "./Authorization.ts"
import {
  AuthorityExists,
  AuthorityLocked,
  AuthorityMissing,
  CertificateRefused,
  CertificateUnknown,
  ClientUnknown,
  SigningRequestRefused
} from "./CertificateProblems.ts"
import {
  AuthorityRequest,
  AuthorityView,
  CertificateReport,
  CertificateView,
  IssuedView,
  IssueRequest,
  keySource,
  RevokeRequest,
  SerialText,
  validityDays
} from "./CertificateViews.ts"
import { commandProblems, postProblems } from "./CommandProblems.ts"
import { idempotent, pageOf, paging } from "./Parameters.ts"
import { InvalidCursor } from "./RequestProblems.ts"
import { JournalUnavailable } from "./ServiceProblems.ts"

const authorityProblems = [AuthorityMissing, AuthorityLocked] as const
const certificateProblems = [ClientUnknown, CertificateUnknown, CertificateRefused, ...authorityProblems] as const

const days = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 3_650 }))

const reads = HttpApiGroup.make("certificates").add(
  HttpApiEndpoint.get("list", "/certificates", {
    query: {
      ...paging,
      status: Schema.optionalKey(CertificateStatus),
      profile: Schema.optionalKey(CertificateProfile),
      clientId: Schema.optionalKey(ClientId),
      expiringDays: Schema.optionalKey(
        days.annotate({ description: "Only good ones whose time is over within so many days." })
      )
    },
    success: pageOf(CertificateView),
    error: [InvalidCursor, JournalUnavailable]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "Certificates that were issued, newest first"),
  HttpApiEndpoint.get("authority", "/certificates/authority", { success: AuthorityView, error: JournalUnavailable })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "The authority's own certificates"),
  HttpApiEndpoint.get("revocationLists", "/certificates/revocation-lists", {
    query: { delta: Schema.optionalKey(Schema.Literals(["true", "false"])) },
    success: Schema.Struct({ pem: Schema.String }),
    error: [...authorityProblems, JournalUnavailable]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "The revocation lists of the root and of every issuer, PEM"),
  HttpApiEndpoint.get("client", "/certificates/clients/:clientId", {
    params: { clientId: ClientId },
    success: ClientState,
    error: [...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "A client, what it may do, and its certificates"),
  HttpApiEndpoint.get("get", "/certificates/:serial", {
    params: { serial: SerialText },
    success: CertificateView,
    error: [CertificateUnknown, JournalUnavailable]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(OpenApi.Summary, "One certificate"),
  HttpApiEndpoint.post("verify", "/certificates/verify", {
    payload: Schema.Struct({
      pem: Schema.String.check(Schema.isMaxLength(16_384)),
      usage: Schema.optionalKey(CertificateProfile)
    }),
    success: CertificateReport,
    error: [AuthorityMissing, ...postProblems]
  })
    .annotate(RequiredRole, "viewer")
    .annotate(
      OpenApi.Summary,
      "The six checks of a certificate: signature, time, expiry, revocation, usage, fingerprint"
    )
)

const commands = reads.add(
  HttpApiEndpoint.post("issue", "/certificates", {
    headers: idempotent,
    payload: IssueRequest,
    success: IssuedView,
    error: [SigningRequestRefused, ...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Issue a certificate, for a signing request or with a key that is made here"),
  HttpApiEndpoint.post("renew", "/certificates/clients/:clientId/renew", {
    params: { clientId: ClientId },
    headers: idempotent,
    payload: Schema.Struct({ ...keySource, validityDays, serial: Schema.optionalKey(SerialText) }),
    success: IssuedView,
    error: [SigningRequestRefused, ...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Issue a certificate that takes over; the old one stays good until its time is over"),
  HttpApiEndpoint.post("revoke", "/certificates/:serial/revoke", {
    params: { serial: SerialText },
    headers: idempotent,
    payload: RevokeRequest,
    success: CertificateView,
    error: [...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Revoke one certificate; open connections with it are cut"),
  HttpApiEndpoint.post("revokeClient", "/certificates/clients/:clientId/revoke", {
    params: { clientId: ClientId },
    headers: idempotent,
    payload: RevokeRequest,
    success: ClientState,
    error: [...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Revoke all good certificates of a client"),
  HttpApiEndpoint.put("limits", "/certificates/clients/:clientId/limits", {
    params: { clientId: ClientId },
    headers: idempotent,
    payload: ClientLimits,
    success: ClientState,
    error: [...certificateProblems, ...commandProblems]
  })
    .annotate(RequiredRole, "operator")
    .annotate(OpenApi.Summary, "Say what a client may do: its domain, its rate, its quota")
)

/** The plane's own certificate authority, the clients of the broker, and their certificates. */
export class CertificatesApi extends commands
  .add(
    HttpApiEndpoint.post("createAuthority", "/certificates/authority", {
      headers: idempotent,
      payload: AuthorityRequest,
      success: AuthorityView,
      error: [AuthorityExists, ...authorityProblems, ...commandProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Make the authority: a root, and an issuer under it"),
    HttpApiEndpoint.post("replaceIssuer", "/certificates/authority/issuer", {
      headers: idempotent,
      payload: AuthorityRequest,
      success: AuthorityView,
      error: [AuthorityExists, ...authorityProblems, ...commandProblems]
    })
      .annotate(RequiredRole, "admin")
      .annotate(OpenApi.Summary, "Let another issuer issue from now on; what the old one has issued stays good")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The certificate authority and its certificates (RFC 5280).") {}
