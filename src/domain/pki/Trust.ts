import type { AuthorityState } from "./Authority.ts"

/** Certificates in PEM that clients are trusted by: the root, then every issuer whose time is not over. */
export const trustedPems = ({ issuers, root }: AuthorityState, nowMillis: number): ReadonlyArray<string> =>
  [...(root === null ? [] : [root]), ...issuers].filter((each) => each.notAfterMillis > nowMillis).map(({ pem }) => pem)

/** What a certificate is sent along with: the issuer that made it, and not the root, which its peer has. */
export const chainOf = ({ issuers }: AuthorityState, issuer: string): ReadonlyArray<string> =>
  issuers.filter(({ fingerprint }) => fingerprint === issuer).map(({ pem }) => pem)
