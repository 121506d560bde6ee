import { nullValue, oid, sequence } from "./Der.ts"

/** RFC 5280, RFC 6960 and RFC 2986, in dotted form. */
export const oids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  deltaCrlIndicator: "2.5.29.27",
  crlDistributionPoints: "2.5.29.31",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  ocspAccess: "1.3.6.1.5.5.7.48.1",
  ocspBasic: "1.3.6.1.5.5.7.48.1.1",
  ocspNonce: "1.3.6.1.5.5.7.48.1.2",
  extensionRequest: "1.2.840.113549.1.9.14",
  rsaEncryption: "1.2.840.113549.1.1.1",
  sha256WithRsa: "1.2.840.113549.1.1.11",
  ecdsaWithSha256: "1.2.840.10045.4.3.2"
} as const

/** AlgorithmIdentifiers of what is signed here. RSA's has NULL for parameters, ECDSA's has none. */
export const ecdsaWithSha256 = sequence(oid(oids.ecdsaWithSha256))
export const sha256WithRsa = sequence(oid(oids.sha256WithRsa), nullValue)
export const rsaEncryption = sequence(oid(oids.rsaEncryption), nullValue)

const rsaWith = (dotted: string, hash: string) => ({
  algorithm: sequence(oid(dotted), nullValue),
  keyType: "rsa",
  hash
})
const ecdsaWith = (dotted: string, hash: string) => ({ algorithm: sequence(oid(dotted)), keyType: "ec", hash })

/** Signatures of others that are believed (RFC 4055, RFC 5758); SHA-1 and MD5 are not among them. */
export const believedSignatures = [
  rsaWith("1.2.840.113549.1.1.11", "sha256"),
  rsaWith("1.2.840.113549.1.1.12", "sha384"),
  rsaWith("1.2.840.113549.1.1.13", "sha512"),
  ecdsaWith("1.2.840.10045.4.3.2", "sha256"),
  ecdsaWith("1.2.840.10045.4.3.3", "sha384"),
  ecdsaWith("1.2.840.10045.4.3.4", "sha512")
]
