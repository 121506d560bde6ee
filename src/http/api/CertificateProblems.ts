import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

export class AuthorityMissing extends HttpApiError.Problem<AuthorityMissing>()(
  "AuthorityMissing",
  { type: "urn:tandem:problem:authority-missing", status: 404, title: "There is no certificate authority yet" },
  {}
) {}

export class AuthorityExists extends HttpApiError.Problem<AuthorityExists>()(
  "AuthorityExists",
  { type: "urn:tandem:problem:authority-exists", status: 409, title: "There is a certificate authority already" },
  {}
) {}

export class AuthorityLocked extends HttpApiError.Problem<AuthorityLocked>()(
  "AuthorityLocked",
  { type: "urn:tandem:problem:authority-locked", status: 503, title: "The authority's key cannot be opened" },
  {}
) {}

export class ClientUnknown extends HttpApiError.Problem<ClientUnknown>()(
  "ClientUnknown",
  { type: "urn:tandem:problem:client-unknown", status: 404, title: "No such client" },
  { clientId: Schema.String }
) {}

export class CertificateUnknown extends HttpApiError.Problem<CertificateUnknown>()(
  "CertificateUnknown",
  { type: "urn:tandem:problem:certificate-unknown", status: 404, title: "No such certificate" },
  { serial: Schema.NullOr(Schema.String) }
) {}

export class CertificateRefused extends HttpApiError.Problem<CertificateRefused>()(
  "CertificateRefused",
  { type: "urn:tandem:problem:certificate-refused", status: 409, title: "The certificate is refused" },
  { clientId: Schema.String }
) {}

export class SigningRequestRefused extends HttpApiError.Problem<SigningRequestRefused>()(
  "SigningRequestRefused",
  { type: "urn:tandem:problem:signing-request-refused", status: 400, title: "The signing request is refused" },
  { reason: Schema.String }
) {}
