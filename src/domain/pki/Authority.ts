import { Result, Schema } from "effect"
import { KeyAlgorithm } from "./CertificateProfile.ts"

/** A certificate of the authority itself. Its key lies apart, under the certificate's fingerprint. */
export const AuthorityCertificate = Schema.Struct({
  commonName: Schema.String,
  algorithm: KeyAlgorithm,
  serial: Schema.String,
  /** SHA-256 of the DER, lower-case hexadecimal. */
  fingerprint: Schema.String,
  pem: Schema.String,
  notBeforeMillis: Schema.Int,
  notAfterMillis: Schema.Int
})
export type AuthorityCertificate = typeof AuthorityCertificate.Type

export const AuthorityState = Schema.Struct({
  status: Schema.Literals(["none", "ready"]),
  root: Schema.NullOr(AuthorityCertificate),
  /** Newest last; it is the one that issues. What the others have issued stays good. */
  issuers: Schema.Array(AuthorityCertificate)
})
export type AuthorityState = typeof AuthorityState.Type

export const AuthorityEvent = Schema.Union([
  Schema.TaggedStruct("AuthorityCreated", {
    root: AuthorityCertificate,
    issuer: AuthorityCertificate,
    by: Schema.String
  }),
  /** From now on this one issues; the one before is trusted until its own time is over. */
  Schema.TaggedStruct("IssuerReplaced", { issuer: AuthorityCertificate, by: Schema.String })
])
export type AuthorityEvent = typeof AuthorityEvent.Type

/** There is no authority yet: nobody has made one. */
export class AuthorityMissing extends Schema.TaggedError<AuthorityMissing>()("AuthorityMissing", {}) {}

/** There is one already, and it is not made anew. */
export class AuthorityExists extends Schema.TaggedError<AuthorityExists>()("AuthorityExists", {}) {}

/** Its key cannot be opened: the passphrase is not set, or is not the one that it was sealed with. */
export class AuthorityLocked extends Schema.TaggedError<AuthorityLocked>()("AuthorityLocked", {
  detail: Schema.String
}) {}

export const AuthorityRefusal = Schema.Union([AuthorityMissing, AuthorityExists, AuthorityLocked])
export type AuthorityRefusal = typeof AuthorityRefusal.Type

/** There is one authority in a plane; this is its name. */
export const authorityId = "ca"

export const noAuthority: AuthorityState = { status: "none", root: null, issuers: [] }

export const evolveAuthority = (state: AuthorityState, event: AuthorityEvent): AuthorityState => {
  switch (event._tag) {
    case "AuthorityCreated":
      return { status: "ready", root: event.root, issuers: [event.issuer] }
    case "IssuerReplaced":
      return { ...state, issuers: [...state.issuers, event.issuer] }
  }
}

type Decision = Result.Result<ReadonlyArray<AuthorityEvent>, AuthorityRefusal>

export const decideCreated = (
  state: AuthorityState,
  made: { readonly root: AuthorityCertificate; readonly issuer: AuthorityCertificate; readonly by: string }
): Decision =>
  state.status === "ready"
    ? Result.fail(new AuthorityExists())
    : Result.succeed([{ _tag: "AuthorityCreated", ...made }])

export const decideReplaced = (
  state: AuthorityState,
  made: { readonly issuer: AuthorityCertificate; readonly by: string }
): Decision =>
  state.status === "none" ? Result.fail(new AuthorityMissing()) : Result.succeed([{ _tag: "IssuerReplaced", ...made }])
